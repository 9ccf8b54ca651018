// Reads objects as JSON, one a line, and writes for each a line that says what the types of its
// operator refuse: a value of another type, or a field that they do not have.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	datadogv1 "github.com/DataDog/datadog-operator/api/datadoghq/v1alpha1"
	datadogv2 "github.com/DataDog/datadog-operator/api/datadoghq/v2alpha1"
	policies "github.com/kyverno/api/api/policies.kyverno.io/v1alpha1"
)

var kinds = map[string]func() any{
	"datadoghq.com/v1alpha1 DatadogAgentProfile":         func() any { return &datadogv1.DatadogAgentProfile{} },
	"datadoghq.com/v1alpha1 DatadogMonitor":              func() any { return &datadogv1.DatadogMonitor{} },
	"datadoghq.com/v2alpha1 DatadogAgent":                func() any { return &datadogv2.DatadogAgent{} },
	"policies.kyverno.io/v1alpha1 ImageValidatingPolicy": func() any { return &policies.ImageValidatingPolicy{} },
}

func fault(line string) string {
	var head struct{ ApiVersion, Kind string }
	if err := json.Unmarshal([]byte(line), &head); err != nil {
		return err.Error()
	}
	kind, known := kinds[head.ApiVersion+" "+head.Kind]
	if !known {
		return "unknown kind"
	}
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(kind()); err != nil {
		return err.Error()
	}
	return ""
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fmt.Println(fault(lines.Text()))
	}
}

"""Admission policies of Kubernetes (admissionregistration.k8s.io/v1) as YAML.

What validating and mutating policies have in common: pods are looked at when they are made or get
another image, all namespaces but `kube-system`, in which the cluster's own pods must start whatever
a policy says, and whose binding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.export.cel import Variable
from transformer.yamltext.scalars import written

PATH = "mirrorpin.yaml"
NAME = "mirrorpin"
VERSION = "admissionregistration.k8s.io/v1"

PODS = """\
  matchConstraints:
    resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
  matchConditions:
  # The API server's copy of a static pod: its node has started it already.
  - name: is-no-static-pod
    expression: >-
      !('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))
"""

EVERYWHERE = """\
  matchResources:
    namespaceSelector:
      matchExpressions:
      # The cluster's own pods must start whatever a policy says.
      - key: kubernetes.io/metadata.name
        operator: NotIn
        values: [kube-system]
"""


def head(kind: str) -> str:
    """The first lines of an object, up to `spec`."""
    return f"apiVersion: {VERSION}\nkind: {kind}\nmetadata:\n  name: {NAME}\nspec:\n"


def variables(found: Iterable[Variable]) -> str:
    """The variables of a policy, each below what is said of it."""
    lines = ["  variables:\n"]
    for variable in found:
        lines += (f"  # {line}\n" for line in variable.comment.splitlines())
        lines.append(f"  - name: {variable.name}\n")
        lines.append(value("    expression", variable.expression))
    return "".join(lines)


def value(key: str, expression: str) -> str:
    """A key, with what stands in front of it, and an expression of one line or several."""
    if "\n" not in expression:
        return f"{key}: {written(expression, '')}\n"
    indent = " " * (len(key) - len(key.lstrip(" -")) + 2)
    lines = (f"{indent}{line}\n" for line in expression.split("\n"))
    return f"{key}: |-\n{''.join(lines)}"


def stream(texts: Sequence[str]) -> str:
    """Objects as one stream."""
    return "---\n".join(texts)

"""Admission policies as YAML, of Kubernetes (admissionregistration.k8s.io/v1) and of others.

What validating and mutating policies have in common: pods are looked at when they are made or get
another image, all namespaces but `kube-system`, in which the cluster's own pods must start whatever
a policy says. Of Kubernetes the binding says so, of Kyverno the policy itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.export.cel import Variable
from transformer.yamltext.scalars import written

PATH = "mirrorpin.yaml"
NAME = "mirrorpin"
VERSION = "admissionregistration.k8s.io/v1"

_RESOURCES = """\
    resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
"""
_NAMESPACES = """\
    namespaceSelector:
      matchExpressions:
      # The cluster's own pods must start whatever a policy says.
      - key: kubernetes.io/metadata.name
        operator: NotIn
        values: [kube-system]
"""
# Of a list whose key is another for Gatekeeper.
CONDITIONS = """\
  # The API server's copy of a static pod: its node has started it already.
  - name: is-no-static-pod
    expression: >-
      !('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))
"""

PODS = f"  matchConstraints:\n{_RESOURCES}  matchConditions:\n{CONDITIONS}"
EVERYWHERE = f"  matchResources:\n{_NAMESPACES}"
PODS_EVERYWHERE = PODS.replace(_RESOURCES, _NAMESPACES + _RESOURCES)


def head(kind: str, *, version: str = VERSION, name: str = NAME) -> str:
    """The first lines of an object, up to `spec`."""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n"


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

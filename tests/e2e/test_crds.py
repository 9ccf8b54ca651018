"""The fixtures of well-known operators, against what the operators themselves say of their kinds.

What goes in is valid, and so is what comes out. Definitions that the shared manifests hold are
looked at by tests/places/test_operator_schemas.py. For Tekton, KubeVirt, Rook's CSI, Spark, Ray,
Crossplane, the GPU operator, VictoriaMetrics and most of Kyverno there is no package to be had that
holds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.e2e.crds import schema_faults, type_faults
from tests.helpers.crd_schemas import Data, documents
from tests.helpers.shared import ROOT

pytestmark = pytest.mark.e2e

FIXTURES = ROOT / "tests" / "fixtures"
NAMES = ("input.yaml", "expected.yaml")

# How many objects of each group of kinds there are, so that none is forgotten in silence.
SCHEMAS = {
    "argo-rollouts-": {"argoproj.io": 6},
    "argo-workflows-": {"argoproj.io": 4},
    "cert-manager-": {"cert-manager.io": 3},
    "flux-": {
        "helm.toolkit.fluxcd.io": 1,
        "image.toolkit.fluxcd.io": 2,
        "kustomize.toolkit.fluxcd.io": 1,
        "source.toolkit.fluxcd.io": 5,
    },
    "istio-": {"extensions.istio.io": 3, "networking.istio.io": 1},
    "knative-": {
        "caching.internal.knative.dev": 1,
        "operator.knative.dev": 2,
        "serving.knative.dev": 3,
        "sinks.knative.dev": 1,
        "sources.knative.dev": 1,
    },
    "prometheus-operator-": {"monitoring.coreos.com": 8},
}
TYPES = {
    "datadog-agents-": {"datadoghq.com": 3},
    "kyverno-": {"policies.kyverno.io": 1},
}

# The packages are made of Go types. The definitions of these operators leave the names of some
# containers out of what is required, and say of themselves that steps are lists of lists.
LOOSER = (
    ("Workflow", "must have required property name"),
    ("Workflow", "must be object"),
    ("serving.knative.dev", "must have required property name"),
    ("JobSink", "data/spec/job must have required property"),
)


def group_of(data: Data) -> str:
    group, _, _ = str(data["apiVersion"]).rpartition("/")
    return group


def objects(prefix: str, name: str, groups: Iterable[str]) -> list[Data]:
    """The objects of some groups in the fixture whose name starts like that."""
    (folder,) = (it for it in FIXTURES.iterdir() if it.name.startswith(prefix))
    return [it for it in documents(folder / name) if group_of(it) in groups]


def is_looser(data: Data, fault: str) -> bool:
    owner = f"{data['apiVersion']} {data['kind']}"
    return any(who in owner and what in fault for who, what in LOOSER)


def schema_lines(found: list[Data]) -> list[str]:
    return [
        f"{data['kind']}: {fault}"
        for data, faults in zip(found, schema_faults(found), strict=True)
        for message in faults
        for fault in message.split(", ")
        if not is_looser(data, fault)
    ]


def type_lines(found: list[Data]) -> list[str]:
    faults = zip(found, type_faults(found), strict=True)
    return [f"{data['kind']}: {fault}" for data, fault in faults if fault]


CASES = [
    *(pytest.param(prefix, it, schema_lines, id=prefix[:-1]) for prefix, it in SCHEMAS.items()),
    *(pytest.param(prefix, it, type_lines, id=prefix[:-1]) for prefix, it in TYPES.items()),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("prefix", "groups", "lines"), CASES)
def test_what_goes_in_and_comes_out_is_valid(
    prefix: str, groups: dict[str, int], lines: Callable[[list[Data]], list[str]], name: str
) -> None:
    found = objects(prefix, name, groups)
    assert Counter(map(group_of, found)) == groups
    assert lines(found) == []


def with_field(data: Data, path: tuple[str | int, ...], value: object) -> Data:
    """An object of the fixtures with a field that is wrong."""
    inner: Any = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        pytest.param(
            ("spec", "template", "spec", "imagePullSecret"),
            "hub",
            "spec.template.spec.imagePullSecret is unknown",
            id="a field that there is not",
        ),
        pytest.param(
            ("spec", "template", "spec", "containers", 0, "image"),
            1,
            "data/spec/template/spec/containers/0/image must be string",
            id="a value of another type",
        ),
    ],
)
def test_a_schema_refuses_what_is_wrong(
    path: tuple[str | int, ...], value: object, expected: str
) -> None:
    rollout = objects("argo-rollouts-", "input.yaml", ["argoproj.io"])[0]
    assert schema_lines([with_field(rollout, path, value)]) == [f"Rollout: {expected}"]


def test_types_refuse_what_is_wrong() -> None:
    agent = objects("datadog-agents-", "input.yaml", ["datadoghq.com"])[0]
    (said,) = type_lines([with_field(agent, ("spec", "global", "registries"), "quay.io")])
    assert said == 'DatadogAgent: json: unknown field "registries"'

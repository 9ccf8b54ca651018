"""The fixtures of well-known operators, against the definitions of their kinds.

Only definitions that the shared manifests hold are looked at here; tests/e2e/test_crds.py installs
those of other operators.
"""

from __future__ import annotations

import pytest

from tests.helpers.crd_schemas import Data, Key, documents, faults, json_schema, key_of, schemas
from tests.helpers.shared import ROOT, shared_path

pytestmark = pytest.mark.exhaustive

FIXTURES = ROOT / "tests" / "fixtures"

DEFINITIONS = (
    "cloudnative-pg__cloudnative-pg/releases__cnpg-1.30.0.yaml",
    "knative__serving/config__core__300-resources__configuration.yaml",
    "knative__serving/config__core__300-resources__revision.yaml",
    "knative__serving/config__core__300-resources__service.yaml",
    "prometheus-operator__kube-prometheus/manifests__setup__0prometheusCustomResourceDefinition.yaml",
    "rook__rook/deploy__examples__crds.yaml",
    "strimzi__strimzi-kafka-operator/install__cluster-operator__040-Crd-kafka.yaml",
    "strimzi__strimzi-kafka-operator/install__cluster-operator__041-Crd-kafkaconnect.yaml",
    "strimzi__strimzi-kafka-operator/install__cluster-operator__045-Crd-kafkanodepool.yaml",
    "strimzi__strimzi-kafka-operator/install__cluster-operator__046-Crd-kafkabridge.yaml",
    "strimzi__strimzi-kafka-operator/install__cluster-operator__048-Crd-kafkamirrormaker2.yaml",
)

# How many objects of each kind the fixtures hold, so that none is forgotten in silence.
OBJECTS = {
    ("ceph.rook.io/v1", "CephCOSIDriver"): 1,
    ("ceph.rook.io/v1", "CephCluster"): 1,
    ("ceph.rook.io/v1", "CephNFS"): 1,
    ("ceph.rook.io/v1", "CephRBDMirror"): 1,
    ("kafka.strimzi.io/v1", "Kafka"): 1,
    ("kafka.strimzi.io/v1", "KafkaBridge"): 1,
    ("kafka.strimzi.io/v1", "KafkaConnect"): 2,
    ("kafka.strimzi.io/v1", "KafkaMirrorMaker2"): 1,
    ("kafka.strimzi.io/v1", "KafkaNodePool"): 1,
    ("monitoring.coreos.com/v1", "Prometheus"): 3,
    ("postgresql.cnpg.io/v1", "Cluster"): 3,
    ("postgresql.cnpg.io/v1", "ClusterImageCatalog"): 1,
    ("postgresql.cnpg.io/v1", "ImageCatalog"): 1,
    ("postgresql.cnpg.io/v1", "Pooler"): 1,
    ("serving.knative.dev/v1", "Configuration"): 1,
    ("serving.knative.dev/v1", "Revision"): 1,
    ("serving.knative.dev/v1", "Service"): 1,
}

OPERATORS = sorted(
    folder
    for folder in FIXTURES.iterdir()
    if folder.name.startswith(("cloudnative-pg-", "knative-", "prometheus-", "rook-", "strimzi-"))
)


@pytest.fixture(scope="module")
def known() -> dict[Key, Data]:
    return schemas(shared_path("corpus", name) for name in DEFINITIONS)


def objects(known: dict[Key, Data], name: str) -> list[tuple[Key, Data]]:
    found = [(key_of(it), it) for folder in OPERATORS for it in documents(folder / name)]
    return [(key, it) for key, it in found if key in known]


@pytest.mark.parametrize("name", ["input.yaml", "expected.yaml"])
def test_what_goes_in_and_comes_out_is_valid(known: dict[Key, Data], name: str) -> None:
    wrong = {
        f"{key} {it['metadata']['name']}": found
        for key, it in objects(known, name)
        if (found := faults(known[key], it))
    }
    assert wrong == {}


@pytest.mark.parametrize("name", ["input.yaml", "expected.yaml"])
def test_every_object_is_looked_at(known: dict[Key, Data], name: str) -> None:
    keys = [key for key, _ in objects(known, name)]
    assert {key: keys.count(key) for key in sorted(set(keys))} == OBJECTS


SCHEMA: Data = {
    "type": "object",
    "required": ["image"],
    "anyOf": [{"properties": {"image": {"pattern": "^a"}}}, {"required": ["tag"]}],
    "properties": {
        "image": {"type": "string"},
        "tag": {"x-kubernetes-int-or-string": True},
        "size": {"type": "integer", "nullable": True},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"not": {}}}}},
    },
}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param({"image": "a"}, [], id="good"),
        pytest.param({"image": "b", "tag": 1, "size": None, "free": {"x": 1}}, [], id="good too"),
        pytest.param({"image": "b", "tag": "1", "labels": {"a": "b"}}, [], id="a mapping"),
        pytest.param({"image": "b"}, ["$: {'image': 'b'} is not valid under any"], id="junctor"),
        pytest.param({"image": "a", "imag": "b"}, ["$: Additional properties"], id="unknown"),
        pytest.param({"image": "a", "list": [{"b": 1}]}, ["$.list[0]: Additional"], id="deep"),
        pytest.param({"image": 1, "tag": 1}, ["$.image: 1 is not of type 'string'"], id="type"),
        pytest.param({"image": "a", "labels": {"a": 1}}, ["$.labels.a: 1 is not"], id="value"),
    ],
)
def test_a_fault_is_seen(data: Data, expected: list[str]) -> None:
    found = faults(json_schema(SCHEMA), data)
    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True))

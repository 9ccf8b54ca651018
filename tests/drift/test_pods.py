from __future__ import annotations

import json

import pytest
import yaml

from tests.helpers.cluster import HASH, Pod, listed, pod
from transformer.drift.pods import Pods, read_pods
from transformer.errors import InputError

D = "sha256:" + "a" * 64
BARE = {key: it for key, it in pod("nginx").items() if key != "kind"}


def read(text: str) -> Pods:
    return read_pods([("pods.json", text.encode())])


def said(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    return "\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(listed(pod("nginx")), id="a list"),
        pytest.param(json.dumps(pod("nginx")), id="one"),
        pytest.param(json.dumps(pod("nginx")) + "\n" + json.dumps(pod("nginx")), id="JSON lines"),
        pytest.param(yaml.safe_dump(pod("nginx")), id="YAML"),
        pytest.param(yaml.safe_dump_all([pod("nginx"), None, pod("nginx")]), id="a YAML stream"),
        pytest.param(json.dumps({"kind": "PodList", "items": [BARE]}), id="a typed list"),
    ],
)
def test_pods_come_in_many_forms(text: str) -> None:
    (running,) = read(text).running
    assert (str(running.owner), running.name, running.image) == (
        "Deployment shop/web",
        "app",
        "nginx",
    )
    assert running.pods == read(text).count


@pytest.mark.parametrize("place", ["containers", "initContainers", "ephemeralContainers"])
def test_every_container_has_the_digest_that_runs(place: str) -> None:
    (running,) = read(listed(pod("nginx", f"docker.io/library/nginx@{D}", place=place))).running
    assert (running.place, running.digest, running.secrets) == (place, D, ("pull",))
    assert running.field == f"spec.{place}[app]"


def test_image_volumes_run_as_well() -> None:
    given = pod("nginx")
    given["spec"]["volumes"] = [
        {"name": "model", "image": {"reference": "acme/model:1"}},
        {"name": "tmp", "emptyDir": {}},
    ]
    assert [(it.place, it.name, it.image) for it in read(listed(given)).running[1:]] == [
        ("volumes", "model", "acme/model:1")
    ]


@pytest.mark.parametrize("running", ["", D, f"docker://{D}"])
def test_a_name_of_the_runtime_is_no_digest(running: str) -> None:
    assert read(listed(pod("nginx", running))).running[0].digest == ""


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        (("apps/v1", "ReplicaSet", f"web-{HASH}"), "Deployment shop/web"),
        (("apps/v1", "ReplicaSet", "by-hand"), "ReplicaSet shop/by-hand"),
        (("apps/v1", "DaemonSet", "agent"), "DaemonSet shop/agent"),
        (("postgresql.cnpg.io/v1", "Cluster", "db"), "Cluster shop/db"),
        (("v1", "Node", "n1"), "Pod shop/p"),
        (None, "Pod shop/p"),
    ],
)
def test_pods_go_by_their_owner(owner: tuple[str, str, str] | None, expected: str) -> None:
    (running,) = read(listed(pod("nginx", name="p", owner=owner))).running
    assert str(running.owner) == expected


def test_the_controller_among_several_owners_counts() -> None:
    given = pod("nginx", owner=("v1", "Other", "first"))
    owners = given["metadata"]["ownerReferences"]
    owners[0]["controller"] = False
    owners.append({"apiVersion": "batch/v1", "kind": "Job", "name": "job", "controller": True})
    assert str(read(listed(given)).running[0].owner) == "Job shop/job"


def test_pods_that_are_alike_are_counted_once() -> None:
    pods = read(listed(*(pod("nginx", name=f"web-{it}") for it in range(3)), pod("httpd")))
    assert [(it.image, it.pods) for it in pods.running] == [("nginx", 3), ("httpd", 1)]
    assert pods.count == 4


def test_what_is_not_there_is_nothing() -> None:
    bare: Pod = {"kind": "Pod", "spec": {"containers": [{"image": "nginx"}]}}
    (running,) = read(json.dumps(bare)).running
    assert (str(running.owner), running.name, running.secrets) == ("Pod", "", ())
    assert read("").count == 0


HINT = "\n  hint: kubectl get pods -A -o json > pods.json"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            listed(pod("nginx"))[:300],
            "pods.json:12:21: error: is not JSON: unterminated string starting at (json)\n"
            "  hint: was it cut short?",
        ),
        ("[" * 100_000, "pods.json:1:1: error: is nested too deeply (too-deep)"),
        (
            '{"kind": "Deployment"}',
            'holds "Deployment": expected pods and nothing else (no-pods)' + HINT,
        ),
        ('{"items": []}', "holds no kind: expected pods and nothing else (no-pods)" + HINT),
        (
            '{"kind": "List", "items": [{"kind": "Service"}]}',
            'holds "Service": expected pods and nothing else (no-pods)' + HINT,
        ),
        ("web   1/1   Running", "holds a text: expected pods and nothing else (no-pods)" + HINT),
        ('{"kind": "List"}', "pods.json: error: `items` is not a list (wrong-type)"),
        ('{"kind": "List", "items": [1]}', "`items[0]` is not a mapping (wrong-type)"),
        ('{"kind": "Pod"}', "pods.json: error: `spec` is not a mapping (wrong-type)"),
        (
            '{"kind": "List", "items": [{"kind": "Pod", "spec": {"containers": [{}]}}]}',
            "pods.json: error: `items[0].spec.containers[0].image` is not a string (wrong-type)",
        ),
        (
            '{"kind": "Pod", "spec": {"containers": {}}}',
            "pods.json: error: `spec.containers` is not a list of mappings (wrong-type)",
        ),
        ("kind: Pod\nspec: {", "(yaml)"),
    ],
)
def test_what_is_no_pod_is_named(text: str, expected: str) -> None:
    assert said(text).endswith(expected)

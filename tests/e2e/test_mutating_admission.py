"""A MutatingAdmissionPolicy on a real API server: pods become what a run makes of them."""

from __future__ import annotations

import csv
import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.e2e.admission import Pods, apply, containers, exported, namespace
from tests.e2e.apiserver import Object, named
from tests.helpers import runs
from tests.helpers.shared import shared_path
from transformer.image.reference import BadReference, Reference, normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.apiserver import Cluster

pytestmark = pytest.mark.e2e

SECONDS = 60
RULES = (
    "{source: docker.io, target: m.io/hub, pullSecrets: [hub-pull]}",
    "{source: docker.io/library, target: m.io/official}",
    "{source: '*.gcr.io', template: 'm.io/gcr/{{ host | slug }}/{{ repository }}'}",
    "{source: quay.io, target: 'm.io:5000/quay', pullSecrets: [quay-pull]}",
    "{source: quay.io/kept, keep: true}",
    "{source: docker.io/evil, block: true}",
    "{source: registry.k8s.io, target: m.io/k8s}",
    "{source: ghcr.io, target: m.io/ghcr, where: {containers: ['c*']}}",
)
SPEC = ("unmatched: keep", "invalid: warn", "digests: {mode: lock, missing: warn}")
# The API server wants them.
WORKLOADS = {
    "Pod": ("v1", ()),
    "PodTemplate": ("v1", ("template",)),
    "ReplicationController": ("v1", ("spec", "template")),
    "Deployment": ("apps/v1", ("spec", "template")),
    "DaemonSet": ("apps/v1", ("spec", "template")),
    "ReplicaSet": ("apps/v1", ("spec", "template")),
    "StatefulSet": ("apps/v1", ("spec", "template")),
    "Job": ("batch/v1", ("spec", "template")),
    "CronJob": ("batch/v1", ("spec", "jobTemplate", "spec", "template")),
}


def corpus_images() -> list[str]:
    with shared_path("corpus", "EXPECTED.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return sorted({row["value"] for row in rows if row["value"].strip()})


def vectors() -> list[str]:
    data = json.loads(shared_path("vectors", "reference.json").read_text())
    return sorted(
        {it["input"] for it in data["oracle"] if it["input"].strip() == it["input"] != ""}
    )


def locked() -> dict[str, str]:
    """Digests for every other image that is written with a tag alone, and nowhere with another."""
    found = [*references(corpus_images())]
    pinned = {it.key for it in (*found, *references(vectors())) if it.digest}
    keys = sorted({it.key for it in found if not it.digest} - pinned)[::2]
    return {key: f"{{digest: sha256:{index:064}}}" for index, key in enumerate(keys)}


def references(images: list[str]) -> Iterator[Reference]:
    for image in images:
        with suppress(BadReference):
            yield normalize(image)


CONFIG = runs.config("mirrors:", *(f"- {it}" for it in RULES), *SPEC)


@pytest.fixture(scope="module")
def pods(cluster: Cluster) -> Pods:
    """Pods that the policy rewrites."""
    made = Pods(cluster, namespace(cluster))
    apply(cluster, exported("mutating-admission-policy", CONFIG, runs.locked(locked())))
    until = time.monotonic() + SECONDS
    while images_of(made.create(containers("busybox"))["spec"]) == ["busybox"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    return made


def images_of(spec: Object) -> list[str]:
    lists = ("initContainers", "containers", "ephemeralContainers")
    found = [it["image"] for key in lists for it in spec.get(key, ())]
    return found + [it["image"]["reference"] for it in spec.get("volumes", ()) if "image" in it]


def secrets_of(spec: Object) -> list[str]:
    return [it["name"] for it in spec.get("imagePullSecrets", ())]


def transformed(manifest: Object) -> Object:
    outcome = runs.run(json.dumps(manifest), CONFIG, runs.locked(locked()))
    return manifest if outcome.failed else dict(json.loads(runs.output(outcome)))


def same(answer: Object, wanted: Object) -> bool:
    spec = answer["spec"]
    return (images_of(spec), secrets_of(spec)) == (images_of(wanted), secrets_of(wanted))


def test_images_of_the_corpus_and_of_the_vectors(pods: Pods) -> None:
    texts = [*corpus_images()[:250], *vectors()]
    assert len(texts) > 600
    differ = []
    for text in texts:
        spec = containers(text)
        answer = pods.create(spec)
        wanted = transformed({**named("Pod", "web", pods.namespace), "spec": spec})["spec"]
        if not same(answer, wanted):
            differ.append((text, answer.get("spec") or answer, wanted))
    assert differ == []


def test_everywhere_in_a_pod(pods: Pods) -> None:
    spec: Object = {
        **containers("nginx", "quay.io/kept/x:1", "ghcr.io/a/b"),
        "initContainers": [{"name": "setup", "image": "gcr.io/x"},
                           {"name": "wait", "image": "us.gcr.io/p/x:2"}],
        "volumes": [{"name": "empty", "emptyDir": {}},
                    {"name": "model", "image": {"reference": "quay.io/models/a:1"}}],
        "imagePullSecrets": [{"name": "own"}, {"name": "hub-pull"}],
    }  # fmt: skip
    answer = pods.create(spec)
    wanted = transformed({**named("Pod", "web", pods.namespace), "spec": spec})["spec"]
    assert same(answer, wanted), (answer, wanted)
    assert secrets_of(answer["spec"]) == ["own", "hub-pull", "quay-pull"]


@pytest.mark.parametrize("kind", WORKLOADS)
def test_pods_of_a_workload(pods: Pods, kind: str) -> None:
    """What its controller makes of the template, as it was written and as a run writes it."""
    version, steps = WORKLOADS[kind]
    spec = containers("nginx:1.27", "quay.io/a/b", "registry.k8s.io/pause:3.9")
    manifest: Object = {}
    template = manifest
    for step in steps:
        template = template.setdefault(step, {})
    template["spec"] = spec
    manifest |= {**named(kind, "web", pods.namespace), "apiVersion": version}
    after: Object = transformed(manifest)
    for step in steps:
        after = after[step]
    assert after["spec"] != spec
    for written in (spec, after["spec"]):
        assert same(pods.create(written), after["spec"])


def test_twice_is_once_and_an_update_brings_its_own_image_only(pods: Pods) -> None:
    spec = containers("nginx:1.27", "quay.io/a/b")
    first = pods.create(spec, is_kept=True)
    again = containers(*images_of(first["spec"]))
    again["imagePullSecrets"] = first["spec"]["imagePullSecrets"]
    assert same(pods.create(again), first["spec"])
    name = first["metadata"]["name"]
    first["spec"]["containers"][0]["image"] = "nginx:1.28"
    first["metadata"]["labels"] = {"a": "b"}
    changed = pods.ask("PUT", f"/{name}", first)
    assert changed["kind"] == "Pod", changed
    assert images_of(changed["spec"])[0].startswith("m.io/official/nginx:1.28")
    assert images_of(changed["spec"])[1] == images_of(first["spec"])[1]
    assert secrets_of(changed["spec"]) == secrets_of(first["spec"])
    debugged = pods.ask("PUT", f"/{name}/ephemeralcontainers", with_debugger(first))
    assert debugged["kind"] == "Pod", debugged
    assert images_of(debugged["spec"])[-1] == "m.io/hub/acme/debug:1"


def with_debugger(pod: Object) -> Object:
    debugger = {"name": "debug", "image": "acme/debug:1", "terminationMessagePolicy": "File"}
    return {**pod, "spec": {**pod["spec"], "ephemeralContainers": [debugger]}}

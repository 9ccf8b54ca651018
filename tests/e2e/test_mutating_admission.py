"""A MutatingAdmissionPolicy on a real API server: pods become what a run makes of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.admission import Pods, apply, exported, namespace
from tests.e2e.apiserver import Object, named
from tests.e2e.pod_images import (
    EVERYWHERE,
    EVERYWHERE_SECRETS,
    MUTATING,
    containers,
    corpus_images,
    images_of,
    locked,
    pod,
    same,
    secrets_of,
    transformed,
    vectors,
)
from tests.helpers import runs

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster

pytestmark = pytest.mark.e2e

SECONDS = 60
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


@pytest.fixture(scope="module")
def pods(cluster: Cluster) -> Pods:
    """Pods that the policy rewrites."""
    made = Pods(cluster, namespace(cluster))
    apply(cluster, exported("mutating-admission-policy", MUTATING, runs.locked(locked())))
    until = time.monotonic() + SECONDS
    while images_of(made.create(containers("busybox"))["spec"]) == ["busybox"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    return made


def test_images_of_the_corpus_and_of_the_vectors(pods: Pods) -> None:
    texts = [*corpus_images()[:250], *vectors()]
    assert len(texts) > 600
    differ = []
    for text in texts:
        spec = containers(text)
        answer = pods.create(spec)
        wanted = transformed(pod(spec, namespace=pods.namespace))
        if not same(answer, wanted):
            differ.append((text, answer.get("spec") or answer, wanted["spec"]))
    assert differ == []


def test_everywhere_in_a_pod(pods: Pods) -> None:
    answer = pods.create(EVERYWHERE)
    wanted = transformed(pod(EVERYWHERE, namespace=pods.namespace))
    assert same(answer, wanted), (answer, wanted)
    assert secrets_of(answer["spec"]) == EVERYWHERE_SECRETS


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
        assert same(pods.create(written), after)


def test_twice_is_once_and_an_update_brings_its_own_image_only(pods: Pods) -> None:
    spec = containers("nginx:1.27", "quay.io/a/b")
    first = pods.create(spec, is_kept=True)
    again = containers(*images_of(first["spec"]))
    again["imagePullSecrets"] = first["spec"]["imagePullSecrets"]
    assert same(pods.create(again), first)
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

"""A ValidatingAdmissionPolicy on a real API server: it takes what a run would leave as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.e2e.admission import Pods, apply, containers, exported, is_denied, namespace, wait_for
from tests.e2e.admission import settings as with_canary
from tests.helpers import runs
from tests.helpers.shared import shared_path

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster
    from transformer.config.config import Config

pytestmark = pytest.mark.e2e

FORMAT = "validating-admission-policy"
RULES = (
    "{source: docker.io, target: m.io/hub}",
    "{source: docker.io/library, target: m.io/official}",
    "{source: 'docker.io/library/busybox:1.36', target: m.io/box}",
    "{source: docker.io/evil, block: true}",
    "{source: '*.gcr.io', template: 'm.io/gcr/{{ host | slug }}/{{ repository }}'}",
    "{source: quay.io, target: 'm.io:5000/quay'}",
    "{source: quay.io/team, keep: true}",
    "{source: 'localhost:5000', target: m.io/local}",
    "{source: ghcr.io, target: m.io/ghcr, only: digests}",
)
DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture(scope="module")
def pods(cluster: Cluster) -> Pods:
    return Pods(cluster, namespace(cluster))


def is_left_alone(image: str, settings: Config) -> bool:
    """Whether a run over a pod with the image has nothing to change and nothing to say."""
    text = json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": containers(image)})
    outcome = runs.run(text, settings)
    return not outcome.failed and runs.output(outcome) == text


def vectors() -> list[str]:
    """The references of the vectors that a pod can have: validation wants no blanks around."""
    data = json.loads(shared_path("vectors", "reference.json").read_text())
    texts = (it["input"] for it in data["oracle"])
    return sorted({it for it in texts if it and it == it.strip()})


def images() -> list[str]:
    """Images under each rule and target, and beside them."""
    names = ("nginx", "a/b", "library/busybox", "evil/x", "evil", "index.docker.io/evil/x",
             "us.gcr.io/p/x", "us.gcr.io:443/p/x", "gcr.io/x", "a.b.gcr.io/x", "quay.io/a/b",
             "quay.io/team/x", "quay.io/teams/x", "quay.io:443/x", "localhost/x",
             "localhost:5000/x", "ghcr.io/x/y", "m.io/hub/x", "m.io/hub", "m.io/hubs/x",
             "m.io/official/nginx", "m.io/gcr/us/x", "m.io:5000/quay/x", "m.io/quay/x",
             "m.io/local/a/b/c/d/e", "m.io/ghcr/x", "other.io/x", "docker.io/evil/x",
             "docker.io/library/busybox")  # fmt: skip
    suffixes = ("", ":1.36", ":latest", f"@{DIGEST}", f":1.36@{DIGEST}")
    return [f"{name}{suffix}" for name in names for suffix in suffixes]


@pytest.mark.parametrize(
    "spec",
    [
        (),
        ("digests: {mode: require}",),
        ("unmatched: keep", "digests: {mode: require}"),
        ("unmatched: keep", "invalid: warn"),
    ],
    ids=["names", "digests", "digests-of-all", "lenient"],
)
def test_takes_what_a_run_leaves_alone(cluster: Cluster, pods: Pods, spec: tuple[str, ...]) -> None:
    settings, canary = with_canary(RULES, *spec)
    apply(cluster, exported(FORMAT, settings))
    wait_for(pods, canary)
    texts = [*vectors(), *images()]
    assert len(texts) > 500
    differ = [
        (it, answer)
        for it in texts
        if is_denied(answer := pods.create(containers(it))) is is_left_alone(it, settings)
    ]
    assert differ == []

from __future__ import annotations

import pytest

from tests.helpers.cluster import Pod, listed, pod
from tests.helpers.runs import config, locked
from transformer.drift.judge import Drift, judge
from transformer.drift.pods import read_pods
from transformer.lock.lock import Lock

A, B, C = (f"sha256:{it * 64}" for it in "abc")
RULES = (
    "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}, "
    "{source: gcr.io, keep: true}, {source: docker.io/evil, block: true}]"
)
PIN = "digests: {mode: lock}"
ENTRY = f"{{digest: {A}, platforms: {{linux/amd64: {B}}}}}"
LOCK = locked({"docker.io/library/nginx:1.27": ENTRY, "gcr.io/a/b:1": ENTRY})
MIRRORED = "m.io/hub/library/nginx:1.27"


def judged(*pods: Pod, spec: tuple[str, ...] = (RULES, PIN), lock: Lock | None = LOCK) -> Drift:
    running = read_pods([("pods.json", listed(*pods).encode())]).running
    return judge(running, config(*spec), lock)


def said(*pods: Pod, spec: tuple[str, ...] = (RULES, PIN), lock: Lock | None = LOCK) -> list[str]:
    return [str(it) for it in judged(*pods, spec=spec, lock=lock).results]


@pytest.mark.parametrize(
    ("image", "running"),
    [
        pytest.param(f"{MIRRORED}@{A}", f"m.io/hub/library/nginx@{A}", id="as it was locked"),
        pytest.param(f"{MIRRORED}@{A}", f"m.io/hub/library/nginx@{B}", id="as a platform of it"),
        pytest.param(f"m.io/hub/library/nginx@{B}", "", id="without a tag, and not started"),
        pytest.param(f"gcr.io/a/b:1@{A}", f"gcr.io/a/b@{A}", id="kept"),
    ],
)
def test_what_runs_as_it_is_locked_passes(image: str, running: str) -> None:
    assert said(pod(image, running)) == []


def test_what_a_rule_covers_must_be_mirrored() -> None:
    assert said(pod("nginx:1.27", f"docker.io/library/nginx@{A}")) == [
        'pods.json: error: runs "nginx:1.27": expected "m.io/hub/library/nginx:1.27", in 1 '
        "pod in Deployment shop/web at `spec.containers[app]` (unmirrored)\n"
        "  hint: run `mirrorpin transform` on its manifest, or list it in `spec.images`"
    ]


def test_what_an_operator_started_has_a_hint_of_its_own() -> None:
    started = pod("nginx:1.27", owner=("postgresql.cnpg.io/v1", "Cluster", "db"))
    (line,) = said(started)
    assert line.endswith(
        "  hint: an operator starts it: list it in `spec.images`, or find the field that names it "
        "with mirrorpin images --maybe"
    )


def test_what_no_rule_covers_and_what_is_blocked_fail_as_manifests_do() -> None:
    found = judged(pod("quay.io/a/b"), pod("evil/x", name="b"), pod("$(X)", name="c"))
    assert [it.problem.code for it in found.results] == ["no-rule", "blocked", "placeholder"]
    assert found.unlisted == (("quay.io/a/b:latest", "Deployment shop/web"),)


@pytest.mark.parametrize(("unmatched", "codes"), [("warn", ["no-rule"]), ("keep", [])])
def test_what_no_rule_covers_may_run(unmatched: str, codes: list[str]) -> None:
    found = judged(pod("quay.io/a/b"), spec=(RULES, PIN, f"unmatched: {unmatched}"))
    assert [it.problem.code for it in found.results] == codes


def test_another_digest_than_the_locks_is_named() -> None:
    assert said(*(pod(f"{MIRRORED}@{A}", f"x@{C}", name=it) for it in "ab")) == [
        f"pods.json: error: runs {C}, and the lock has {A} (images.lock.yaml:3:42): "
        f'"{MIRRORED}@{A}", in 2 pods in Deployment shop/web at `spec.containers[app]` '
        "(other-digest)\n  hint: start the pods again, or lock what runs"
    ]


def test_what_is_not_locked_is_named_and_listed() -> None:
    found = judged(pod(f"m.io/hub/acme/web:2@{A}", f"x@{A}"))
    assert [str(it) for it in found.results] == [
        'pods.json: error: "docker.io/acme/web:2" is not in images.lock.yaml, in 1 pod in '
        "Deployment shop/web at `spec.containers[app]` (not-locked)\n"
        "  hint: run `mirrorpin transform` on its manifest, or list it in `spec.images`"
    ]
    assert found.unlisted == (("docker.io/acme/web:2", "Deployment shop/web"),)


def test_what_runs_by_its_tag_is_not_pinned() -> None:
    lines = said(pod(MIRRORED, f"x@{A}"))
    assert lines == [
        f'pods.json: error: runs "{MIRRORED}": expected a digest, in 1 pod in Deployment '
        "shop/web at `spec.containers[app]` (unpinned)"
    ]
    assert said(pod(MIRRORED), spec=(RULES, "digests: {mode: off}"), lock=None) == []
    (warned,) = said(
        pod(MIRRORED), spec=(RULES, "digests: {mode: require, missing: warn}"), lock=None
    )
    assert ": expected a digest" in warned


def test_pull_secrets_must_be_there() -> None:
    (line,) = said(pod(f"{MIRRORED}@{A}", secrets=("other",)))
    assert line == (
        'pods.json: error: lacks the pull secrets "pull", in 1 pod in Deployment shop/web at '
        "`spec.containers[app]` (missing-pull-secret)\n"
        "  hint: mirrorpin transform adds their names"
    )
    assert said(pod(f"{MIRRORED}@{A}", secrets=("pull-bm4mtdbm8c",))) == []
    none = (RULES, PIN, "pullSecrets: {attachTo: none}")
    assert said(pod(f"{MIRRORED}@{A}", secrets=()), spec=none) == []

"""Images by another name of their registry, and rules for one way of writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import runs
from transformer.errors import ConfigError
from transformer.image.reference import name_of
from transformer.model import Rewrite

DIGEST = f"sha256:{'a' * 64}"
K8S = "mirrors: [{source: registry.k8s.io, %s}, {source: k8s.gcr.io, sameAs: registry.k8s.io}"


def test_a_longer_source_is_no_other_name() -> None:
    settings = runs.config(
        K8S % "target: m.io/k8s" + ", {source: k8s.gcr.io/old, target: m.io/old}]"
    )
    outcome = runs.run(runs.pod("k8s.gcr.io/old/a:1"), settings)
    assert runs.output(outcome) == runs.pod("m.io/old/a:1")


def test_what_is_mirrored_under_the_other_name_is_mirrored() -> None:
    settings = runs.config(
        K8S % "target: k8s.gcr.io/mirror" + "]", "digests: {mode: lock, missing: warn}"
    )
    outcome = runs.run(runs.pod("k8s.gcr.io/mirror/a:1"), settings, runs.locked({}))
    assert runs.output(outcome) == runs.pod("k8s.gcr.io/mirror/a:1")
    assert not outcome.failed


def test_another_name_that_no_image_has_is_unused() -> None:
    settings = runs.config(K8S % "target: m.io/k8s" + "]")
    outcome = runs.run(runs.pod("registry.k8s.io/a:1"), settings)
    assert [it.problem.code for it in outcome.results] == ["unused-rule"]
    outcome = runs.run(runs.pod("k8s.gcr.io/a:1"), settings)
    assert [it.problem.code for it in outcome.results] == []


@pytest.mark.parametrize("where", ["", ", where: {kinds: [Pod]}"])
def test_a_pinned_image_that_another_rule_would_move(where: str) -> None:
    settings = runs.config(
        "mirrors: [{source: quay.io, keep: true}, "
        f"{{source: quay.io/a, target: m.io/a, only: digests{where}}}]",
        "digests: {mode: lock}",
    )
    lock = runs.locked({"quay.io/a/b:1": f"{{digest: {DIGEST}}}"})
    outcome = runs.run(runs.pod("quay.io/a/b:1"), settings, lock)
    assert [it.problem.code for it in outcome.results if it.problem.severity == "error"] == [
        "not-convergent"
    ]
    settled = runs.run(runs.pod(f"quay.io/a/b:1@{DIGEST}"), settings, lock)
    assert runs.output(settled) == runs.pod(f"m.io/a/b:1@{DIGEST}")


def test_a_pinned_image_that_a_rule_keeps() -> None:
    settings = runs.config(
        "mirrors: [{source: quay.io, keep: true, only: tags}, "
        "{source: quay.io, keep: true, only: digests}]",
        "digests: {mode: lock}",
    )
    lock = runs.locked({"quay.io/a/b:1": f"{{digest: {DIGEST}}}"})
    outcome = runs.run(runs.pod("quay.io/a/b:1"), settings, lock)
    assert runs.output(outcome) == runs.pod(f"quay.io/a/b:1@{DIGEST}")


RULES = st.lists(
    st.builds(
        lambda source, action, only: f'{{source: "{source}", {action}{only}}}',
        st.sampled_from(["*", "quay.io", "quay.io/a", "*.io", "old.io", "m.io/x"]),
        st.sampled_from(["keep: true", "target: m.io/x", "target: m.io/y", "sameAs: quay.io"]),
        st.sampled_from(["", "", ", only: tags", ", only: digests"]),
    ),
    min_size=1,
    max_size=4,
)
IMAGES = st.sampled_from(
    ["quay.io/a/b:1", "quay.io/c", "old.io/a/b:1", "x.io:5000/c:2", f"quay.io/a/b:1@{DIGEST}"]
)


@given(RULES, st.lists(IMAGES, min_size=1, max_size=3))
def test_twice_is_once_and_no_two_images_become_one_in_silence(
    rules: list[str], images: list[str]
) -> None:
    keys = ["quay.io/a/b:1", "quay.io/c:latest", "x.io:5000/c:2", "old.io/a/b:1", "m.io/x/a/b:1"]
    lock = runs.locked(dict.fromkeys(keys, f"{{digest: {DIGEST}}}"))
    text = [f"mirrors: [{', '.join(rules)}]", "unmatched: keep", "digests: {missing: warn}"]
    try:
        settings = runs.config(*text)
    except ConfigError:
        return
    pods = "".join(runs.pod(image) + "---\n" for image in images)
    outcome = runs.run(pods, settings, lock)
    if outcome.failed:
        return
    once = runs.output(outcome)
    again = runs.run(once, settings, lock)
    assert not again.failed
    assert runs.output(again) == once
    origins: dict[str, set[str]] = {}
    for _, verdict in outcome.decisions:
        if isinstance(verdict, Rewrite) and verdict.code == "mirrored":
            origins.setdefault(name_of(verdict.image), set()).add(name_of(verdict.source))
    assert all(len(it) == 1 for it in origins.values())


FIELD = "fields: [{group: a.io, kind: A, path: spec.registry, form: registry}]"


@pytest.mark.parametrize(
    ("registry", "codes"),
    [
        pytest.param("quay.io/a", ["prefix-apart"], id="by digest"),
        pytest.param("ghcr.io/a", [], id="whole"),
        pytest.param("quay.io/A", ["uppercase"], id="no name"),
    ],
)
def test_a_prefix_of_images_that_move_by_digest(registry: str, codes: list[str]) -> None:
    settings = runs.config(
        "mirrors: [{source: quay.io, target: m.io/q, only: digests}, "
        "{source: quay.io, target: m.io/t, only: tags}, {source: ghcr.io, target: m.io/g}]",
        FIELD,
    )
    text = f"apiVersion: a.io/v1\nkind: A\nmetadata: {{name: a}}\nspec: {{registry: {registry}}}\n"
    outcome = runs.run(text, settings)
    found = [it.problem.code for it in outcome.results if it.problem.severity == "error"]
    assert found == codes

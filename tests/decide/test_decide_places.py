"""Decisions about images of which the place says more: where a digest goes, or what is named."""

from __future__ import annotations

import pytest

from tests.decide.test_decide import A, says
from tests.helpers.runs import HUB, config, locked, pod, sites
from transformer.decide.decide import decide
from transformer.image.parts import Capability
from transformer.model import Site
from transformer.records import replace

LOCK = locked({"docker.io/library/nginx:1": f"{{digest: {A}}}"})
PINNED = "digests: {mode: lock, lockFile: images.lock.yaml}"
TARGET = "m.io/hub/library/nginx"


def site_of(image: str, digest: Capability = "whole", reason: str = "") -> Site:
    (site,) = sites(pod(image))
    return replace(site, digest=digest, reason=reason)


def said_of(site: Site, *spec: str) -> str:
    (only,) = decide([site], config(HUB, *spec), LOCK).decisions
    return says(only)


@pytest.mark.parametrize(
    ("digest", "keep", "drop"),
    [
        pytest.param("whole", f"{TARGET}:1@{A}", f"{TARGET}@{A}", id="whole: as it is chosen"),
        pytest.param("field", f"{TARGET}:1@{A}", f"{TARGET}:1@{A}", id="field: both have one"),
        pytest.param("hex", f"{TARGET}:1@{A}", f"{TARGET}:1@{A}", id="hex: both have one"),
        pytest.param("tag", f"{TARGET}@{A}", f"{TARGET}@{A}", id="tag: instead of it"),
        pytest.param("word", f"{TARGET}@{A}", f"{TARGET}@{A}", id="word: instead of it"),
        pytest.param("none", f"{TARGET}:1", f"{TARGET}:1", id="none"),
    ],
)  # fmt: skip
def test_a_tag_stays_as_the_fields_allow(digest: Capability, keep: str, drop: str) -> None:
    assert said_of(site_of("nginx:1", digest), PINNED) == f"mirrored: {keep}"
    drops = PINNED.replace("}", ", keepTag: false}")
    assert said_of(site_of("nginx:1", digest), drops) == f"mirrored: {drop}"


@pytest.mark.parametrize("keep", ["true", "false"])
def test_a_tag_stays_beside_a_digest_that_was_there(keep: str) -> None:
    pinned = PINNED.replace("}", f", keepTag: {keep}}}")
    site = site_of(f"nginx:1@{A}", "none")
    assert said_of(site, pinned) == f"mirrored: {TARGET}:1@{A}"


def test_an_image_is_decided_for_each_place_that_says_something_else() -> None:
    given = [
        site_of("nginx:1"),
        site_of("nginx:1", "none"),
        site_of("nginx:1", "none", "it is polled"),
        site_of("nginx:1", "none"),
    ]
    decisions = decide(given, config(HUB, PINNED), LOCK).decisions
    told = [[str(it) for it in verdict.problems] for _, verdict in decisions]  # type: ignore[union-attr]
    plain = 'warning: not pinned, this field takes no digest: "nginx:1" (unpinnable)'
    polled = 'warning: not pinned, it is polled: "nginx:1" (unpinnable)'
    assert told == [[], [plain], [polled], [plain]]


def test_what_cannot_be_pinned_may_fail() -> None:
    fails = PINNED.replace("}", ", unpinnable: fail}")
    assert said_of(site_of("nginx:1", "none", "it is polled"), fails) == (
        'error: not pinned, it is polled: "nginx:1" (unpinnable)'
    )


def test_what_is_mirrored_already_stays_where_it_cannot_be_pinned() -> None:
    assert said_of(site_of(f"{TARGET}:1", "none"), PINNED) == "already-mirrored"

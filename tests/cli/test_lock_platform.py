"""`digests.platform`: a platform's own digest, from the lock to the manifests and to the mirror."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_lock import HEAD, entry
from tests.helpers.registry_table import MIRROR, WEB, A, B, C, Place, index, pods

OWN = "{mode: %s, platform: linux/amd64}"
MIRRORED_WEB = f"{MIRROR}/{WEB}"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, {MIRRORED_WEB: index(B, linux_amd64=C, linux_arm64=A)}, OWN % "lock")


def test_the_lock_notes_both_and_the_manifests_get_the_platform_s(place: Place) -> None:
    assert place.run("lock", stdin=pods(WEB)) == 0
    assert place.lock.read_text() == HEAD + entry(WEB, B, "platforms:", f"  linux/amd64: {C}")
    assert place.run("-q", stdin=pods(WEB)) == 0
    assert f"{MIRRORED_WEB}@{C}" in place.out
    once = place.out
    assert place.run("-q", stdin=once) == 0
    assert place.out == once
    for command in (("lock", "--check"), ("lock",)):
        assert place.run(*command, stdin=once) == 0
    assert place.run("lock", "--check", stdin=pods(f"{WEB}@{C}")) == 0
    assert place.run("lock", "--check", stdin=pods(f"{WEB}@{A}")) == 1
    assert "(digest-mismatch)" in place.err


def test_a_lock_that_does_not_list_it_is_completed(place: Place) -> None:
    place.lock.write_text(HEAD + entry(WEB, B))
    place.table.answers = {f"{MIRROR}/ghcr.io/acme/web@{B}": index(B, linux_amd64=C)}
    assert place.run("lock", "--check", stdin=pods(WEB)) == 1
    assert "lists no platforms: expected linux/amd64" in place.err
    assert place.run("lock", stdin=pods(WEB)) == 0
    assert place.lock.read_text() == HEAD + entry(WEB, B, "platforms:", f"  linux/amd64: {C}")


def test_an_image_without_it_is_refused(place: Place) -> None:
    place.table.answers = {MIRRORED_WEB: index(B, linux_arm64=A)}
    assert place.run("lock", stdin=pods(WEB)) == 1
    assert "lists linux/arm64: expected linux/amd64" in place.err
    assert not place.lock.exists()


def test_without_a_lock_the_registry_is_asked_for_it(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_WEB: index(B, linux_amd64=C)}, OWN % "resolve")
    assert place.run("-q", "--cache=none", stdin=pods(WEB)) == 0
    assert f"{MIRRORED_WEB}@{C}" in place.out


def test_what_the_manifests_pull_is_verified(place: Place) -> None:
    place.lock.write_text(HEAD + entry(WEB, B, "platforms:", f"  linux/amd64: {C}"))
    pinned = f"{MIRROR}/ghcr.io/acme/web@{C}"
    place.table.answers = {pinned: index(C)}
    assert place.run("verify", stdin=pods(WEB)) == 0
    assert place.table.asked[-1] == pinned

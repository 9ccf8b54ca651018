"""What goes wrong with engines, locks and names: a clear line, an exit code, all of it said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_sync import AT, COPIES, STREAM, Synced
from tests.helpers.registry_table import MIRROR, NGINX, A, B, C, index, pods

FULL = "write /var/tmp/storage123/layer: no space left on device"


@pytest.fixture
def place(tmp_path: Path) -> Synced:
    return Synced(tmp_path)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        (
            "Error: unknown flag: --no-tty",
            "another version of oras may know that option; what it said follows",
        ),
        (
            "flag provided but not defined: -no-tty",
            "another version of oras may know that option; what it said follows",
        ),
        (FULL, "its credentials are those of oras itself; what it said follows"),
    ],
)
def test_an_engine_of_another_version_and_a_full_disk(place: Synced, said: str, hint: str) -> None:
    place.engine("oras", f"echo '{said}' >&2; exit 1")
    place.held.lost = set(AT)
    assert place.run("sync", "-j1", stdin=STREAM) == 1
    assert place.err.splitlines()[:3] == [
        f'<stdin>:7:12: error: oras did not copy "docker.io/library/nginx@{A}" to "{AT[0]}": '
        "it ended with exit status 1 (not-copied)",
        f"  hint: {hint}",
        f"  | {said}",
    ]
    assert place.err.splitlines()[-1] == "sync failed: 0 of 2 images copied and seen there"


def test_a_lock_that_is_older_than_the_manifests(place: Synced) -> None:
    place.engine("crane")
    config = place.folder / "mirrorpin.yaml"
    config.write_text(f"{config.read_text()}  digests: {{mode: lock}}\n")
    old = NGINX.replace("1.27", "1.26")
    entries = f"  {old}:\n    digest: {C}\n"
    place.lock.write_text(f"version: 1\nimages:\n{entries}")
    assert place.run("sync", "-j1", stdin=STREAM) == 0
    assert [it for it in place.err.splitlines() if "warning" in it] == [
        f'<stdin>:7:12: warning: "{NGINX}" is not in images.lock.yaml, and planned by its tag '
        "(not-locked)",
        '<stdin>:15:12: warning: "ghcr.io/acme/web:2.0" is not in images.lock.yaml, and planned by '
        "its tag (not-locked)",
    ]
    assert place.ran == COPIES
    # What the lock names goes by its digest, whatever the tag is now; a source may have lost it.
    place.lock.write_text(f"version: 1\nimages:\n  {NGINX}:\n    digest: {B}\n")
    assert place.run("plan", "--missing", stdin=pods("nginx:1.27")) == 1
    assert f'"docker.io/library/nginx@{B}" at docker.io is not there' in place.err
    assert place.out == ""


def test_a_name_with_characters_of_a_shell_is_no_image(place: Synced) -> None:
    place.engine("crane")
    for name in ("'a;b'", "'$(touch x)'", "'a`b`'", "'a b'", '"a\\nb"', "'-oProxy=x'"):
        assert place.run("sync", stdin=pods(name)) == 1
        assert place.err.splitlines()[-1] == "nothing was copied: 1 error"
    assert place.ran == []


@pytest.mark.slow
def test_ten_thousand_images_are_planned_and_copied_by_their_digests(place: Synced) -> None:
    place.engine("crane")
    names = [f"docker.io/a/b{number}:1" for number in range(10_000)]
    entries = "".join(f"  {name}:\n    digest: {A}\n" for name in names)
    place.lock.write_text(f"version: 1\nimages:\n{entries}")
    assert place.run("sync", "--dry-run", str(place.lock)) == 0
    lines = place.out.splitlines()
    assert len(lines) == 10_000
    assert lines[-1] == f"crane copy docker.io/a/b9999@{A} {MIRROR}/docker.io/a/b9999:1"
    place.held |= {f"{MIRROR}/{name}": index(A) for name in names[:-1]}
    assert place.run("sync", str(place.lock)) == 0
    assert place.ran == [lines[-1]]

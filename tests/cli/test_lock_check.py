from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Place, index, pods

MIRRORED_NGINX = f"{MIRROR}/{NGINX}"
LOCK = f"""\
version: 1
images:
  {NGINX}:
    digest: {A}
  {WEB}:
    digest: {B}
    platforms:
      linux/amd64: {C}
"""


def place_with(folder: Path, lock: str = LOCK, digests: str = "") -> Place:
    place = Place(folder, {MIRRORED_NGINX: index(A), f"{MIRROR}/{WEB}": index(B)}, digests)
    place.lock.write_text(lock)
    return place


def test_a_lock_that_says_all_passes(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    stream = pods(f"nginx:1.27@{A}", WEB, "nginx:1.27")
    assert place.run("lock", "--check", stdin=stream) == 0
    assert (place.out, place.err) == ("", "images.lock.yaml: check passed, 2 images\n")
    assert place.run("lock", "--check", "-q", stdin=stream) == 0
    assert place.err == ""
    assert place.table.asked == []
    assert place.lock.read_text() == LOCK


@pytest.mark.parametrize(
    ("images", "options", "expected"),
    [
        pytest.param(
            ["nginx:1.27", WEB, "web:1"],
            (),
            [
                '<stdin>:23:12: error: "docker.io/library/web:1" is not in images.lock.yaml '
                "(not-locked)",
                "  hint: add it with mirrorpin lock",
            ],
            id="missing",
        ),
        pytest.param(
            ["nginx:1.27"],
            (),
            [
                f'images.lock.yaml:6:13: error: entry "{WEB}" is used by no manifest '
                "(unused-entry)",
                "  hint: take it out with mirrorpin lock --prune",
            ],
            id="unused",
        ),
        pytest.param(
            [f"nginx:1.27@{B}", WEB],
            (),
            [
                f'<stdin>:7:12: error: "nginx:1.27@{B}" has another digest than the lock: '
                f'expected "{A}" (images.lock.yaml:4:13) (digest-mismatch)',
                f"  hint: change the manifest, or take its digest with --update={NGINX}",
            ],
            id="contradicted",
        ),
        pytest.param(
            ["nginx:1.27", WEB],
            ("--platform", "linux/amd64", "--platform", "linux/s390x"),
            [
                f'images.lock.yaml:4:13: error: entry "{NGINX}" lists no platforms: expected '
                "linux/amd64, linux/s390x (platform-missing)",
                f"  hint: ask again with mirrorpin lock --update={NGINX}",
                f'images.lock.yaml:6:13: error: entry "{WEB}" lists linux/amd64: expected '
                "linux/s390x (platform-missing)",
                f"  hint: ask again with mirrorpin lock --update={WEB}",
            ],
            id="platforms",
        ),
    ],
)
def test_what_fails_a_check(
    tmp_path: Path, images: list[str], options: tuple[str, ...], expected: list[str]
) -> None:
    place = place_with(tmp_path)
    assert place.run("lock", "--check", *options, stdin=pods(*images)) == 1
    assert place.err.splitlines() == [*expected, "images.lock.yaml: check failed"]


def test_the_configuration_requires_platforms(tmp_path: Path) -> None:
    place = place_with(tmp_path, digests="{platforms: [linux/arm64]}")
    assert place.run("lock", "--check", stdin=pods("nginx:1.27", WEB)) == 1
    assert "lists no platforms: expected linux/arm64" in place.err


def test_refresh_asks_whether_tags_moved(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    stream = pods("nginx:1.27", WEB)
    assert place.run("lock", "--check", "--refresh", stdin=stream) == 0
    assert place.table.asked == [MIRRORED_NGINX, f"{MIRROR}/{WEB}"]
    place.table.answers = {MIRRORED_NGINX: index(C)}
    assert place.run("lock", "--check", "--refresh", stdin=stream) == 1
    assert place.err.splitlines() == [
        f'<stdin>:15:12: error: "{MIRROR}/{WEB}" at {MIRROR} is not there, HTTP 404 '
        "(registry-not-found)",
        "  hint: copy it there, mirrorpin plan --missing says how, or compare its name",
        f'images.lock.yaml:4:13: error: tag of "{NGINX}" stands for {C}: expected {A} (drifted)',
        f"  hint: take the new image with mirrorpin lock --update={NGINX}",
        "images.lock.yaml: check failed",
    ]


def test_refresh_asks_about_unused_entries_too(tmp_path: Path) -> None:
    blocked = LOCK.replace(NGINX, "docker.io/evil/x:1")
    place = place_with(tmp_path, blocked)
    place.run("lock", "--check", "--refresh", "--allow-empty", stdin="")
    assert place.table.asked == [f"{MIRROR}/{WEB}"]
    assert (
        'images.lock.yaml:4:13: error: "docker.io/evil/x:1" is blocked by `mirrors[2]` (blocked)'
    ) in place.err.splitlines()


def test_an_empty_lock_has_nothing_to_refresh(tmp_path: Path) -> None:
    place = place_with(tmp_path, "version: 1\nimages:\n")
    assert place.run("lock", "--check", "--refresh", "--allow-empty", stdin="") == 0
    assert place.table.asked == []

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Place, index, pods

LOCK = f"version: 1\nimages:\n  {NGINX}:\n    digest: {A}\n"
LINES = [
    f"{NGINX}@{A} -> {MIRROR}/{NGINX} (mirrors[0])",
    "     <stdin>:7:12",
]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, {}, "{mode: lock}")


def test_nobody_is_asked_and_no_lock_is_needed(place: Place) -> None:
    assert place.run("plan", stdin=pods("nginx:1.27")) == 0
    assert place.out.splitlines() == [
        f"{NGINX} -> {MIRROR}/{NGINX} (mirrors[0])",
        "     <stdin>:7:12",
    ]
    assert place.err == "1 image to be at the mirrors\n"
    assert place.table.with_platforms == []


def test_the_lock_is_used_where_there_is_one(place: Place) -> None:
    place.lock.write_text(LOCK)
    assert place.run("plan", stdin=pods("nginx:1.27")) == 0
    assert place.out.splitlines() == LINES
    assert place.run("plan", "-q", stdin=pods("nginx:1.27")) == 0
    assert place.err == ""


def test_the_lock_is_left_alone_on_request(place: Place) -> None:
    place.lock.write_text(LOCK)
    assert place.run("plan", "--digests", "off", stdin=pods("nginx:1.27", WEB)) == 0
    assert [it.partition(" ")[0] for it in place.out.splitlines()[::2]] == [NGINX, WEB]
    assert place.err == "2 images to be at the mirrors\n"


def test_what_the_lock_does_not_have_yet_is_named(place: Place) -> None:
    place.lock.write_text(LOCK)
    assert place.run("plan", stdin=pods("nginx:1.27", WEB)) == 0
    assert place.err.splitlines() == [
        f'<stdin>:15:12: warning: "{WEB}" is not in images.lock.yaml, and planned by its tag '
        "(not-locked)",
        "  hint: add it with mirrorpin lock --from source",
        "2 images to be at the mirrors",
    ]


def test_a_lock_alone_is_planned(place: Place) -> None:
    place.lock.write_text(LOCK)
    assert place.run("plan", str(place.lock), stdin=None) == 0
    assert place.out.splitlines() == [LINES[0], "     images.lock.yaml:4:13"]
    place.lock.write_text(f"{LOCK}  docker.io/evil/x:1:\n    digest: {B}\n")
    assert place.run("plan", str(place.lock), stdin=None) == 1
    assert place.out == ""
    assert place.err.splitlines() == [
        'images.lock.yaml:6:13: error: "docker.io/evil/x:1" is blocked by `mirrors[2]` (blocked)',
        "  hint: take it out of the lock with --prune",
        "nothing was planned: 1 error",
    ]


def test_manifests_that_fail_have_no_plan(place: Place) -> None:
    place.lock.write_text(LOCK)
    assert place.run("plan", stdin=pods("nginx:1.27", "quay.io/a:1", f"nginx:1.27@{C}")) == 1
    assert place.out == ""
    assert place.err.splitlines()[-1] == "nothing was planned: 2 errors"
    assert "(no-rule)" in place.err
    assert "(digest-mismatch)" in place.err


def test_what_a_format_cannot_say_is_an_error_and_no_output(place: Place) -> None:
    place.lock.write_text(LOCK)
    assert place.run("plan", "--format", "harbor", stdin=pods("nginx:1.27")) == 0
    assert place.run("plan", "--format", "skopeo-sync", stdin=pods("nginx:1.27")) == 1
    assert (place.out, place.err.splitlines()[0]) == (
        "",
        "<stdin>:7:12: error: skopeo-sync names no tag and digest together: "
        f'"{NGINX}@{A}" (not-in-format)',
    )


def test_groups_and_hosts_without_tls(place: Place) -> None:
    assert place.run("plan", "--by", "registry", stdin=pods(WEB, "nginx:1.27")) == 0
    assert [it for it in place.out.splitlines() if it.endswith("image")] == [
        "docker.io: 1 image",
        "ghcr.io: 1 image",
    ]
    argv = ("plan", "--by=target", "--format=crane", f"--plain-http={MIRROR}")
    assert place.run(*argv, stdin=pods(WEB)) == 0
    assert place.out.splitlines()[6:] == [
        f"# {MIRROR}",
        "# mirrors[1], <stdin>:7:12",
        f"crane copy --insecure {WEB} {MIRROR}/{WEB}",
    ]


def test_information_is_for_those_who_want_it_all(place: Place) -> None:
    config = place.folder / "mirrorpin.yaml"
    config.write_text(
        config.read_text().replace("target: registry.example.com/ghcr.io",
                                   "target: registry.example.com/ghcr.io\n    allowDifferent: true")
    )  # fmt: skip
    assert place.run("plan", stdin=pods(WEB)) == 0
    assert place.err == "0 images to be at the mirrors\n"
    assert place.run("plan", "-v", stdin=pods(WEB)) == 0
    assert "(built-there)" in place.err


def test_an_input_without_objects_is_no_empty_plan(place: Place) -> None:
    assert place.run("plan", stdin="") == 1
    assert "(no-manifests)" in place.err
    assert place.run("plan", "--allow-empty", stdin="") == 0
    assert (place.out, place.err) == ("", "0 images to be at the mirrors\n")


class TestMissing:
    def test_what_is_there_is_left_out(self, place: Place) -> None:
        place.lock.write_text(LOCK)
        place.table.answers = {f"{MIRROR}/{NGINX}": index(A), WEB: index(B)}
        assert place.run("plan", "--missing", stdin=pods("nginx:1.27", WEB)) == 0
        assert place.out.splitlines()[0] == f"{WEB}@{B} -> {MIRROR}/{WEB} (mirrors[1])"
        assert place.err.splitlines()[-1] == "1 image missing at the mirrors"

    def test_a_tag_that_was_seen_to_hold_can_be_said_alone(self, place: Place) -> None:
        place.lock.write_text(LOCK)
        place.table.answers = {NGINX: index(A)}
        argv = ("plan", "--missing", "--format", "skopeo-sync")
        assert place.run(*argv, stdin=pods("nginx:1.27")) == 0
        assert '"library/nginx": ["1.27"]' in place.out

    def test_what_cannot_be_told_is_an_error_and_no_output(self, place: Place) -> None:
        place.lock.write_text(LOCK)
        assert place.run("plan", "--missing", stdin=pods("nginx:1.27")) == 1
        assert (place.out, place.err.splitlines()[-1]) == ("", "nothing was planned: 1 error")
        assert place.run("plan", "--missing", "--offline", stdin=pods("nginx:1.27")) == 1
        assert "(registry-offline)" in place.err


class TestNamed:
    """Images that no manifest names."""

    @pytest.fixture
    def chart(self, tmp_path: Path) -> Path:
        folder = tmp_path / "chart"
        folder.mkdir()
        images = "- {name: web, image: nginx:1.27}"
        (folder / "Chart.yaml").write_text(
            f"name: web\nannotations:\n  artifacthub.io/images: |\n    {images}\n"
        )
        return folder

    def test_those_of_the_configuration_are_planned(self, place: Place) -> None:
        config = place.folder / "mirrorpin.yaml"
        config.write_text(
            f"{config.read_text()}  images: [{{image: '{WEB}', platforms: [linux/arm64]}}]\n"
        )
        assert place.run("plan", stdin=pods("nginx:1.27")) == 0
        assert place.out.splitlines()[2:] == [
            f"{WEB} -> {MIRROR}/{WEB} (mirrors[1], linux/arm64)",
            "     mirrorpin.yaml:16:20",
        ]

    def test_those_of_a_chart_are_planned_without_manifests(
        self, place: Place, chart: Path
    ) -> None:
        assert place.run("plan", "--chart", str(chart), stdin=None) == 0
        assert place.out.splitlines() == [
            f"{NGINX} -> {MIRROR}/{NGINX} (mirrors[0])",
            "     chart/Chart.yaml:3:3",
        ]
        assert place.run("plan", "--chart", str(chart), stdin=pods(WEB)) == 0
        assert place.err == "2 images to be at the mirrors\n"

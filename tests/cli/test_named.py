"""Images that no manifest names, in the commands that know mirrors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Place, index, pods

MIRRORED_NGINX = f"{MIRROR}/{NGINX}"
MIRRORED_WEB = f"{MIRROR}/{WEB}"
ANSWERS = {MIRRORED_NGINX: index(A), MIRRORED_WEB: index(B, linux_arm64=C)}
HEAD = "version: 1\nimages:\n"
CHART = "name: shop\nannotations:\n  helm.sh/images: '[{image: \"%s\"}]'\n"


def naming(folder: Path, *images: str, digests: str = "") -> Place:
    place = Place(folder, ANSWERS, digests)
    config = folder / "mirrorpin.yaml"
    config.write_text(f"{config.read_text()}  images:\n" + "".join(f"  - {it}\n" for it in images))
    return place


def chart(folder: Path, image: str) -> str:
    folder.mkdir()
    (folder / "Chart.yaml").write_text(CHART % image)
    return str(folder)


def test_they_are_locked_and_never_unused(tmp_path: Path) -> None:
    place = naming(tmp_path, f"{{image: {WEB}, for: each build}}")
    assert place.run("lock", stdin=pods("nginx:1.27")) == 0
    assert place.out.split() == f"added {NGINX} -> {'a' * 12} added {WEB} -> {'b' * 12}".split()
    assert place.run("lock", "--check", stdin=pods("nginx:1.27")) == 0
    assert place.run("lock", "--prune", stdin=pods("nginx:1.27")) == 0
    assert place.err == "images.lock.yaml: nothing changed; 2 images\n"
    place.lock.write_text(HEAD + f"  {NGINX}:\n    digest: {A}\n")
    assert place.run("lock", "--check", stdin=pods("nginx:1.27")) == 1
    assert place.err.splitlines()[0] == (
        f'mirrorpin.yaml:16:13: error: "{WEB}" is not in images.lock.yaml (not-locked)'
    )


def test_a_platform_of_one_image_is_asked_of_that_alone(tmp_path: Path) -> None:
    place = naming(tmp_path, f"{{image: {WEB}, platforms: [linux/arm64]}}")
    place.lock.write_text(HEAD + f"  {WEB}:\n    digest: {B}\n")
    assert place.run("lock", "--check", stdin=pods("nginx:1.27")) == 1
    assert "lists no platforms: expected linux/arm64" in place.err
    place.table.answers = {**ANSWERS, f"{MIRROR}/ghcr.io/acme/web@{B}": index(B, linux_arm64=C)}
    assert place.run("lock", stdin=pods("nginx:1.27")) == 0
    assert place.lock.read_text().count("platforms:") == 1
    assert f"linux/arm64: {C}" in place.lock.read_text()
    place = naming(tmp_path, f"{{image: {WEB}, platforms: [linux/s390x]}}")
    place.lock.unlink()
    assert place.run("lock", stdin=pods("nginx:1.27")) == 1
    assert place.err.splitlines()[0] == (
        f'mirrorpin.yaml:16:13: error: "{MIRRORED_WEB}" lists linux/arm64: expected '
        "linux/s390x (platform-missing)"
    )


@pytest.mark.parametrize("argv", [["lock"], ["verify"]], ids=str)
def test_rules_are_for_them_as_well(tmp_path: Path, argv: list[str]) -> None:
    place = naming(tmp_path, "{image: 'quay.io/x:1'}", "{image: evil/x}")
    assert place.run(*argv, stdin=pods("nginx:1.27")) == 1
    said = [line.partition(" in ImageTransformer")[0] for line in place.err.splitlines()]
    assert [line.partition(" (no-rule)")[0].partition(" (blocked)")[0] for line in said[0:3:2]] == [
        'mirrorpin.yaml:16:13: error: no rule covers "quay.io/x:1" (quay.io/x)',
        'mirrorpin.yaml:17:13: error: "evil/x" is blocked by `mirrors[2]`',
    ]


def test_they_must_be_there(tmp_path: Path) -> None:
    place = naming(tmp_path, f"{{image: {WEB}}}", digests="{mode: lock}")
    place.lock.write_text(HEAD + f"  {NGINX}:\n    digest: {A}\n  {WEB}:\n    digest: {B}\n")
    pinned = [f"{MIRROR}/docker.io/library/nginx@{A}", f"{MIRROR}/ghcr.io/acme/web@{B}"]
    place.table.answers = {pinned[0]: index(A)}
    assert place.run("verify", stdin=pods("nginx:1.27")) == 1
    assert place.table.asked == pinned
    assert place.err.splitlines()[0] == (
        f'mirrorpin.yaml:17:13: error: "{pinned[1]}" at {MIRROR} is not there, HTTP 404 '
        "(registry-not-found)"
    )


def test_manifests_stay_as_they_are(tmp_path: Path) -> None:
    stream = pods("nginx:1.27")
    plain = Place(tmp_path, ANSWERS)
    assert plain.run("-v", stdin=stream) == 0
    out, said = plain.out, plain.err
    assert 'no image met `mirrors[1]`: "ghcr.io" (unused-rule)' in said
    place = naming(tmp_path, f"{{image: {WEB}}}", "{image: 'quay.io/x:1'}")
    assert place.run("-v", stdin=stream) == 0
    assert place.out == out
    assert "`mirrors[1]`" not in place.err
    assert 'no image met `mirrors[2]`: "docker.io/evil" (unused-rule)' in place.err


def test_mode_resolve_answers_for_them_too(tmp_path: Path) -> None:
    place = naming(tmp_path, f"{{image: {WEB}}}", digests="{mode: resolve}")
    place.environment["MIRRORPIN_CACHE"] = "none"
    pinned = f"{MIRROR}/ghcr.io/acme/web@{B}"
    place.table.answers = {**ANSWERS, pinned: index(B)}
    place.table.answers[f"{MIRROR}/docker.io/library/nginx@{A}"] = index(A)
    assert place.run("verify", stdin=pods("nginx:1.27")) == 0
    assert place.err == "verify passed: 2 images are there\n"
    assert pinned in place.table.asked


def test_charts_list_them(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    one = chart(tmp_path / "one", WEB)
    two = chart(tmp_path / "two", "quay.io/x:1")
    assert place.run("lock", "--chart", one, stdin=None) == 0
    assert WEB in place.lock.read_text()
    assert place.run("lock", "--check", "--chart", one, stdin=pods("web:1")) == 1
    assert "unused-entry" not in place.err
    assert place.run("lock", "--chart", one, "--chart", two, stdin=pods("nginx:1.27")) == 1
    assert place.err.splitlines()[0] == (
        'two/Chart.yaml:3:3: error: no rule covers "quay.io/x:1" (quay.io/x) in Chart shop at '
        "`annotations.helm.sh/images[0].image` (no-rule)"
    )


def test_they_are_no_reason_to_prune_what_manifests_use(tmp_path: Path) -> None:
    place = naming(tmp_path, f"{{image: {WEB}}}")
    place.lock.write_text(HEAD + f"  {NGINX}:\n    digest: {A}\n  {WEB}:\n    digest: {B}\n")
    before = place.lock.read_text()
    for argv in (["--prune"], ["--prune", "--chart", chart(tmp_path / "one", WEB)]):
        assert place.run("lock", *argv, stdin="") == 1
        assert place.err.splitlines()[0].endswith("which would empty the lock (no-images)")
        assert place.lock.read_text() == before


def test_what_is_no_chart(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    folder = tmp_path / "chart"
    arguments = ("lock", "--chart", str(folder))
    assert place.run(*arguments, stdin=pods("nginx:1.27")) == 2
    assert place.err.splitlines() == [
        "chart/Chart.yaml: error: file cannot be read: No such file or directory (unreadable)",
        "  hint: --chart takes a folder with a Chart.yaml",
    ]
    folder.mkdir()
    file = folder / "Chart.yaml"
    for content, expected in (
        (b"\xff", "chart/Chart.yaml:1:1: error: is not UTF-8: byte 0xff (not-utf8)"),
        (b"#" * (2 << 20), "chart/Chart.yaml: error: is larger than 1 MiB (too-large)"),
    ):
        file.write_bytes(content)
        assert place.run(*arguments, stdin=pods("nginx:1.27")) == 2
        assert place.err.splitlines()[0] == expected
    file.unlink()
    os.symlink(tmp_path / "mirrorpin.yaml", file)
    assert place.run(*arguments, stdin=pods("nginx:1.27")) == 2
    assert place.err == (
        "chart/Chart.yaml: error: is a link that leads out of the chart's folder (outside)\n"
    )


def test_they_are_planned(tmp_path: Path) -> None:
    place = naming(tmp_path, f"{{image: {WEB}, platforms: [linux/arm64]}}")
    one = chart(tmp_path / "one", NGINX)
    assert place.run("plan", "--chart", one, "--format", "json", stdin=pods(WEB)) == 0
    planned = json.loads(place.out)["images"]
    assert [(it["source"], it["platforms"]) for it in planned] == [
        (WEB, ["linux/arm64"]),
        (NGINX, []),
    ]
    assert [it["file"] for it in planned[0]["places"]] == ["<stdin>", "mirrorpin.yaml"]


@pytest.mark.parametrize("stdin", ["", None], ids=["nothing is piped in", "a terminal"])
@pytest.mark.parametrize(
    "argv", [["plan"], ["sync", "--dry-run"], ["verify"], ["lock"]], ids=lambda it: it[0]
)
def test_a_chart_is_enough_where_there_are_no_manifests(
    tmp_path: Path, argv: list[str], stdin: str | None
) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A), NGINX: index(A)})
    (tmp_path / "crane").touch(mode=0o755)
    place.environment["PATH"] = str(tmp_path)
    folder = chart(tmp_path / "chart", "nginx:1.27")
    assert place.run(*argv, "--chart", folder, stdin=stdin) == 0, place.err
    assert NGINX in f"{place.out} {place.table.asked}"


def test_a_pipe_beside_a_chart_is_read(tmp_path: Path) -> None:
    place = Place(tmp_path, {})
    folder = chart(tmp_path / "chart", "nginx:1.27")
    assert place.run("plan", "--chart", folder, "-q", stdin=pods(WEB)) == 0
    assert WEB in place.out
    assert NGINX in place.out


def test_what_an_image_is_for_is_said_where_it_is_listed(tmp_path: Path) -> None:
    place = naming(tmp_path, f"{{image: {WEB}, for: each build}}")
    assert place.run("plan", stdin=pods("nginx:1.27", WEB)) == 0
    assert place.out.splitlines()[2:] == [
        f"{WEB} -> {MIRRORED_WEB} (mirrors[1])",
        "     <stdin>:15:12",
        "     mirrorpin.yaml:16:13: each build",
    ]
    assert place.run("plan", "--format", "json", stdin=pods("nginx:1.27")) == 0
    first, second = json.loads(place.out)["images"]
    assert [it["note"] for it in (*first["places"], *second["places"])] == ["", "each build"]
    assert place.run("images", stdin=pods("nginx:1.27")) == 0
    assert place.out.splitlines()[2:] == [
        f"   1 {WEB} -> {MIRRORED_WEB} (mirrored)",
        "     mirrorpin.yaml:16:13 ImageTransformer spec.images[0].image: each build",
    ]

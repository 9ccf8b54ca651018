from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers.registry_table import (
    INDEX,
    MIRROR,
    NGINX,
    WEB,
    A,
    B,
    C,
    Place,
    index,
    pods,
    refusal,
)
from transformer.lock.entries import HEADER
from transformer.registry.resolver import Answer

MIRRORED_NGINX = f"{MIRROR}/{NGINX}"
MIRRORED_WEB = f"{MIRROR}/{WEB}"
ANSWERS = {MIRRORED_NGINX: index(A), MIRRORED_WEB: index(B, linux_amd64=C)}
HEAD = HEADER


def entry(name: str, digest: str, *more: str) -> str:
    known = ("", f"mediaType: {INDEX}", "size: 100", "resolvedFrom: mirror")
    return f"  {name}:\n    digest: {digest}" + "\n    ".join((*known, *more)) + "\n"


BOTH = HEAD + entry(NGINX, A) + entry(WEB, B)


def test_every_image_is_locked_once(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    stream = pods("nginx:1.27", WEB, "nginx:1.27", MIRRORED_NGINX, f"r.io/a@{A}")
    assert place.run("lock", stdin=stream) == 0
    assert place.lock.read_text() == BOTH
    assert place.table.asked == [MIRRORED_NGINX, MIRRORED_WEB]
    assert place.table.with_platforms == [False]
    assert place.out == (
        f"added  {NGINX}  -> aaaaaaaaaaaa\nadded  {WEB}          -> bbbbbbbbbbbb\n"
    )
    assert place.err == "images.lock.yaml: 2 added; 2 images\n"
    assert place.run("lock", "-q", stdin=stream) == 0
    assert (place.out, place.err, len(place.table.asked)) == ("", "", 2)
    assert place.lock.read_text() == BOTH


def test_what_is_there_stays_and_what_is_new_fits_in(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    old = f"{HEAD}  {WEB}: {{digest: {C}}}   # by hand\n"
    place.lock.write_text(old)
    assert place.run("lock", stdin=pods("nginx:1.27", WEB)) == 0
    assert place.lock.read_text() == old.replace(HEAD, HEAD + entry(NGINX, A))
    assert place.table.asked == [MIRRORED_NGINX]
    assert place.run("lock", "--update=nginx:*", stdin=pods("nginx:1.27", WEB)) == 0
    assert place.table.asked == [MIRRORED_NGINX] * 2
    assert place.err == "images.lock.yaml: nothing changed; 2 images\n"
    assert place.run("lock", "--update", "--format", "markdown", stdin=pods("nginx:1.27")) == 0
    assert place.lock.read_text() == BOTH
    assert "| updated | `ghcr.io/acme/web:2.0` | `sha256:cccccccccccc`" in place.out


@pytest.mark.parametrize("pattern", ["ngimx:*", "ghcr.io/*", "docker.io/library/nginx"])
def test_a_pattern_that_means_nothing_is_named(tmp_path: Path, pattern: str) -> None:
    place = Place(tmp_path, ANSWERS)
    place.lock.write_text(HEAD + entry(NGINX, A))
    assert place.run("lock", f"--update={pattern}", stdin=pods("nginx:1.27")) == 0
    assert place.err.splitlines() == [
        f'images.lock.yaml: warning: `--update` is "{pattern}": expected an image (no-match)',
        f"  hint: a pattern is compared with whole names: {NGINX}",
        "images.lock.yaml: nothing changed; 1 image",
    ]
    assert place.run("lock", "--update", stdin="") == 0
    assert "no-match" not in place.err


def test_a_pattern_may_mean_a_new_image(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    assert place.run("lock", "--update=no/*", stdin=pods()) == 0
    assert place.err.splitlines()[1] == "images.lock.yaml: nothing changed; 0 images"
    assert place.run("lock", "--update=nginx:*", stdin=pods("nginx:1.27")) == 0
    assert place.err == "images.lock.yaml: 1 added; 1 image\n"


def test_a_pattern_that_is_taken_for_a_file(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    assert place.run("lock", "--update", "nginx:*", stdin=pods(WEB)) == 2
    assert place.err.splitlines() == [
        "nginx:*: error: file cannot be read: No such file or directory (unreadable)",
        "  hint: a pattern is written behind `=`: --update=nginx:*",
    ]
    for argv in (["--update", "pods.yaml"], ["nginx:*"]):
        assert place.run("lock", *argv) == 2
        assert "hint" not in place.err


def test_a_lock_is_refreshed_without_manifests(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    place.lock.write_text(BOTH.replace(B, C))
    assert place.run("lock", "--update", stdin=None) == 0
    assert place.lock.read_text() == BOTH
    assert place.run("lock", stdin=None) == 2
    assert "no manifests: stdin is a terminal (no-input)" in place.err


def test_a_refreshed_entry_under_the_name_of_a_mirror_keeps_its_key(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    place.lock.write_text(HEAD + entry(MIRRORED_NGINX, C))
    assert place.run("lock", "--update", "--prune", stdin=pods(MIRRORED_NGINX)) == 0
    assert place.lock.read_text() == HEAD + entry(MIRRORED_NGINX, A)


def test_prune_takes_out_what_is_not_used(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    place.lock.write_text(BOTH)
    assert place.run("lock", "--prune", stdin=pods(WEB)) == 0
    assert place.lock.read_text() == HEAD + entry(WEB, B)
    assert place.out == f"removed  {NGINX}  aaaaaaaaaaaa ->\n"
    assert place.run("lock", "--prune", stdin="") == 1
    assert place.err.splitlines() == [
        "images.lock.yaml: error: manifests hold no image: expected one for --prune, which "
        "would empty the lock (no-images)",
        "  hint: delete the lock instead",
        "images.lock.yaml was not written: 1 error",
    ]


def test_images_that_nobody_has_are_named_with_their_places(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A)})
    stream = pods(WEB, "nginx:1.27", *[WEB] * 5)
    assert place.run("lock", stdin=stream) == 1
    assert place.err.splitlines() == [
        f'<stdin>:7:12: error: "{MIRRORED_WEB}" at {MIRROR} is not there, HTTP 404; also at '
        "<stdin>:23:12, <stdin>:31:12, <stdin>:39:12 and 2 more (registry-not-found)",
        "  hint: copy it there, mirrorpin plan --missing says how, or compare its name",
        "images.lock.yaml was not written: 1 error",
    ]
    assert not place.lock.exists()


def test_failing_manifests_are_not_locked(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    assert place.run("lock", stdin=pods("quay.io/x:1", "evil/x", "nginx:1.27")) == 1
    assert place.err.splitlines()[::2] == [
        '<stdin>:7:12: error: no rule covers "quay.io/x:1" (quay.io/x) in Pod p0 at '
        "`spec.containers[0].image` (no-rule)",
        '<stdin>:15:12: error: "evil/x" is blocked by `mirrors[2]` in Pod p1 at '
        "`spec.containers[0].image` (blocked)",
    ]
    assert place.err.endswith("nothing was written: the manifests fail\n")
    assert place.table.asked == []


def test_platforms_are_noted_and_required(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS, "{platforms: [linux/amd64]}")
    assert place.run("lock", stdin=pods(WEB)) == 0
    noted = entry(WEB, B, "platforms:", f"  linux/amd64: {C}")
    assert place.lock.read_text() == HEAD + noted
    assert place.run("lock", "--platform", "linux/arm64", "--update", stdin=pods(WEB)) == 1
    assert place.err.splitlines()[:2] == [
        f'<stdin>:7:12: error: "{MIRRORED_WEB}" lists linux/amd64: expected linux/arm64 '
        "(platform-missing)",
        "  hint: copy all platforms to the mirror, or do not require this one",
    ]
    assert place.run("lock", stdin=pods("nginx:1.27")) == 1
    assert f'"{MIRRORED_NGINX}" lists none: expected linux/amd64' in place.err


def test_a_platform_that_is_not_noted_is_asked_for_by_digest(tmp_path: Path) -> None:
    pinned = f"{MIRROR}/ghcr.io/acme/web@{B}"
    place = Place(tmp_path, {pinned: index(B, linux_amd64=C), MIRRORED_WEB: index(A)})
    place.lock.write_text(BOTH)
    options = ("lock", "--platform", "linux/amd64")
    assert place.run(*options, stdin=pods(WEB)) == 0
    noted = entry(WEB, B, "platforms:", f"  linux/amd64: {C}")
    assert place.lock.read_text() == HEAD + entry(NGINX, A) + noted
    assert place.table.asked == [pinned]
    assert place.run(*options, stdin=pods(WEB)) == 0
    assert place.table.asked == [pinned]
    assert place.run("lock", "--platform", "linux/arm64", stdin=pods(WEB)) == 1
    assert place.err.splitlines()[0] == (
        f'<stdin>:7:12: error: "{pinned}" lists linux/amd64: expected linux/arm64 '
        "(platform-missing)"
    )
    assert place.lock.read_text() == HEAD + entry(NGINX, A) + noted


def test_noted_platforms_are_refreshed(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_WEB: index(B, linux_amd64=A, linux_arm64=A)})
    place.lock.write_text(HEAD + entry(WEB, B, "platforms:", f"  linux/amd64: {C}"))
    assert place.run("lock", "--update", stdin=pods(WEB)) == 0
    noted = entry(WEB, B, "platforms:", f"  linux/amd64: {A}")
    assert place.lock.read_text() == HEAD + noted
    assert place.table.with_platforms == [True]


def test_a_digest_in_the_manifests_is_looked_up_and_locked(tmp_path: Path) -> None:
    pinned = f"{MIRROR}/docker.io/library/nginx@{A}"
    place = Place(tmp_path, {pinned: index(A)})
    assert place.run("lock", stdin=pods(f"nginx:1.27@{A}", "nginx:1.27")) == 0
    assert place.lock.read_text() == HEAD + entry(NGINX, A)
    assert place.table.asked == [pinned]
    assert place.run("lock", stdin=pods(f"nginx:1.27@{B}")) == 1
    assert place.err.splitlines()[:2] == [
        f'<stdin>:7:12: error: "nginx:1.27@{B}" has another digest than the lock: expected '
        f'"{A}" (images.lock.yaml:10:13) (digest-mismatch)',
        f"  hint: change the manifest, or take its digest with --update={NGINX}",
    ]
    assert place.run("lock", "--update", stdin=pods(f"nginx:1.27@{B}", f"nginx:1.27@{A}")) == 1
    assert place.err.splitlines()[0] == (
        f'<stdin>:15:12: error: "{NGINX}" has two digests: {B}, and here {A} (two-digests)'
    )


@pytest.mark.parametrize(
    ("whom", "asked"),
    [
        pytest.param("mirror", [MIRRORED_NGINX], id="mirror"),
        pytest.param("source", [NGINX], id="source"),
        pytest.param("both", [MIRRORED_NGINX, NGINX], id="both"),
    ],
)
@pytest.mark.parametrize("place_of", ["option", "configuration", "environment"])
def test_whom_to_ask(tmp_path: Path, whom: str, asked: list[str], place_of: str) -> None:
    answers = {MIRRORED_NGINX: index(A), NGINX: index(A)}
    config = f"{{resolveFrom: {whom}}}" if place_of == "configuration" else ""
    place = Place(tmp_path, answers, config)
    if place_of == "environment":
        place.environment["MIRRORPIN_FROM"] = whom
    arguments = ["--from", whom] if place_of == "option" else []
    assert place.run("lock", *arguments, stdin=pods("nginx:1.27")) == 0
    assert place.table.asked == asked
    assert f"resolvedFrom: {whom}\n" in place.lock.read_text()


def test_an_image_that_differs_at_the_mirror_is_an_error(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A), NGINX: index(B)})
    assert place.run("lock", "--from", "both", stdin=pods("nginx:1.27")) == 1
    assert place.err.splitlines()[0] == (
        f'<stdin>:7:12: error: different at the mirror: "{NGINX}" is {B}, "{MIRRORED_NGINX}" '
        f"is {A} (mirror-differs)"
    )


ALLOWING = "registry.example.com/docker.io\n    allowDifferent: true"


def allowing(folder: Path, answers: Mapping[str, Answer], digests: str = "") -> Place:
    """A place whose mirror of Docker Hub may hold other bytes than that does."""
    place = Place(folder, answers, digests)
    config = folder / "mirrorpin.yaml"
    config.write_text(config.read_text().replace("registry.example.com/docker.io", ALLOWING))
    return place


@pytest.mark.parametrize("image", ["nginx:1.27", MIRRORED_NGINX], ids=["renamed", "mirrored"])
def test_an_image_may_differ_at_a_mirror_whose_rule_allows_it(tmp_path: Path, image: str) -> None:
    place = allowing(tmp_path, {MIRRORED_NGINX: index(A), NGINX: index(B)})
    log = tmp_path / "log"
    arguments = ["lock", "--from", "both", "--log-file", str(log)]
    assert place.run(*arguments, stdin=pods(image)) == 0
    assert place.lock.read_text() == HEAD + entry(NGINX, A).replace("mirror\n", "both\n")
    information = (
        f'<stdin>:7:12: info: different at the mirror, as its rule allows: "{NGINX}" is {B}, '
        f'"{MIRRORED_NGINX}" is {A} (mirror-differs)\n'
    )
    assert "differs" not in place.err
    assert information in log.read_text()
    assert place.run(*arguments, "-v", "--update", stdin=pods(image)) == 0
    assert information in place.err
    arguments = ["lock", "--check", "--refresh"]
    place.environment = {"MIRRORPIN_FROM": "both"}
    assert place.run(*arguments, stdin=pods(image)) == 0
    assert "differs" not in place.err
    assert place.run(*arguments, "-v", stdin=pods(image)) == 0
    assert "mirror-differs" in place.err


def test_an_entry_without_manifests_may_differ_too(tmp_path: Path) -> None:
    place = allowing(tmp_path, {MIRRORED_NGINX: index(A), NGINX: index(B)})
    place.lock.write_text(HEAD + entry(NGINX, C))
    assert place.run("lock", "--update", "--from", "both", stdin=None) == 0
    assert f"digest: {A}" in place.lock.read_text()


def test_what_is_allowed_for_one_mirror_is_not_for_another(tmp_path: Path) -> None:
    answers = {f"{MIRROR}/{WEB}": index(A), WEB: index(B), MIRRORED_NGINX: index(A)}
    place = allowing(tmp_path, {**answers, NGINX: index(B)})
    assert place.run("lock", "-v", "--from", "both", stdin=pods(WEB, "nginx:1.27")) == 1
    assert [line.split(": ")[1] for line in place.err.splitlines() if "-differs" in line] == [
        "error",
        "info",
    ]
    assert place.run("lock", "--from", "both", stdin=pods(WEB, "nginx:1.27")) == 1
    assert ": info: " not in place.err


def test_platforms_must_be_there_at_a_mirror_that_may_differ(tmp_path: Path) -> None:
    place = allowing(tmp_path, {MIRRORED_NGINX: index(A, linux_amd64=C), NGINX: index(B)})
    arguments = ["lock", "--from", "both", "--platform", "linux/arm64"]
    assert place.run(*arguments, stdin=pods("nginx:1.27")) == 1
    assert "(platform-missing)" in place.err


def test_a_subset_at_the_mirror_is_a_warning(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A), NGINX: index(B, linux_amd64=A)})
    assert place.run("lock", "--from", "both", stdin=pods("nginx:1.27")) == 0
    assert place.err.splitlines()[0] == (
        f'<stdin>:7:12: warning: platform subset at the mirror: "{NGINX}" is {B}, '
        f'"{MIRRORED_NGINX}" is {A} (platform-subset)'
    )


def test_a_lock_entry_that_its_rules_block_is_named(tmp_path: Path) -> None:
    place = Place(tmp_path, ANSWERS)
    place.lock.write_text(HEAD + entry("docker.io/evil/x:1", A))
    assert place.run("lock", "--update", stdin=None) == 1
    assert place.err.splitlines()[:2] == [
        'images.lock.yaml:10:13: error: "docker.io/evil/x:1" is blocked by `mirrors[2]` (blocked)',
        "  hint: take it out of the lock with --prune",
    ]


def test_digests_are_imported(tmp_path: Path) -> None:
    place = Place(tmp_path, {})
    noted = tmp_path / "noted"
    noted.write_text(f"nginx:1.27 {A}\nnginx:1.27 {A}\n")
    assert place.run("lock", "--import", str(noted)) == 0
    assert place.lock.read_text() == f"{HEAD}  {NGINX}:\n    digest: {A}\n"
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(pods(f"{MIRRORED_WEB}@{C}", f"nginx:1.27@{A}"))
    assert place.run("lock", "--import", str(noted), str(manifests)) == 0
    assert place.lock.read_text() == (
        f"{HEAD}  {NGINX}:\n    digest: {A}\n  {WEB}:\n    digest: {C}\n"
    )
    noted.write_text(f"nginx:1.27 {B}\n")
    assert place.run("lock", "--import", str(noted)) == 1
    assert place.err.splitlines()[:2] == [
        f'noted:1:1: error: "{NGINX}" has two digests: {A} so far, here {B} (two-digests)',
        f"  hint: see which is right; --update={NGINX} takes the place of the lock's",
    ]
    assert place.run("lock", "--import", str(noted), "--update") == 0
    assert f"digest: {B}" in place.lock.read_text()
    manifests.write_text(pods(f"web:1@{C}", f"web:1@{A}"))
    assert place.run("lock", "--import", str(noted), str(manifests)) == 1
    assert '"docker.io/library/web:1" has two digests' in place.err
    assert place.table.asked == []


def test_two_locks_are_compared(tmp_path: Path) -> None:
    place = Place(tmp_path, {})
    place.lock.write_text(BOTH)
    old = tmp_path / "old.yaml"
    old.write_text(HEAD + entry(NGINX, B))
    assert place.run("lock", "--diff", str(old), stdin=None) == 0
    assert place.out == (
        f"updated  {NGINX}  bbbbbbbbbbbb -> aaaaaaaaaaaa\nadded    {WEB}          -> bbbbbbbbbbbb\n"
    )
    assert place.run("lock", "--diff", str(old), "--format", "json", stdin=None) == 0
    assert '"kind": "updated"' in place.out


def test_two_mirrors_must_hold_the_same(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A), "edge.io/library/nginx:1.27": index(B)})
    config = tmp_path / "mirrorpin.yaml"
    rule = "  - {source: docker.io, target: edge.io, where: {kinds: [DaemonSet]}}\n"
    config.write_text(config.read_text() + rule)
    daemon = (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec:\n  template:\n    spec:\n"
        "      containers:\n      - {name: c, image: nginx:1.27}\n"
    )
    assert place.run("lock", stdin=pods("nginx:1.27") + daemon) == 1
    assert place.err.splitlines()[0] == (
        f'<stdin>:7:12: error: mirrors hold different images: "{MIRRORED_NGINX}" is {A}, '
        f'"edge.io/library/nginx:1.27" is {B}; also at <stdin>:16:26 (mirrors-differ)'
    )
    place.table.answers = {MIRRORED_NGINX: index(A), "edge.io/library/nginx:1.27": index(A)}
    assert place.run("lock", stdin=pods("nginx:1.27") + daemon) == 0
    assert place.lock.read_text() == HEAD + entry(NGINX, A)


def test_a_fault_at_the_source_counts_when_both_are_asked(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A), NGINX: refusal(NGINX, 401)})
    assert place.run("lock", "--from", "both", stdin=pods("nginx:1.27")) == 1
    assert f'"{NGINX}" at docker.io is not there, HTTP 401' in place.err
    place = Place(tmp_path, {MIRRORED_NGINX: index(A)})
    assert place.run("lock", "--from", "both", stdin=pods("nginx:1.27")) == 0
    assert place.err.splitlines()[0] == (
        f'<stdin>:7:12: warning: absent at the source: "{NGINX}", HTTP 404; the mirror has '
        f'"{MIRRORED_NGINX}" as {A} (source-absent)'
    )


def test_what_is_no_image_and_what_is_kept(tmp_path: Path) -> None:
    place = Place(tmp_path, {"r.io/a:1": index(A), "r.io/b:1": index(B)})
    config = tmp_path / "mirrorpin.yaml"
    config.write_text(config.read_text() + "  invalid: warn\n")
    place.lock.write_text(HEAD + entry("r.io/b:1", C))
    assert place.run("lock", "--update", stdin=pods('"$(IMAGE)"', "r.io/a:1")) == 0
    assert "holds a placeholder" in place.err
    assert place.lock.read_text() == HEAD + entry("r.io/a:1", A) + entry("r.io/b:1", B)

"""Several targets of one rule: chosen by `lock`, read from the lock by everything else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers.registry_table import INDEX, NGINX, A, B, C, Place, index, pods, refusal
from transformer.lock.entries import HEADER
from transformer.records import replace
from transformer.registry import RegistryFault
from transformer.registry.resolver import Answer

EDGE, CORE, TEST = "edge.example.com/hub", "core.example.com/hub", "test.example.com/hub"
IMAGE = "library/nginx:1.27"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
BOTH = f"{EDGE}, {CORE}"
AT_EDGE, AT_CORE, AT_TEST = (f"{it}/{IMAGE}" for it in (EDGE, CORE, TEST))


def rule(*targets: str, more: str = "") -> str:
    return f"  - {{source: docker.io, targets: [{', '.join(targets)}]{more}}}\n"


def place(
    folder: Path, answers: Mapping[str, Answer], *rules: str, mode: str = "lock", more: str = ""
) -> Place:
    """A folder whose configuration has these rules."""
    found = Place(folder, answers)
    text = f"apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n{more}  mirrors:\n"
    written = text + "".join(rules) + f"  digests: {{mode: {mode}}}\n"
    (folder / "mirrorpin.yaml").write_text(written)
    return found


def entry(digest: str, *targets: str) -> str:
    lines = [f"      {it}\n" for it in targets]
    return (
        f"{HEADER}  {NGINX}:\n    digest: {digest}\n    mediaType: {INDEX}\n    size: 100\n"
        f"    resolvedFrom: mirror\n    targets:\n{''.join(lines)}"
    )


def rewritten(it: Place, image: str = "nginx:1.27") -> str:
    assert it.run(stdin=pods(image)) == 0, it.err
    return it.out.split("image: ")[1].split("\n")[0].strip('"')


@pytest.mark.parametrize(
    ("answers", "chosen"),
    [
        pytest.param({AT_EDGE: A, AT_CORE: A}, EDGE, id="the first"),
        pytest.param({AT_CORE: A}, CORE, id="the second"),
        pytest.param({AT_EDGE: B, AT_CORE: A, NGINX: A}, CORE, id="that with the source's bytes"),
    ],
)
def test_the_first_target_that_has_the_digest_is_noted(
    tmp_path: Path, answers: Mapping[str, str], chosen: str
) -> None:
    it = place(tmp_path, {at: index(digest) for at, digest in answers.items()}, rule(EDGE, CORE))
    whom = "both" if NGINX in answers else "mirror"
    assert it.run("lock", "--from", whom, stdin=pods("nginx:1.27")) == 0, it.err
    text = it.lock.read_text().replace("resolvedFrom: both", "resolvedFrom: mirror")
    assert text == entry(A, f"{BOTH}: {chosen}")
    assert rewritten(it) == f"{chosen}/{IMAGE}@{A}"
    # Twice is once.
    assert rewritten(it, f"{chosen}/{IMAGE}@{A}") == f"{chosen}/{IMAGE}@{A}"
    assert it.run("lock", "--check", stdin=pods("nginx:1.27")) == 0
    asked = len(it.table.asked)
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0
    assert len(it.table.asked) == asked


def test_one_lock_serves_configurations_with_other_targets(tmp_path: Path) -> None:
    by_digest = f"{TEST}/library/nginx@{A}"
    it = place(tmp_path, {AT_CORE: index(A), by_digest: index(A)}, rule(EDGE, CORE))
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0
    other = place(tmp_path, it.table.answers, rule(TEST, CORE))
    assert other.run("lock", "--check", stdin=pods("nginx:1.27")) == 1
    assert other.err.splitlines()[:2] == [
        f'images.lock.yaml:10:13: error: entry "{NGINX}" does not say which target has the '
        "image (not-chosen)",
        "  hint: mirrorpin lock asks them, and notes it",
    ]
    assert other.run("lock", stdin=pods("nginx:1.27")) == 0
    assert other.table.asked == [by_digest, f"{CORE}/library/nginx@{A}"]
    assert other.out == f"changed  {NGINX}  aaaaaaaaaaaa  (pulled from {TEST})\n"
    assert other.lock.read_text() == entry(A, f"{BOTH}: {CORE}", f"{TEST}, {CORE}: {TEST}")
    assert rewritten(other) == f"{AT_TEST}@{A}"
    again = place(tmp_path, {AT_CORE: index(A)}, rule(EDGE, CORE))
    assert rewritten(again) == f"{AT_CORE}@{A}"
    # What another configuration chose was about the bytes that were there then.
    moved = place(tmp_path, {AT_EDGE: index(C)}, rule(EDGE, CORE))
    assert moved.run("lock", "--update", stdin=pods("nginx:1.27")) == 0
    assert moved.lock.read_text() == entry(C, f"{BOTH}: {EDGE}")


def test_a_target_that_does_not_answer_is_no_reason_to_take_the_next(tmp_path: Path) -> None:
    down = RegistryFault(
        "registry-unreachable", "edge.example.com does not answer", "try again", 503
    )
    it = place(tmp_path, {AT_EDGE: down, AT_CORE: index(A)}, rule(EDGE, CORE))
    assert it.run("lock", stdin=pods("nginx:1.27")) == 1
    assert "edge.example.com does not answer (registry-unreachable)" in it.err
    assert not it.lock.exists()


def test_what_no_target_has_is_an_error_that_names_them(tmp_path: Path) -> None:
    it = place(tmp_path, {}, rule(EDGE, CORE))
    assert it.run("lock", stdin=pods("nginx:1.27")) == 1
    fault = refusal(AT_EDGE).message
    assert f'{fault}; nor is it there as "{AT_CORE}" (registry-not-found)' in it.err
    assert "copy it there, mirrorpin plan --missing says how" in it.err


def test_what_no_target_has_goes_by_the_next_rule(tmp_path: Path) -> None:
    last = "  - {source: '*', target: all.example.com}\n"
    at_last = f"all.example.com/docker.io/{IMAGE}"
    it = place(tmp_path, {at_last: index(A)}, rule(EDGE, more=", onAbsent: next"), last)
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0, it.err
    assert it.lock.read_text() == entry(A, f"{EDGE}: absent")
    assert it.out == f"added  {NGINX}  -> aaaaaaaaaaaa\n"
    assert rewritten(it) == f"{at_last}@{A}"
    assert it.run("explain", "nginx:1.27") == 0
    assert it.out.splitlines()[1:4] == [
        f"  normal form   {NGINX}",
        "  rules         lost  mirrors[0] docker.io: none of its targets has the image, as the "
        "lock notes, and `onAbsent` is next",
        "                won   mirrors[1] *: the first that covers it",
    ]
    # A plan fills the target of its own rule, and the next run finds it there.
    assert it.run("plan", "--format", "tsv", stdin=pods("nginx:1.27")) == 0
    assert it.out.splitlines()[1].split("\t")[2] == AT_EDGE
    it.table.answers = {f"{EDGE}/library/nginx@{A}": index(A)}
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0, it.err
    assert it.lock.read_text() == entry(A, f"{EDGE}: {EDGE}")
    assert "pulled from edge.example.com/hub" in it.out


def test_what_no_target_has_keeps_its_name(tmp_path: Path) -> None:
    more = ", onAbsent: keep, pullSecrets: [pull]"
    it = place(tmp_path, {NGINX: index(A)}, rule(EDGE, CORE, more=more))
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0, it.err
    assert it.lock.read_text() == entry(A, f"{BOTH}: absent")
    assert rewritten(it) == f"nginx:1.27@{A}"
    assert "pull" not in it.out.replace("imagePullPolicy", "")
    assert it.run("explain", "nginx:1.27") == 0
    assert f"  target        none of {BOTH}, as images.lock.yaml:10:13 notes" in it.out
    for argv, stdin in (((), pods("nginx:1.27")), ((str(it.lock),), "")):
        assert it.run("plan", "--format", "tsv", *argv, stdin=stdin) == 0
        assert it.out.splitlines()[1].split("\t")[2] == AT_EDGE
        it.table.answers = {f"docker.io/library/nginx@{A}": index(A)}
        assert it.run("verify", *argv, stdin=stdin) == 0, it.err


def test_what_the_source_does_not_have_is_not_to_be_copied(tmp_path: Path) -> None:
    it = place(tmp_path, {}, rule(EDGE, CORE))
    assert it.run("lock", "--from", "source", stdin=pods("nginx:1.27")) == 1
    assert it.err.splitlines()[1] == "  hint: compare its name"


def test_a_rule_that_blocks_ends_the_ways(tmp_path: Path) -> None:
    block = "  - {source: '*', block: true}\n"
    it = place(tmp_path, {}, rule(EDGE, more=", onAbsent: next"), block)
    assert it.run("lock", stdin=pods("nginx:1.27")) == 1
    assert it.table.asked == [AT_EDGE]


def test_plan_and_verify_follow_the_lock(tmp_path: Path) -> None:
    image = replace(index(A), media_type=MANIFEST)
    answers = {AT_CORE: image, f"{CORE}/library/nginx@{A}": image}
    it = place(tmp_path, answers, rule(EDGE, CORE))
    assert it.run("plan", "--format", "tsv", stdin=pods("nginx:1.27")) == 0
    assert it.out.splitlines()[1].split("\t")[2] == AT_EDGE
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0
    for argv, stdin in (((), pods("nginx:1.27")), ((str(it.lock),), "")):
        assert it.run("plan", "--format", "tsv", *argv, stdin=stdin) == 0
        assert it.out.splitlines()[1].split("\t")[2] == AT_CORE
        assert it.run("plan", "--format", "zarf", *argv, stdin=stdin) == 0, it.err
        assert f"--registry-override=docker.io={CORE}" in it.out
        assert it.run("verify", *argv, stdin=stdin) == 0, it.err
        assert it.table.asked[-1] == f"{CORE}/library/nginx@{A}"
    assert it.run("explain", "--format", "json", "nginx:1.27") == 0
    (told,) = json.loads(it.out)["explanations"]
    assert told["chosen"] == f"{CORE} of {BOTH}, as images.lock.yaml:10:13 notes"


def test_an_update_without_manifests_chooses_again(tmp_path: Path) -> None:
    it = place(tmp_path, {AT_EDGE: index(A), AT_CORE: index(A)}, rule(EDGE, CORE))
    it.lock.write_text(entry(A, f"{BOTH}: {CORE}"))
    assert it.run("lock", "--update", stdin=None) == 0, it.err
    assert it.lock.read_text() == entry(A, f"{BOTH}: {EDGE}")


def test_the_source_alone_says_nothing_of_targets(tmp_path: Path) -> None:
    it = place(tmp_path, {NGINX: index(A), f"{CORE}/library/nginx@{A}": index(A)}, rule(EDGE, CORE))
    assert it.run("lock", "--from", "source", stdin=pods("nginx:1.27")) == 0
    assert it.table.asked == [NGINX]
    assert it.run(stdin=pods("nginx:1.27")) == 1
    assert it.err.splitlines()[:2] == [
        f'<stdin>:7:12: error: "{NGINX}" has no target in images.lock.yaml '
        "(images.lock.yaml:10:13), and `mirrors[0]` has more than one to choose from: "
        f'"{BOTH}" in Pod p0 at `spec.containers[0].image` (not-chosen)',
        "  hint: mirrorpin lock notes it; `digests.missing: warn` takes the first",
    ]
    assert it.run("lock", "--from", "source", stdin=pods("nginx:1.27")) == 0
    assert it.table.asked == [NGINX]
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0
    assert rewritten(it) == f"{AT_CORE}@{A}"


def test_what_is_not_chosen_may_be_a_warning(tmp_path: Path) -> None:
    it = place(tmp_path, {}, rule(EDGE, CORE), mode="lock, missing: warn")
    it.lock.write_text(f"{HEADER}")
    written = f"nginx:1.27@{A}"
    assert rewritten(it, written) == f"{AT_EDGE}@{A}"
    assert "warning: " in it.err
    assert "(not-chosen)" in it.err
    assert rewritten(it) == AT_EDGE
    assert "(not-locked)" in it.err
    assert "(not-chosen)" not in it.err


@pytest.mark.parametrize(("mode", "image"), [("off", "nginx:1.27"), ("lock", f"nginx@{A}")])
def test_where_no_lock_can_choose_the_first_is_taken_and_said(
    tmp_path: Path, mode: str, image: str
) -> None:
    it = place(tmp_path, {}, rule(EDGE, CORE), mode=mode)
    it.lock.write_text(HEADER)
    assert rewritten(it, image).startswith(f"{EDGE}/library/nginx")
    assert it.err.splitlines()[:2] == [
        "mirrorpin.yaml:5:5: warning: `mirrors[0]` took its first target, as no lock says which "
        f'has the image: "{EDGE}" (first-target)',
        "  hint: mirrorpin lock notes it for images with a tag, and `digests: {mode: lock}` reads "
        "it",
    ]
    for command in ("lock", "plan"):
        assert it.run(command, "--keep-going" if command == "lock" else "-q", stdin=pods(image)) < 2
        assert "first-target" not in it.err


def test_mode_resolve_chooses_for_what_the_lock_lacks(tmp_path: Path) -> None:
    it = place(tmp_path, {AT_CORE: index(A)}, rule(EDGE, CORE), mode="resolve")
    it.environment["MIRRORPIN_CACHE"] = "none"
    assert rewritten(it) == f"{AT_CORE}@{A}"


def test_a_rule_for_some_objects_has_ways_of_its_own(tmp_path: Path) -> None:
    scoped = rule(EDGE, more=", onAbsent: next, where: {kinds: [Pod]}")
    last = "  - {source: docker.io, target: core.example.com/hub}\n"
    it = place(tmp_path, {AT_CORE: index(A)}, scoped, last)
    stream = pods("nginx:1.27") + pods("nginx:1.27", kind="ReplicationController").replace(
        "spec:\n  containers:\n  - name: c\n    image", "spec:\n  template:\n    spec:\n"
        "      containers:\n      - name: c\n        image"
    )  # fmt: skip
    assert it.run("lock", stdin=stream) == 0, it.err
    assert it.lock.read_text() == entry(A, f"{EDGE}: absent")
    assert it.run(stdin=stream) == 0
    assert it.out.count(f"{AT_CORE}@{A}") == 2


def test_a_target_that_cannot_take_the_name_is_passed_by(tmp_path: Path) -> None:
    whole = (
        "  - {source: docker.io/library/nginx, targets: [edge.example.com/n, core.example.com]}\n"
    )
    it = place(tmp_path, {"edge.example.com/n:1.27": index(A)}, whole)
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0, it.err
    assert it.table.asked == ["edge.example.com/n:1.27"]


def test_the_next_rule_may_keep_the_image(tmp_path: Path) -> None:
    keep = "  - {source: '*', keep: true}\n"
    it = place(tmp_path, {NGINX: index(A)}, rule(EDGE, more=", onAbsent: next"), keep)
    assert it.run("lock", stdin=pods("nginx:1.27")) == 0, it.err
    assert it.lock.read_text() == entry(A, f"{EDGE}: absent")
    assert rewritten(it) == f"nginx:1.27@{A}"


def test_where_no_rule_is_next_it_is_an_error(tmp_path: Path) -> None:
    it = place(tmp_path, {NGINX: index(A)}, rule(EDGE, more=", onAbsent: next"))
    assert it.run("lock", stdin=pods("nginx:1.27")) == 1
    assert refusal(AT_EDGE).message in it.err


def test_two_rules_pull_the_same_bytes_from_places_of_their_own(tmp_path: Path) -> None:
    scoped = rule(EDGE, CORE, more=", where: {kinds: [Pod]}")
    it = place(tmp_path, {AT_CORE: index(A), AT_TEST: index(B)}, scoped, rule(TEST, CORE))
    stream = pods("nginx:1.27") + pods("nginx:1.27", kind="PodTemplate").replace(
        "spec:\n  containers:\n  - name: c\n    image", "template:\n  spec:\n"
        "    containers:\n    - name: c\n      image"
    )  # fmt: skip
    assert it.run("lock", stdin=stream) == 0, it.err
    assert it.lock.read_text() == entry(A, f"{BOTH}: {CORE}", f"{TEST}, {CORE}: {CORE}")
    assert it.run("lock", "--diff", str(it.lock), "--format", "json") == 0
    it.lock.write_text(HEADER)
    assert it.run("lock", "--format", "json", stdin=stream) == 0
    (change,) = json.loads(it.out)["changes"]
    assert change["new"]["targets"] == {BOTH: CORE, f"{TEST}, {CORE}": CORE}

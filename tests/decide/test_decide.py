from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, config, locked, pod, sites, stream
from transformer.config.config import Config
from transformer.decide.decide import Decisions, decide
from transformer.lock.lock import Lock
from transformer.model import Decision, Fail, Keep, Rewrite, Skip

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"

ONE_NAME = "mirrors: [{source: docker.io, target: m.io/all}, {source: quay.io, target: m.io/all}]"


def decided(text: str, settings: Config, lock: Lock | None = None) -> Decisions:
    return decide(sites(text), settings, lock)


def says(decision: Decision) -> str:
    """A decision in one line."""
    _, verdict = decision
    match verdict:
        case Rewrite():
            return f"{verdict.code}: {verdict.image}"
        case Keep():
            return verdict.code
        case Skip() | Fail():
            return str(verdict.problem)


def said(text: str, settings: Config, lock: Lock | None = None) -> list[str]:
    return [says(it) for it in decided(text, settings, lock).decisions]


def said_of(image: str, *spec: str, lock: Lock | None = None) -> str:
    (only,) = said(pod(image), config(*spec), lock)
    return only


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("nginx", "mirrored: m.io/hub/library/nginx", id="short name"),
        pytest.param("nginx:1", "mirrored: m.io/hub/library/nginx:1", id="tag"),
        pytest.param(f"nginx@{A}", f"mirrored: m.io/hub/library/nginx@{A}", id="digest"),
        pytest.param(f"a/b:1@{A}", f"mirrored: m.io/hub/a/b:1@{A}", id="tag and digest"),
        pytest.param('"nginx"', "mirrored: m.io/hub/library/nginx", id="quoted"),
        pytest.param("m.io/hub/library/nginx", "already-mirrored", id="under the target"),
        pytest.param("|\n      nginx:1", "mirrored: m.io/hub/library/nginx:1", id="literal"),
        pytest.param(">+\n      nginx:1\n\n", "mirrored: m.io/hub/library/nginx:1", id="folded"),
        pytest.param(
            '""', "info: left alone: an empty string names no image (empty)", id="empty string"
        ),
        pytest.param(
            '"nginx\\n"',
            'error: "nginx\\n" is not an image reference, expected '
            "[host[:port]/]path[:tag][@digest] (invalid-format)\n"
            "  hint: remove the white space around it",
            id="line break in quotes",
        ),
        pytest.param(
            "$(IMAGE)",
            'error: holds a placeholder: "$(IMAGE)" (placeholder)\n'
            "  hint: substitute it before mirrorpin, or set `invalid: warn` to leave it alone",
            id="placeholder",
        ),
        pytest.param(
            "Nginx",
            'error: "Nginx" has uppercase letters outside host and tag (uppercase)',
            id="no reference",
        ),
        pytest.param(
            "quay.io/a:1",
            'error: no rule covers "quay.io/a:1" (quay.io/a) (no-rule)\n'
            "  hint: add a rule to `spec.mirrors`: {source: quay.io, target: ...}",
            id="no rule",
        ),
    ],
)
def test_every_image_gets_one_verdict(image: str, expected: str) -> None:
    assert said_of(image, HUB) == expected


def test_images_that_are_written_alike_but_styled_otherwise_are_not_mixed_up() -> None:
    block, quoted = "|\n      nginx\n", '"nginx\\n"'
    for text in (pod(block, quoted), pod(quoted, block)):
        kinds = sorted(
            type(verdict).__name__ for _, verdict in decided(text, config(HUB)).decisions
        )
        assert kinds == ["Fail", "Rewrite"]


def test_the_alias_of_a_block_scalar_is_read_like_the_scalar() -> None:
    assert said(pod("&x |\n      nginx", "*x"), config(HUB)) == [
        "mirrored: m.io/hub/library/nginx",
        "mirrored: m.io/hub/library/nginx",
    ]


@pytest.mark.parametrize("image", ["$X", "Nginx"])
def test_what_is_no_reference_may_be_a_warning(image: str) -> None:
    (decision,) = decided(pod(image), config(HUB, "invalid: warn")).decisions
    assert isinstance(decision[1], Skip)
    assert says(decision).startswith("warning: ")


@pytest.mark.parametrize(
    ("unmatched", "messages"),
    [
        pytest.param("keep", [], id="in silence"),
        pytest.param(
            "warn",
            [
                'warning: no rule covers "quay.io/a" (quay.io/a) (no-rule)\n'
                "  hint: add a rule to `spec.mirrors`: {source: quay.io, target: ...}"
            ],
            id="with a warning",
        ),
    ],
)
@pytest.mark.parametrize("mode", ["off", "lock"])
def test_an_image_without_a_rule_may_be_kept(
    unmatched: str, messages: list[str], mode: str
) -> None:
    settings = config(HUB, f"unmatched: {unmatched}", f'digests: {{mode: "{mode}"}}')
    ((_, verdict),) = decided(pod("quay.io/a"), settings, locked({})).decisions
    assert isinstance(verdict, Keep)
    assert (verdict.code, verdict.source, verdict.rule) == ("no-rule", "quay.io/a:latest", "")
    assert [str(it) for it in verdict.problems] == messages


def test_required_digests_are_required_of_images_without_a_rule_too() -> None:
    spec = (HUB, "unmatched: warn", "digests: {mode: require}")
    assert said_of("quay.io/a", *spec) == (
        'error: "quay.io/a" has no digest: expected one (no-digest)'
    )
    assert said_of(f"quay.io/a@{A}", *spec) == "no-rule"


def test_both_warnings_about_an_image_are_given() -> None:
    settings = config("unmatched: warn", "digests: {mode: require, missing: warn}")
    ((_, verdict),) = decided(pod("quay.io/a"), settings).decisions
    assert isinstance(verdict, Keep)
    assert [it.code for it in verdict.problems] == ["no-rule", "no-digest"]


def test_block_is_an_error_wherever_the_image_appears() -> None:
    rules = "mirrors: [{source: docker.io, target: m.io}, {source: docker.io/evil, block: true}]"
    assert said_of("evil/miner:1", rules) == (
        'error: "evil/miner:1" is blocked by `mirrors[1]` (blocked)'
    )
    assert said_of("evilish/miner:1", rules) == "mirrored: m.io/evilish/miner:1"


def test_keep_leaves_the_name_as_it_is_written_and_adds_the_digest() -> None:
    spec = ("mirrors: [{source: docker.io, keep: true}]", "digests: {mode: lock}")
    lock = locked({"docker.io/library/nginx:1": f"{{digest: {A}}}"})
    assert said_of("nginx:1", *spec, lock=lock) == f"pinned: nginx:1@{A}"
    assert said_of(f"nginx:1@{A}", *spec, lock=lock) == "kept"
    assert said_of("library/nginx:1", *spec, lock=lock) == f"pinned: library/nginx:1@{A}"


def test_an_untagged_image_is_pinned_by_latest_and_gets_no_tag() -> None:
    lock = locked({"docker.io/library/nginx:latest": f"{{digest: {A}}}"})
    expected = f"mirrored: m.io/hub/library/nginx@{A}"
    assert said_of("nginx", HUB, "digests: {mode: lock}", lock=lock) == expected


def test_keep_tag_false_drops_the_tag_where_there_is_a_digest() -> None:
    spec = (HUB, "digests: {mode: lock, keepTag: false, missing: warn}")
    lock = locked({"docker.io/library/nginx:1": f"{{digest: {A}}}"})
    assert said_of("nginx:1", *spec, lock=lock) == f"mirrored: m.io/hub/library/nginx@{A}"
    assert said_of("redis:1", *spec, lock=lock) == "mirrored: m.io/hub/library/redis:1"
    assert said_of("m.io/hub/library/nginx:1", *spec, lock=lock) == (
        f"pinned: m.io/hub/library/nginx@{A}"
    )
    assert said_of(f"m.io/hub/library/nginx:1@{A}", *spec, lock=lock) == "already-mirrored"


def test_an_image_under_a_target_is_pinned_by_its_upstream_name() -> None:
    spec = (HUB, "digests: {mode: lock}")
    lock = locked({"docker.io/library/nginx:1": f"{{digest: {A}}}"})
    ((_, verdict),) = decided(pod("m.io/hub/library/nginx:1"), config(*spec), lock).decisions
    assert isinstance(verdict, Rewrite)
    assert (verdict.code, verdict.image, verdict.source, verdict.rule) == (
        "pinned",
        f"m.io/hub/library/nginx:1@{A}",
        "docker.io/library/nginx:1",
        "mirrors[0]",
    )


@pytest.mark.parametrize("image", ["nginx:1", "m.io/hub/library/nginx:1", "m.io/own/a:1"])
def test_what_is_not_locked_fails(image: str) -> None:
    rules = "mirrors: [{source: docker.io, target: m.io/hub}, {source: m.io/own, keep: true}]"
    assert said_of(image, rules, "digests: {mode: lock}", lock=locked({})).endswith(
        "is not in images.lock.yaml (not-locked)\n"
        "  hint: mirrorpin lock adds it; `digests.missing: warn` lets it out without a digest"
    )


def test_what_is_not_locked_may_be_mirrored_with_a_warning() -> None:
    settings = config(HUB, "digests: {mode: lock, missing: warn}")
    ((_, verdict),) = decided(pod("nginx:1"), settings, locked({})).decisions
    assert isinstance(verdict, Rewrite)
    assert verdict.image == "m.io/hub/library/nginx:1"
    assert [it.code for it in verdict.problems] == ["not-locked"]


def test_a_rule_that_gives_no_name_fails_the_image_each_time() -> None:
    rules = "mirrors: [{source: docker.io/a/b, target: m.io}]"
    expected = (
        'error: `mirrors[0]` gives a host without a path: "m.io" (bad-name)\n'
        "  hint: docker.io/a/b is a whole repository, so its target is one too"
    )
    assert said(pod("a/b:1", "a/b:1"), config(rules)) == [expected, expected]


def test_names_that_the_next_run_would_rewrite_are_refused() -> None:
    rules = "mirrors: [{source: a.io, target: b.io/x}, {source: b.io/x/y, target: c.io}]"
    assert said_of("a.io/y/z", rules) == (
        'error: would become "b.io/x/y/z", which the next run would rewrite again '
        "(not-convergent)\n"
        "  hint: `mirrors[0]` leads there: keep it with a rule, {source: ..., keep: true}"
    )
    assert said_of("a.io/z", rules) == "mirrored: b.io/x/z"


@pytest.mark.parametrize("namespaces", [("edge", "core"), ("core", "edge")])
def test_what_the_next_run_does_depends_on_the_object_too(namespaces: tuple[str, str]) -> None:
    rules = (
        "mirrors: [{source: a.io, target: b.io}, "
        "{source: b.io/y, target: c.io, where: {namespaces: [edge]}}]"
    )
    text = stream(*(pod("a.io/y/z", namespace=it) for it in namespaces))
    codes = [says(it).rpartition("(")[0][:20] for it in decided(text, config(rules)).decisions]
    found = dict(zip(namespaces, codes, strict=True))
    assert found["edge"].startswith("error: would become ")
    assert found["core"] == ""


def test_a_name_may_end_where_a_rule_keeps_it() -> None:
    rules = "mirrors: [{source: a.io, target: b.io/x}, {source: b.io/x/y, keep: true}]"
    assert said_of("a.io/y/z", rules) == "mirrored: b.io/x/y/z"
    assert said_of("b.io/x/y/z", rules) == "kept"


def secrets(image: str, *spec: str) -> tuple[str, ...]:
    ((_, verdict),) = decided(pod(image), config(*spec)).decisions
    assert isinstance(verdict, Rewrite | Keep)
    return verdict.pull_secrets


def test_every_rule_that_leads_to_a_target_gives_its_pull_secrets() -> None:
    rules = (
        "mirrors: [{source: docker.io, target: m.io/all, pullSecrets: [hub]}, "
        "{source: quay.io, target: m.io/all, pullSecrets: [quay]}, "
        "{source: gcr.io, target: m.io/gcr, pullSecrets: [gcr]}, "
        "{source: own.io, keep: true, pullSecrets: [own]}]"
    )
    both = (rules, "pullSecrets: {names: [names]}", "unmatched: keep")
    assert secrets("nginx", *both) == ("hub", "quay", "names")
    assert secrets("m.io/all/library/nginx", *both) == ("hub", "quay", "names")
    assert secrets("gcr.io/a", *both) == ("gcr", "names")
    assert secrets("own.io/a", *both) == ("own",)
    assert secrets("ghcr.io/a", *both) == ()


def test_a_rule_that_keeps_part_of_a_target_adds_its_pull_secrets_at_once() -> None:
    rules = (
        "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [hub]}, "
        "{source: m.io/hub/acme, keep: true, pullSecrets: [acme]}]"
    )
    assert secrets("acme/a", rules) == ("hub", "acme")
    assert secrets("m.io/hub/acme/a", rules) == ("hub", "acme")
    assert secrets("nginx", rules) == ("hub",)


def test_the_scope_of_a_rule_is_asked_for_each_container() -> None:
    rules = (
        "mirrors: [{source: docker.io, target: m.io/all}, "
        "{source: docker.io, target: m.io/edge, where: {containers: [b]}}]"
    )
    assert said(pod("nginx", "nginx", "nginx"), config(rules)) == [
        "mirrored: m.io/all/library/nginx",
        "mirrored: m.io/edge/library/nginx",
        "mirrored: m.io/all/library/nginx",
    ]


def test_sources_that_land_on_one_name_fail_together() -> None:
    collision = (
        'error: "docker.io/library/nginx" and "quay.io/library/nginx" become '
        '"m.io/all/library/nginx": expected a name for each (collision)\n'
        "  hint: put the host into the target, for example registry.example.com/docker.io, "
        "or give one of them a template with {{ source | crc32 }}"
    )
    text = pod("nginx:1", "quay.io/library/nginx:2", "redis", "Upper", "m.io/all/library/nginx")
    first, second, third, _, last = said(text, config(ONE_NAME))
    assert (first, second) == (collision, collision)
    assert (third, last) == ("mirrored: m.io/all/library/redis", "already-mirrored")


def test_one_source_with_several_tags_is_no_collision() -> None:
    text = pod("nginx:1", f"nginx:2@{B}", "docker.io/library/nginx", "localhost:5000/x")
    rules = "mirrors: [{source: docker.io, target: m.io}, {source: 'localhost:5000', target: l.io}]"
    assert said(text, config(rules)) == [
        "mirrored: m.io/library/nginx:1",
        f"mirrored: m.io/library/nginx:2@{B}",
        "mirrored: m.io/library/nginx",
        "mirrored: l.io/x",
    ]


def test_rules_that_no_image_met_are_named() -> None:
    rules = (
        "mirrors: [{source: docker.io, target: m.io/hub}, {source: quay.io, target: m.io/quay}, "
        "{source: gcr.io, keep: true}, {source: own.io, keep: true}, "
        "{source: evil.io, block: true}, "
        "{source: bad.io/a, target: m.io}]"
    )
    text = pod("m.io/quay/a", "nginx", "own.io/a", "evil.io/a", "bad.io/a")
    assert [it.label for it in decided(text, config(rules)).unused] == ["mirrors[2]"]


FLEET = """\
apiVersion: example.com/v1
kind: Fleet
metadata: {name: f, namespace: "n\\e"}
spec: {containers: [{name: a, image: "nginx\\a"}]}
"""


def test_what_only_looks_like_an_image_may_be_left_alone() -> None:
    assert said(FLEET, config(HUB, "structure: warn")) == [
        r'warning: left alone: "nginx\x07" looks like an image, and Fleet n\x1b/f is unknown '
        "(by-structure)\n"
        "  hint: name the place in `spec.fields`, or set `structure: rewrite`"
    ]
    (rewritten,) = said(FLEET, config(HUB))
    assert rewritten.startswith('warning: "nginx\\x07" is not an image reference')


def test_no_message_shows_a_password() -> None:
    assert said_of("https://me:pw@r.io/a", HUB) == (
        'error: "https://***@r.io/a" is not an image reference, expected '
        "[host[:port]/]path[:tag][@digest] (invalid-format)\n"
        '  hint: leave out "https://"'
    )
    assert said_of("r.io/{{ pw }}", HUB).startswith(
        'error: holds a placeholder: "{{ pw }}" (placeholder)'
    )

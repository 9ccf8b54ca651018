"""Prefixes of images: moved where everything below them moves alike."""

from __future__ import annotations

import pytest

from tests.helpers.placed import HEAD, at
from tests.helpers.placed import becomes as becomes_with
from tests.helpers.placed import noted as noted_with
from tests.helpers.placed import ran as ran_with
from tests.helpers.runs import messages, output

PREFIX = at("spec.registry", form="registry")
SPLIT = at("spec.image", form="split", parts=(("registry", "/spec.registry"), ("name", "name")))
HUB = "{source: docker.io, target: m.io/hub}"
QUAY = "{source: quay.io, target: m.io/quay}"
ACME = "{source: quay.io/acme, target: m.io/acme}"
TEMPLATE = "{source: quay.io, template: \"m.io/{{ host }}-{{ repository | replace('/', '-') }}\"}"


def mirrors(*rules: str) -> str:
    return f"mirrors: [{', '.join(rules)}]"


def becomes(prefix: str, *spec: str) -> str:
    text = becomes_with(f"spec: {{registry: {prefix}}}\n", PREFIX, spec=spec)
    return text.removeprefix("spec: {registry: ").removesuffix("}\n")


def said(prefix: str, *spec: str) -> list[str]:
    text = f"spec: {{registry: {prefix}}}\n"
    outcome = ran_with(text, PREFIX, spec=spec)
    assert output(outcome) == HEAD + text
    return messages(outcome)


@pytest.mark.parametrize(
    ("prefix", "rules", "after"),
    [
        pytest.param("quay.io", (QUAY,), "m.io/quay", id="host"),
        pytest.param("quay.io/", (QUAY,), "m.io/quay/", id="slash at the end"),
        pytest.param("' quay.io '", (QUAY,), "'m.io/quay'", id="white space around"),
        pytest.param("quay.io/acme", (QUAY,), "m.io/quay/acme", id="folder"),
        pytest.param("quay.io/acme", (QUAY, ACME), "m.io/acme", id="the rule of the folder"),
        pytest.param("quay.io/other", (QUAY, ACME), "m.io/quay/other", id="the rule of the host"),
        pytest.param("quay.io/acmes", (QUAY, ACME), "m.io/quay/acmes", id="no part of a name"),
        pytest.param("acme", (HUB,), "m.io/hub/acme", id="a folder of Docker Hub"),
        pytest.param("docker.io", (HUB,), "m.io/hub", id="Docker Hub"),
        pytest.param("m.io/quay", (QUAY,), "m.io/quay", id="moved already"),
        pytest.param("m.io/quay/acme/", (QUAY,), "m.io/quay/acme/", id="moved, with a slash"),
        pytest.param("quay.io", ("{source: quay.io, keep: true}",), "quay.io", id="kept"),
        pytest.param('""', (QUAY,), '""', id="empty"),
        pytest.param("'/'", (QUAY,), "'/'", id="nothing but a slash"),
    ],
)
def test_a_prefix_moves_with_what_is_below_it(
    prefix: str, rules: tuple[str, ...], after: str
) -> None:
    assert becomes(prefix, mirrors(*rules)) == after


def test_a_block_scalar_keeps_its_line_breaks() -> None:
    before = "spec:\n  registry: |\n    quay.io/\n\n  x: y\n"
    after = "spec:\n  registry: |\n    m.io/quay/\n\n  x: y\n"
    assert becomes_with(before, PREFIX, spec=(mirrors(QUAY),)) == after


APART = (
    "in.yaml:4:18: error: {} is a prefix of images that move apart, by {} "
    "(prefix-apart)\n"
    "  hint: name the images one by one, or give everything below it one rule"
)


@pytest.mark.parametrize(
    ("prefix", "rules", "others"),
    [
        pytest.param("quay.io", (QUAY, ACME), '"quay.io/acme"', id="a rule further down"),
        pytest.param(
            "quay.io",
            (QUAY, ACME, "{source: quay.io/b/c, keep: true}"),
            '"quay.io/acme", "quay.io/b/c"',
            id="two rules further down",
        ),
        pytest.param(
            "acme",
            (HUB, "{source: docker.io/acme/app, target: m.io/app}"),
            '"docker.io/acme/app"',
            id="a folder of Docker Hub",
        ),
        pytest.param(
            "index.docker.io",
            (HUB, "{source: docker.io/acme, target: m.io/acme}"),
            '"docker.io/acme"',
            id="another name of Docker Hub",
        ),
        pytest.param("quay.io/acme", (TEMPLATE,), '"mirrors[0]"', id="names that are not appended"),
    ],
)
def test_a_prefix_of_images_that_move_apart_is_an_error(
    prefix: str, rules: tuple[str, ...], others: str
) -> None:
    assert said(prefix, mirrors(*rules)) == [APART.format(f'"{prefix}"', others)]


def test_what_is_wrong_with_the_images_below_is_said_of_all_of_them() -> None:
    blocked = mirrors("{source: quay.io, block: true}")
    assert said("quay.io", blocked) == [
        'in.yaml:4:18: error: "quay.io/*" is blocked by `mirrors[0]` (blocked)'
    ]
    assert said("quay.io", mirrors(HUB), "unmatched: warn") == [
        'in.yaml:4:18: warning: no rule covers "quay.io/*" (quay.io/*) (no-rule)\n'
        "  hint: add a rule to `spec.mirrors`: {source: quay.io, target: ...}"
    ]


def test_a_rule_further_down_does_not_hide_what_fails_anyway() -> None:
    rules = mirrors("{source: quay.io, block: true}", ACME)
    assert said("quay.io", rules) == [
        'in.yaml:4:18: error: "quay.io/*" is blocked by `mirrors[0]` (blocked)'
    ]


def test_a_placeholder_is_none_and_may_be_left_alone() -> None:
    hint = "\n  hint: substitute it before mirrorpin, or set `invalid: warn` to leave it alone"
    message = 'holds a placeholder: "${HOST}"'
    assert said("'${HOST}'", mirrors(QUAY)) == [
        f"in.yaml:4:18: error: {message} (placeholder){hint}"
    ]
    assert said("'${HOST}'", mirrors(QUAY), "invalid: warn") == [
        f"in.yaml:4:18: warning: {message} (placeholder){hint}"
    ]


def test_an_empty_prefix_is_noted() -> None:
    spec = (mirrors(QUAY),)
    assert noted_with("spec: {registry: ''}\n", PREFIX, spec=spec) == [
        "in.yaml:4:18: info: left alone: an empty string names no registry (empty)"
    ]


def test_a_prefix_is_not_pinned_and_says_so() -> None:
    spec = (mirrors(QUAY), "digests: {mode: lock, unpinnable: warn}")
    outcome = ran_with("spec: {registry: quay.io}\n", PREFIX, spec=spec)
    assert output(outcome) == f"{HEAD}spec: {{registry: m.io/quay}}\n"
    assert messages(outcome) == [
        'in.yaml:4:18: warning: not pinned, this field takes no digest: "quay.io/*" (unpinnable)'
    ]


SHARED = "spec:\n  registry: {}\n  image: {{name: acme/app}}\n"


def test_an_image_that_is_written_below_a_prefix_moves_with_it() -> None:
    before, after = SHARED.format("quay.io"), SHARED.format("m.io/quay")
    assert becomes_with(before, PREFIX, SPLIT, spec=(mirrors(QUAY),)) == after


def test_an_image_below_a_prefix_that_moves_apart_is_an_error() -> None:
    rules = mirrors(QUAY, "{source: quay.io/acme/app, target: m.io/other/app}")
    text = SHARED.format("quay.io")
    outcome = ran_with(text, PREFIX, SPLIT, spec=(rules,))
    assert output(outcome) == HEAD + text
    assert messages(outcome) == [
        'in.yaml:5:13: error: "quay.io" is a prefix of images that move apart, by '
        '"quay.io/acme/app" (prefix-apart)\n'
        "  hint: name the images one by one, or give everything below it one rule",
        'in.yaml:5:13: error: "quay.io" is shared by places that need different values '
        "(shared-anchor)\n"
        "  hint: give the images that have it in common one rule, or each a field of its own",
    ]

from __future__ import annotations

import pytest

from tests.config.test_rules import problems, read

TOGETHER = "has target and targets: expected exactly one of target, targets, template, keep, block"


def test_several_targets_and_one() -> None:
    rules, found = read(
        "- {source: docker.io, targets: [m.io/hub, n.io], onAbsent: keep}\n"
        "- {source: quay.io, target: m.io, onAbsent: next}\n"
        "- {source: ghcr.io, targets: [m.io/g]}\n"
    )
    assert found == []
    several, one, listed = rules
    assert (several.target, several.targets) == ("m.io/hub", ("m.io/hub", "n.io"))
    assert (several.choice, several.chooses) == ("m.io/hub, n.io", True)
    assert (one.choice, one.prefixes, one.chooses) == ("m.io", ("m.io",), True)
    assert (listed.prefixes, listed.chooses) == (("m.io/g",), False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("target: m.io, targets: [n.io]", f"3: error: `mirrors[0]` {TOGETHER}"),
        ("targets: []", "30: error: `mirrors[0].targets` is empty: expected a value"),
        ("targets: m.io", "30: error: `mirrors[0].targets` is a string: expected a list"),
        ("targets: [m.io, n.io, m.io]", "43: error: `mirrors[0].targets[2]` is repeated"),
        ("targets: [quay.io/m]", "30: error: `mirrors[0].targets` lies under the rule's"),
        (
            "targets: [docker.io/a/b]",
            '30: error: `mirrors[0].targets` is "docker.io/a/b": expected room for',
        ),
        (
            "targets: ['m.io/{{ name }}']",
            '31: error: `mirrors[0].targets[0]` is "m.io/{{ name }}": expected host',
        ),
        ("targets: [m.io, n]", '37: error: `mirrors[0].targets[1]` is "n": expected host'),
        ("keep: true, onAbsent: next", "33: error: `mirrors[0].onAbsent` is set without"),
        (
            "targets: [m.io], onAbsent: skip",
            '48: error: `mirrors[0].onAbsent` is "skip": expected one of fail',
        ),
    ],
)
def test_what_targets_must_not_be(text: str, expected: str) -> None:
    (first, *_) = problems(f"- {{source: quay.io, {text}}}")
    assert first.startswith(f"c.yaml:2:{expected}")


def test_targets_have_a_bound_together() -> None:
    targets = ", ".join(f"m{number}.io/{'a' * 200}" for number in range(5))
    assert problems(f"- {{source: quay.io, targets: [{targets}]}}") == [
        "c.yaml:2:30: error: `mirrors[0].targets` has more than 1000 characters together (too-long)"
    ]


def test_no_source_is_among_the_targets_of_another_rule() -> None:
    assert problems(
        "- {source: quay.io, targets: [m.io, n.io/q]}\n- {source: n.io/q, target: o.io}"
    ) == [
        'c.yaml:3:12: error: `mirrors[1].source` is the target of `mirrors[0]`: "n.io/q" '
        "(never-matches)",
        "  hint: images there are already mirrored, so the rule can never match",
    ]

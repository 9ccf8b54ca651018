"""Images that are keys of a mapping."""

from __future__ import annotations

import pytest

from tests.helpers.placed import RULES, at, becomes, said
from tests.helpers.placed import ran as ran_with
from tests.helpers.runs import messages

KEYS = at("spec.k", form="keys")
VALUES = at("spec.k{}.image")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "{quay.io/a: 1, 'quay.io/b:2': 2}",
            "{m.io/quay/a: 1, 'm.io/quay/b:2': 2}",
            id="each in its style",
        ),
        pytest.param('{"quay.io/a":1}', '{"m.io/quay/a":1}', id="JSON"),
        pytest.param("{? quay.io/a : 1}", "{? m.io/quay/a : 1}", id="an explicit key"),
        pytest.param("{? [b] : 1, quay.io/a: 1}", "{? [b] : 1, m.io/quay/a: 1}", id="no string"),
        pytest.param(
            "{<<: {quay.io/a: 1}, quay.io/b: 2}",
            "{<<: {m.io/quay/a: 1}, m.io/quay/b: 2}",
            id="merged keys",
        ),
        pytest.param(
            "{m.io/quay/b: 1, quay.io/a: 1}",
            "{m.io/quay/b: 1, m.io/quay/a: 1}",
            id="beside one that has moved",
        ),
    ],
)
def test_a_key_is_an_image(before: str, after: str) -> None:
    text = "spec: {{k: {}}}\n"
    assert becomes(text.format(before), KEYS, spec=(RULES,)) == text.format(after)


def test_an_image_may_stand_behind_a_key_that_is_one() -> None:
    before = "spec: {k: {quay.io/a: {image: quay.io/b}}}\n"
    after = before.replace("quay.io", "m.io/quay")
    assert becomes(before, KEYS, VALUES, spec=(RULES,)) == after


def test_a_key_may_be_shared_by_an_anchor() -> None:
    before = "x: &x quay.io/a\nspec: {k: {*x : 1}}\n"
    assert becomes(before, KEYS, spec=(RULES,)) == before.replace("*x", "m.io/quay/a")


def test_two_places_may_be_the_same_keys() -> None:
    before = "spec: {k: {quay.io/a: 1}}\n"
    every = at("spec{}", form="keys")
    after = before.replace("quay.io", "m.io/quay")
    assert becomes(before, KEYS, every, spec=(RULES,)) == after


def test_one_mapping_may_be_seen_twice() -> None:
    before = "spec: {j: &a {quay.io/a: 1}, k: *a}\n"
    also = at("spec.j", form="keys")
    after = before.replace("quay.io", "m.io/quay")
    assert becomes(before, KEYS, also, spec=(RULES,)) == after


def test_a_key_that_another_mapping_sees_must_be_written_out() -> None:
    assert said("b: &b {quay.io/b: 3}\nspec: {k: {<<: *b}}\n", KEYS, spec=(RULES,)) == [
        'in.yaml:4:8: error: "quay.io/b" is shared by places that need different values '
        "(shared-anchor)\n"
        "  hint: write the value out instead of sharing it by an anchor"
    ]


def test_a_key_must_not_become_one_that_is_there() -> None:
    text = "spec: {k: {m.io/quay/a: 1, quay.io/a: 2, quay.io/b: 3}}\n"
    assert said(text, KEYS, spec=(RULES,)) == [
        'in.yaml:4:28: error: "quay.io/a" becomes a key that is there already, "m.io/quay/a" '
        "(repeated-key)\n"
        "  hint: remove one of the two"
    ]


def test_a_key_that_is_repeated_already_is_an_error_where_it_moves() -> None:
    text = "spec: {k: {quay.io/a: 1, quay.io/a: 2}}\n"
    outcome = ran_with(text, KEYS, spec=(RULES,))
    assert outcome.failed
    assert [it.partition(' "')[0] for it in messages(outcome)] == [
        "in.yaml:4:12: error:",
        "in.yaml:4:26: error:",
    ]

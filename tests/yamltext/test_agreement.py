from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import assume, given, strategies

from transformer.yamltext.agreement import agrees, fingerprint
from transformer.yamltext.edit import Edit, Spot
from transformer.yamltext.tree import MAPPING, MAPPING_END, Token, read

TEXT = "image: &x nginx\nargs: [a, b]\ncopy: *x\n"
MIRRORED = TEXT.replace("nginx", "mirror/nginx")
TOKENS = read(TEXT).tokens
IMAGE = Spot(start=10, end=15, first=2, last=3, anchor="x")
LIST = Spot(start=27, end=27, first=7, last=7)
ALIAS = Spot(start=35, end=37, first=9, last=10, style="*")


def edit(spot: Spot, *tokens: Token) -> Edit:
    """An edit of a spot; its text is of no interest here."""
    return Edit(
        start=spot.start, end=spot.end, text="", first=spot.first, last=spot.last, tokens=tokens
    )


NEW_IMAGE = edit(IMAGE, ("mirror/nginx", "", "x", None))
NEW_ITEM = edit(LIST, MAPPING, "name", "c", MAPPING_END)
NEW_COPY = edit(ALIAS, "nginx")


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        pytest.param([], TEXT, id="nothing"),
        pytest.param([], "{image: &x nginx, args: [a, b], copy: *x } # c", id="another layout"),
        pytest.param([NEW_IMAGE], MIRRORED, id="replaced"),
        pytest.param([NEW_ITEM], TEXT.replace("b]", "b, {name: c}]"), id="inserted"),
        pytest.param([NEW_COPY], TEXT.replace("*x", "nginx"), id="alias written out"),
        pytest.param(
            [NEW_ITEM, NEW_COPY, NEW_IMAGE],
            "image: &x mirror/nginx\nargs: [a, b, name: c]\ncopy: nginx\n",
            id="all, in any order",
        ),
    ],
)
def test_what_was_planned_agrees(edits: list[Edit], text: str) -> None:
    noted = fingerprint(TOKENS, [ALIAS, IMAGE, LIST, IMAGE])
    assert agrees(noted, edits, read(text).tokens)


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        pytest.param([NEW_IMAGE], TEXT, id="not done"),
        pytest.param([], MIRRORED, id="not planned"),
        pytest.param(
            [NEW_IMAGE],
            TEXT.replace("&x nginx", "mirror/nginx").replace("*x", "y"),
            id="anchor lost",
        ),
        pytest.param([NEW_IMAGE], TEXT.replace("nginx", "'mirror/nginx'"), id="quotes"),
        pytest.param([NEW_IMAGE], MIRRORED.replace("a, ", ""), id="item lost"),
        pytest.param([NEW_IMAGE], MIRRORED + "d: e\n", id="key more"),
        pytest.param(
            [NEW_IMAGE],
            MIRRORED.replace("copy: *x\n", ""),
            id="key lost",
        ),
        pytest.param([NEW_ITEM], TEXT.replace("b]", "{name: c}, b]"), id="inserted elsewhere"),
        pytest.param([NEW_ITEM], TEXT.replace("b]", "b, {name: c}, {name: c}]"), id="twice"),
        pytest.param([NEW_COPY], TEXT.replace("*x", "'nginx'"), id="written out otherwise"),
        pytest.param([NEW_COPY], TEXT, id="alias left"),
        pytest.param(
            [edit(Spot(start=0, end=0, first=4, last=5), "b")],
            TEXT.replace("a,", "b,"),
            id="no spot of the document",
        ),
        pytest.param([], "", id="nothing left"),
    ],
)
def test_what_was_not_planned_does_not_agree(edits: list[Edit], text: str) -> None:
    noted = fingerprint(TOKENS, [IMAGE, LIST, ALIAS])
    assert not agrees(noted, edits, read(text).tokens)


HEAD = Spot(start=0, end=0, first=1, last=1)
KEY = Spot(start=0, end=5, first=1, last=2)


def test_several_things_can_be_inserted_at_one_place() -> None:
    noted = fingerprint(TOKENS, [HEAD, KEY])
    edits = [edit(KEY, "b"), edit(HEAD, "x", "y"), edit(HEAD, "z", ("*", "x"))]
    after = [*TOKENS[:1], "x", "y", "z", ("*", "x"), "b", *TOKENS[2:]]
    assert agrees(noted, edits, after)
    assert not agrees(noted, [edits[0], edits[2], edits[1]], after)
    assert not agrees(noted, edits[:2], after)


def test_nothing_agrees_with_nothing() -> None:
    assert agrees(fingerprint([], []), [], [])
    assert not agrees(fingerprint([], []), [], ["a"])


Plan: TypeAlias = "tuple[list[Token], list[Spot], list[Edit]]"

TOKEN: strategies.SearchStrategy[Token] = strategies.sampled_from(
    ["a", "b", ("{",), ("end",), ("a", "'", None, None)]
)
MANY = strategies.lists(TOKEN, max_size=12)


@strategies.composite
def plans(draw: strategies.DrawFn) -> Plan:
    """Tokens, spots that do not overlap, and edits of some of them."""
    tokens = draw(MANY)
    cuts = draw(strategies.lists(strategies.integers(0, len(tokens)), max_size=6, unique=True))
    ends = [*sorted(cuts), len(tokens)]
    spots = []
    for first, limit in pairwise(ends):
        spots.append(
            Spot(start=0, end=0, first=first, last=draw(strategies.integers(first, limit)))
        )
    chosen = [spot for spot in spots if draw(strategies.booleans())]
    return tokens, spots, [edit(spot, *draw(MANY)) for spot in chosen]


def edited(tokens: list[Token], edits: list[Edit]) -> list[Token]:
    """The tokens with every edit carried out, the last first."""
    after = list(tokens)
    for it in sorted(edits, key=lambda it: it.first, reverse=True):
        after[it.first : it.last] = it.tokens
    return after


@given(plans())
def test_the_plan_carried_out_agrees(plan: Plan) -> None:
    tokens, spots, edits = plan
    assert agrees(fingerprint(tokens, spots), reversed(edits), edited(tokens, edits))


@given(plans(), MANY)
def test_anything_else_does_not(plan: Plan, other: list[Token]) -> None:
    tokens, spots, edits = plan
    assume(other != edited(tokens, edits))
    assert not agrees(fingerprint(tokens, spots), edits, other)


@given(plans(), strategies.integers(0, 20), TOKEN)
def test_one_token_otherwise_does_not(plan: Plan, place: int, token: Token) -> None:
    tokens, spots, edits = plan
    after = edited(tokens, edits)
    noted = fingerprint(tokens, spots)
    inserted = [*after[:place], token, *after[place:]]
    assert not agrees(noted, edits, inserted)
    assert not agrees(noted, edits, after[:place] + after[place + 1 :]) or place >= len(after)

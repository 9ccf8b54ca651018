"""Which decisions have a scalar of their own, and what becomes of the others."""

from __future__ import annotations

import pytest

from tests.helpers.deciding import cells_of, shown
from tests.helpers.placed import RULES, at
from transformer.edit.cells import NO_CELLS
from transformer.places.place import Place

IMAGE = at("spec.x")
PARTS = at("spec.x", form="split", parts=(("registry", "r"), ("name", "n")))


def counts(text: str, place: Place) -> tuple[int, int, int, int]:
    cells = cells_of(text, place, spec=(RULES,))
    return len(cells.simple), len(cells.compound), len(cells.additions), len(cells.unwritable)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        pytest.param("spec: {x: quay.io/a}", IMAGE, (1, 0, 0, 0), id="an image alone"),
        pytest.param("spec: {x: ''}", IMAGE, (1, 0, 0, 0), id="one that stays"),
        pytest.param("a: &a {x: quay.io/a}\nspec: *a", IMAGE, (0, 1, 0, 0), id="seen twice"),
        pytest.param("a: &a quay.io/a\nspec: {x: *a}", IMAGE, (0, 1, 0, 0), id="shared"),
        pytest.param(
            "spec: {x: quay.io}", at("spec.x", form="registry"), (0, 1, 0, 0), id="a prefix"
        ),
        pytest.param(
            "spec: {x: {quay.io/a: b}}", at("spec.x", form="keys"), (0, 1, 0, 0), id="a key"
        ),
        pytest.param(
            "spec: {x: 'oci://quay.io/a'}",
            at("spec.x", form="uri", schemes=("oci",)),
            (0, 1, 0, 0),
            id="a part of a scalar",
        ),
        pytest.param(
            "spec: {x: 'a=quay.io/a;b=quay.io/b'}",
            at("spec.x", form="pairs", separator=";"),
            (0, 1, 0, 0),
            id="two parts of a scalar",
        ),
        pytest.param(
            "spec: {x: {r: quay.io, n: a}}", PARTS, (0, 2, 0, 0), id="an image in two scalars"
        ),
        pytest.param("spec: {x: {r: '', n: ''}}", PARTS, (0, 0, 0, 0), id="no image"),
        pytest.param("spec: {}", IMAGE, (0, 0, 0, 0), id="nothing"),
    ],
)
def test_a_scalar_that_is_more_than_one_image_is_compound(
    text: str, place: Place, expected: tuple[int, int, int, int]
) -> None:
    assert counts(text, place) == expected


def test_what_does_not_fit_into_its_fields_is_no_cell() -> None:
    rules = "mirrors: [{source: quay.io/a, target: m.io}]"
    place = at(
        "spec.x", form="split", parts=(("registry", "r"), ("repository", "p"), ("name", "n"))
    )
    cells = cells_of("spec: {x: {r: quay.io, p: a, n: b}}", place, spec=(rules,))
    assert (cells.all, cells.additions) == ([], [])
    (fault,) = cells.unwritable
    assert (fault.site.value, fault.image) == ("quay.io/a/b", "m.io/b")


def test_simple_cells_come_first_and_those_inside_of_strings_last() -> None:
    places = at("spec.u", form="uri", schemes=("oci",)), IMAGE
    text = "spec: {u: 'oci://quay.io/a', x: quay.io/b}"
    cells = cells_of(text, *places, spec=(RULES,))
    assert [shown(it) for it in cells.all] == [
        ("spec.x", "quay.io/b", "m.io/quay/b"),
        ("spec.u", "oci://quay.io/a", "oci://m.io/quay/a"),
    ]
    more = type(cells)(cells.simple, [cells.compound[0]])
    assert more.all[1:] == cells.compound


def test_there_may_be_nothing() -> None:
    assert NO_CELLS.all == []

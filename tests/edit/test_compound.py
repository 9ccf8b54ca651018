"""What scalars become that hold several images, or a part of one; and keys that are added."""

from __future__ import annotations

import pytest

from tests.helpers.deciding import cells_of, decided, shown
from tests.helpers.placed import DIGEST, HEX, RULES, at
from transformer.edit.compound import Addition, Unwritable, part_cells
from transformer.yamltext.scalar_edits import Stretch

ALL = (("registry", "r"), ("name", "n"), ("tag", "t"), ("digest", "d"))
SPLIT = at("spec", form="split", parts=ALL)


def stretches(text: str, separator: str = ";") -> list[Stretch]:
    place = at("spec.x", form="pairs", separator=separator)
    (cell,) = cells_of(f"spec: {{x: {text}}}", place, spec=(RULES, "unmatched: keep")).compound
    return list(cell.stretches)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a=quay.io/b", [(2, 11, "m.io/quay/b")], id="one"),
        pytest.param(
            "'a=quay.io/b;c=quay.io/d'",
            [(2, 11, "m.io/quay/b"), (14, 23, "m.io/quay/d")],
            id="two",
        ),
        pytest.param("'a=b.io/b;c=quay.io/d'", [(11, 20, "m.io/quay/d")], id="one of two"),
        pytest.param("a=b.io/b", [], id="none"),
    ],
)
def test_images_of_one_string_are_exchanged_in_it_together(
    text: str, expected: list[tuple[int, int, str]]
) -> None:
    assert [(it.start, it.end, it.text) for it in stretches(text)] == expected


def test_a_string_that_two_places_share_is_a_cell_for_each() -> None:
    text = "a: &a 'oci://quay.io/a'\nspec: {x: *a, y: *a}"
    places = [at(f"spec.{key}", form="uri", schemes=("oci",)) for key in "xy"]
    assert [shown(it) for it in cells_of(text, *places, spec=(RULES,)).compound] == [
        ("spec.x", "oci://quay.io/a", "oci://m.io/quay/a"),
        ("spec.y", "oci://quay.io/a", "oci://m.io/quay/a"),
    ]


def parts(text: str, join: str = "plain") -> tuple[list[tuple[str, str, str]], list[Addition]]:
    place = at("spec", form="split", parts=ALL, join=join)
    cells = cells_of(f"spec: {{{text}}}", place)
    assert cells.unwritable == []
    assert all(it.is_part for it in cells.compound)
    return [shown(it) for it in cells.compound], cells.additions


def test_each_part_is_a_cell_also_one_that_stays() -> None:
    cells, additions = parts(f"r: quay.io, n: acme/app, t: '1', d: '{DIGEST}'")
    assert cells == [
        ("spec.r", "quay.io", "m.io/quay"),
        ("spec.n", "acme/app", "acme/app"),
        ("spec.t", "1", "1"),
        ("spec.d", DIGEST, DIGEST),
    ]
    assert additions == []


def test_a_part_that_is_absent_is_added() -> None:
    cells, (addition,) = parts("r: quay.io, n: acme/app, t: '1'", "prometheus")
    assert [new for _, _, new in cells] == ["m.io/quay", "acme/app", "1"]
    assert (addition.steps, addition.value) == (("spec", "d"), HEX)
    assert (addition.gap.layout, addition.place.keys) == ("absent-flow", ("d",))


def test_a_part_that_is_null_gets_a_value_behind_its_key() -> None:
    _, (addition,) = parts("r: quay.io, n: acme/app, t: '1', d: ~")
    assert (addition.gap.layout, addition.place.keys) == ("value", ())
    assert addition.place.spot is addition.gap


@pytest.mark.parametrize("digest", ["''", '""'])
def test_a_part_that_is_empty_is_a_cell(digest: str) -> None:
    cells, additions = parts(f"r: quay.io, n: acme/app, t: '1', d: {digest}")
    assert cells[-1] == ("spec.d", "", DIGEST)
    assert additions == []


def test_the_default_registry_is_added_where_it_is_absent() -> None:
    place = at("spec", form="split", parts=ALL[:2], default="quay.io")
    cells = cells_of("spec: {n: a/b}", place, spec=(RULES,))
    assert [shown(it) for it in cells.compound] == [("spec.n", "a/b", "a/b")]
    assert [(it.steps, it.value) for it in cells.additions] == [(("spec", "r"), "m.io/quay")]


def test_an_image_that_stays_adds_nothing() -> None:
    place = at("spec", form="split", parts=ALL, default="docker.io")
    ((site, _),) = decided("spec: {n: a/b}", place, spec=(RULES,))
    cells, additions = part_cells(site, None)
    assert [shown(it) for it in cells] == [("spec.n", "a/b", "a/b")]
    assert additions == []


@pytest.mark.parametrize(
    ("text", "image"),
    [
        pytest.param("r: quay.io, n: a/b", "flat", id="fewer components than parts"),
        pytest.param("n: a/b", f"m.io/a/b@{DIGEST}", id="no key for a digest"),
    ],
)
def test_what_has_no_place_is_unwritable(text: str, image: str) -> None:
    place = at("spec", form="split", parts=ALL[:2], default="quay.io")
    ((site, _),) = decided(f"spec: {{{text}}}", place, spec=(RULES,))
    with pytest.raises(Unwritable) as caught:
        part_cells(site, image)
    assert (caught.value.site, caught.value.image) == (site, image)

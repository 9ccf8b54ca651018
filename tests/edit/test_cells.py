"""Scalars with an image in them, as they are and as they become."""

from __future__ import annotations

import pytest

from tests.helpers.deciding import decided, shown
from tests.helpers.placed import DIGEST, RULES, at
from tests.helpers.searching import search
from transformer.edit.cells import cell_result, plain_cell
from transformer.errors import Problem
from transformer.places.place import Place

NEW = f"m.io/quay/acme/app:1@{DIGEST}"


@pytest.mark.parametrize(
    ("text", "place", "new"),
    [
        pytest.param("spec: {x: 'quay.io/acme/app:1'}", at("spec.x"), NEW, id="rewritten"),
        pytest.param(
            "spec:\n  x: |+\n    quay.io/acme/app:1\n\n", at("spec.x"), f"{NEW}\n\n", id="a literal"
        ),
        pytest.param("spec: {x: m.io/quay/a/b}", at("spec.x", digest="none"), None, id="kept"),
        pytest.param("spec: {x: ''}", at("spec.x"), None, id="skipped"),
        pytest.param("spec: {x: A/B}", at("spec.x"), None, id="failed"),
    ],
)
def test_a_scalar_gets_the_image_that_was_decided(text: str, place: Place, new: str | None) -> None:
    (decision,) = decided(text, place)
    site, cell = decision[0], plain_cell(decision)
    assert cell.new == (site.value if new is None else new)
    assert (cell.site, cell.steps, cell.spot, cell.old) == (
        site, ("spec", "x"), site.spot, site.value,
    )  # fmt: skip
    assert (cell.anchor, cell.stretches, cell.is_part, cell.is_key) == (None, (), False, False)


def test_a_prefix_may_be_part_of_images() -> None:
    (decision,) = decided("spec: {x: quay.io}", at("spec.x", form="registry"), spec=(RULES,))
    assert shown(plain_cell(decision)) == ("spec.x", "quay.io", "m.io/quay")
    assert plain_cell(decision).is_part


def test_an_image_may_be_a_key() -> None:
    (decision,) = decided("spec: {x: {quay.io/a: b}}", at("spec.x", form="keys"), spec=(RULES,))
    assert shown(plain_cell(decision)) == ("spec.x.quay.io/a", "quay.io/a", "m.io/quay/a")
    assert plain_cell(decision).is_key


def test_a_cell_knows_who_shares_its_scalar() -> None:
    (decision,) = decided("a: &a quay.io/b\nspec: {x: *a}", at("spec.x"), spec=(RULES,))
    anchor = plain_cell(decision).anchor
    assert anchor is not None
    assert (anchor.value, len(anchor.aliases)) == ("quay.io/b", 1)


def test_a_problem_is_said_of_the_object_and_field_and_with_the_value() -> None:
    problem = Problem(code="x", message="must not be")
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: a}]}\n"
    (site,) = search(text).sites
    result = cell_result(site, problem, "a")
    assert str(result.resource) == "Pod web"
    assert (result.problem, result.field, result.current) == (
        problem, "spec.containers[0].image", "a",
    )  # fmt: skip

"""What is gathered of a document: each place once, and of two things about one the worse."""

from __future__ import annotations

import pytest

from tests.helpers.placed import at
from tests.helpers.reading import each_parser
from tests.helpers.searching import UNKNOWN, places, problems, search
from transformer.find.found import Found
from transformer.places.place import Place
from transformer.yamltext.edit import Spot


def found(text: str, *fields: Place, parser: str = "") -> Found:
    return search(UNKNOWN.format(text), parser, fields=fields)


def test_whoever_knows_a_place_first_has_it() -> None:
    text = "spec: {containers: [{name: a, image: x}], other: {image: y}}"
    user = at("spec.containers[].image")
    pod, other = at("spec", form="podSpec"), at("spec.other.image", form="match")
    (only,) = found(text, user, pod, other).sites
    assert (only.value, only.by_structure, only.pod is not None) == ("x", False, True)
    (only,) = found(text, user, other).sites
    assert (only.value, only.by_structure, only.pod is not None) == ("x", True, True)


def test_an_image_is_found_once_where_two_places_lead_to_it() -> None:
    text = "spec: {images: {a: x}}"
    assert places(found(text, at("spec.images.a"), at("spec.images{}"))) == [("spec.images.a", "x")]


REPEATED = "spec: {image: x, image: y}"
WARNING = "in.yaml:4:18: warning: key `image` is repeated: first at line 4 (repeated-key)"


@each_parser
@pytest.mark.parametrize("origin", ["shipped", "builtin", "user"])
def test_a_repeated_key_is_said_once_and_fails_where_it_counts(origin: str, parser: str) -> None:
    result = found(REPEATED, at("spec.image", origin=origin), parser=parser)
    assert result.sites == []
    # What is shipped may be of another version: the warning about the key will do.
    expected = WARNING if origin == "shipped" else WARNING.replace("warning", "error")
    assert [it.splitlines()[0] for it in problems(result)] == [expected]


def test_a_repeated_key_elsewhere_is_a_warning() -> None:
    assert problems(found(REPEATED)) == [WARNING]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        pytest.param("image", "spec: {x: 1}", id="another field"),
        pytest.param("containers", "spec: {image: ~}", id="null for a list"),
        pytest.param("containers", "spec: {image: [~, {}]}", id="no containers"),
        pytest.param("keys", "spec: {image: {}}", id="no keys"),
    ],
)
def test_nothing_is_silence(form: str, text: str) -> None:
    result = found(text, at("spec.image", form=form))
    assert (result.sites, result.results, result.has_spots) == ([], [], False)
    assert list(result.spots()) == []


def spots(result: Found, text: str) -> set[str]:
    """The pieces of text that a plan may change."""
    return {UNKNOWN.format(text)[it.start : it.end] for it in result.spots()}


SPLIT = at(
    "spec",
    form="split",
    parts=(("registry", "registry"), ("name", "name"), ("digest", "digest")),
)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        pytest.param("spec: {image: x}", at("spec.image"), {"x"}, id="an image"),
        pytest.param("spec: {image: [x]}", at("spec.image", form="none"), set(), id="none"),
        pytest.param(
            "a: &a x\nspec: {image: *a}",
            at("spec.image"),
            {"x", "*a"},
            id="an image that is shared",
        ),
        pytest.param(
            "spec: {registry: q.io, name: n}", SPLIT, {"q.io", "n", ""}, id="parts, and a gap"
        ),
        pytest.param(
            "a: &a q.io\nspec: {registry: *a, name: n, digest: d}",
            SPLIT,
            {"q.io", "*a", "n", "d"},
            id="a part that is shared",
        ),
        pytest.param(
            "spec: {doc: 'image: x'}",
            at("spec.doc", form="document", inside=()),
            {"'image: x'"},
            id="a document",
        ),
        pytest.param(
            "a: &a 'image: x'\nspec: {doc: *a}",
            at("spec.doc", form="document", inside=()),
            {"'image: x'", "*a"},
            id="a document that is shared",
        ),
    ],
)
def test_a_plan_may_change_what_is_an_image_or_around_it(
    text: str, place: Place, expected: set[str]
) -> None:
    result = found(text, place)
    assert spots(result, text) == expected
    assert result.has_spots is bool(expected)


@pytest.mark.parametrize("form", ["image", "document"])
def test_a_plan_may_change_the_field_for_pull_secrets(form: str) -> None:
    text = "spec: {image: 'x: y', secret: old}"
    holder = at("spec.secret", form="pullSecrets", items="string")
    more = {"inside": ()} if form == "document" else {}
    result = found(text, at("spec.image", form=form, **more), holder)
    assert spots(result, text) == {"'x: y'", "old"}


def test_spots_are_places_in_the_tokens_too() -> None:
    (only,) = found("spec: {image: x}", at("spec.image")).spots()
    assert isinstance(only, Spot)
    assert only.last == only.first + 1

from __future__ import annotations

import pytest

from tests.reading import each_parser
from transformer.fields import (
    BUILTINS,
    EACH,
    BadPath,
    Place,
    compile_table,
    follow,
    parse_path,
    wanted_names,
)
from transformer.model import Steps, field_path
from transformer.nodes import text_of
from transformer.tree import SyntaxFault, read


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        pytest.param("spec", ("spec",), id="key"),
        pytest.param("spec.image", ("spec", "image"), id="keys"),
        pytest.param("images[]", ("images", EACH), id="list"),
        pytest.param("a[].b[][].c-d/e", ("a", EACH, "b", EACH, EACH, "c-d/e"), id="lists"),
    ],
)
def test_a_path_is_keys_and_lists(path: str, steps: Steps) -> None:
    assert parse_path(path) == steps
    assert Place(group="", kind="K", path=path, form="image").steps == steps


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", "[]", "a.[]", "a[0]", "a[]b", "a[b]", "a]", "a[", "a[ ]"]
)
def test_a_path_must_be_well_formed(path: str) -> None:
    with pytest.raises(BadPath) as caught:
        parse_path(path)
    message = f'must be keys joined by dots, with [] behind a list: "{path}"'
    assert str(caught.value) == message


def test_every_builtin_place_is_named_once_and_in_order() -> None:
    keys = [(place.group, place.kind) for place in BUILTINS]
    assert keys == sorted(set(keys))
    assert all(place.steps for place in BUILTINS)


def test_a_table_holds_the_places_of_each_kind() -> None:
    table = compile_table(
        [
            Place(group="", kind="Pod", path="spec", form="podSpec"),
            Place(group="x.io", kind="Pod", path="image", form="image"),
            Place(group="", kind="Pod", path="spec.extra", form="image"),
        ]
    )
    assert table == {
        ("", "Pod"): ((("spec",), "podSpec"), (("spec", "extra"), "image")),
        ("x.io", "Pod"): ((("image",), "image"),),
    }


def test_a_later_place_replaces_the_form_of_the_same_path() -> None:
    mine = Place(group="", kind="Pod", path="spec", form="image")
    assert compile_table([*BUILTINS, mine])["", "Pod"] == ((("spec",), "image"),)


def test_a_document_must_hold_one_of_the_wanted_names() -> None:
    places = [
        Place(group="", kind="A", path="spec.images[].ref", form="image"),
        Place(group="", kind="A", path="spec.baseimage", form="image"),
        Place(group="", kind="A", path="spec.Image[]", form="image"),
        Place(group="", kind="A", path="spec.pod", form="podSpec"),
        Place(group="", kind="B", path="status.ref", form="image"),
    ]
    assert wanted_names(BUILTINS) == ("image", "ServiceAccount")
    assert wanted_names(places) == ("image", "ServiceAccount", "ref", "Image")


def followed(text: str, path: str, parser: str) -> list[tuple[str, str]]:
    root = read(text, parser).root
    assert root is not None
    return [(field_path(at), text_of(slot)) for _, slot, at in follow(root, parse_path(path))]


@each_parser
@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        pytest.param("{a: {b: x}}", "a.b", [("a.b", "x")], id="keys"),
        pytest.param("{a: [x, y]}", "a[]", [("a[0]", "x"), ("a[1]", "y")], id="items"),
        pytest.param(
            "{a: [{b: x}, {}, {b: y}]}",
            "a[].b",
            [("a[0].b", "x"), ("a[2].b", "y")],
            id="some items",
        ),
        pytest.param(
            "{a: [[x], [], [y, z]]}",
            "a[][]",
            [("a[0][0]", "x"), ("a[2][0]", "y"), ("a[2][1]", "z")],
            id="lists of lists",
        ),
        pytest.param("{a: ~}", "a", [("a", "")], id="null at the end"),
        pytest.param("{}", "a.b", [], id="missing"),
        pytest.param("{a: ~}", "a.b", [], id="null on the way"),
        pytest.param("{a: ~}", "a[]", [], id="null for a list"),
        pytest.param("{a: []}", "a[].b", [], id="empty list"),
        pytest.param("{a: [~, {b: ~}]}", "a[].b", [("a[1].b", "")], id="null item"),
        pytest.param("{x: &x {b: z}, a: *x}", "a.b", [("a.b", "z")], id="alias"),
        pytest.param("{<<: {a: {<<: {b: z}}}}", "a.b", [("a.b", "z")], id="merge keys"),
    ],
)
def test_a_path_is_followed(
    parser: str, text: str, path: str, found: list[tuple[str, str]]
) -> None:
    assert followed(text, path, parser) == found


def test_a_path_without_steps_names_nothing() -> None:
    root = read("{a: x}").root
    assert root is not None
    assert list(follow(root, ())) == []


def test_a_place_comes_with_the_collection_that_it_is_in() -> None:
    root = read("{a: [x]}").root
    assert root is not None
    ((parent, slot, _),) = follow(root, ("a", EACH))
    assert parent.children == [slot]
    ((parent, slot, _),) = follow(root, ("a",))
    assert parent is root
    assert slot is root.children[1]


@each_parser
@pytest.mark.parametrize(
    ("text", "path", "message", "offset"),
    [
        pytest.param("{a: x}", "a.b", "field `a` must be a mapping", 4, id="string for a mapping"),
        pytest.param("{a: []}", "a.b", "field `a` must be a mapping", 4, id="list for a mapping"),
        pytest.param("{a: {}}", "a[]", "field `a` must be a list", 4, id="mapping for a list"),
        pytest.param("{a: ''}", "a[]", "field `a` must be a list", 4, id="string for a list"),
        pytest.param(
            "{a: [{b: []}, x]}",
            "a[].b",
            "field `a[1]` must be a mapping",
            14,
            id="string for an item",
        ),
        pytest.param("{a: [[], x]}", "a[][]", "field `a[1]` must be a list", 9, id="inner list"),
        pytest.param(
            "{x: &x [], a: *x }",
            "a.b",
            "field `a` must be a mapping",
            14,
            id="where the alias stands",
        ),
    ],
)
def test_another_type_on_the_way_is_a_fault(
    parser: str, text: str, path: str, message: str, offset: int
) -> None:
    with pytest.raises(SyntaxFault) as caught:
        followed(text, path, parser)
    fault = caught.value
    assert (fault.code, fault.message, fault.offset) == ("wrong-type", message, offset)


def test_a_repeated_key_on_the_way_is_a_fault() -> None:
    with pytest.raises(SyntaxFault, match="key `b` must not be repeated"):
        followed("{a: {b: x, b: y}}", "a.b", "")

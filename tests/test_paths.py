from __future__ import annotations

import pytest

from tests.reading import each_parser, follow
from transformer.nodes import text_of
from transformer.steps import field_path
from transformer.tree import SyntaxFault, read


def followed(text: str, path: str, parser: str) -> list[tuple[str, str]]:
    root = read(text, parser).root
    assert root is not None
    return [(field_path(at), text_of(slot)) for _, slot, at in follow(root, path)]


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


def test_a_place_comes_with_the_collection_that_it_is_in() -> None:
    root = read("{a: [x]}").root
    assert root is not None
    ((parent, slot, _),) = follow(root, "a[]")
    assert parent.children == [slot]
    ((parent, slot, _),) = follow(root, "a")
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

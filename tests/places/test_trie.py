from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest

from tests.helpers.reading import each_parser, follow
from transformer.places.place import Form, Place, parse_path
from transformer.places.trie import Branch, compile_paths, overridden, walk
from transformer.places.trie import follow as follow_steps
from transformer.yamltext.nodes import text_of
from transformer.yamltext.path import field_path
from transformer.yamltext.tree import SyntaxFault, read


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
        pytest.param(
            "{a: {x: u, y: v}}", "a{}", [("a.x", "u"), ("a.y", "v")], id="values of a mapping"
        ),
        pytest.param(
            "{a: {x: {b: u}, y: {c: v}, z: ~}}", "a{}.b", [("a.x.b", "u")], id="some values"
        ),
        pytest.param(
            "{a: {<<: {x: u}, y: v}}", "a{}", [("a.y", "v"), ("a.x", "u")], id="merged values"
        ),
        pytest.param(
            "{a: {? [x] : u, y: v}}", "a{}", [("a.y", "v")], id="values of keys that are strings"
        ),
        pytest.param("{a: {b.c: x}}", 'a["b.c"]', [("a.b.c", "x")], id="a key with dots"),
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
        pytest.param("{a: x}", "a.b", "field `a` is not a mapping", 4, id="string for a mapping"),
        pytest.param("{a: []}", "a.b", "field `a` is not a mapping", 4, id="list for a mapping"),
        pytest.param("{a: {}}", "a[]", "field `a` is not a list", 4, id="mapping for a list"),
        pytest.param("{a: ''}", "a[]", "field `a` is not a list", 4, id="string for a list"),
        pytest.param(
            "{a: [{b: []}, x]}",
            "a[].b",
            "field `a[1]` is not a mapping",
            14,
            id="string for an item",
        ),
        pytest.param("{a: []}", "a{}", "field `a` is not a mapping", 4, id="list for its values"),
        pytest.param("{a: [[], x]}", "a[][]", "field `a[1]` is not a list", 9, id="inner list"),
        pytest.param(
            "{x: &x [], a: *x }",
            "a.b",
            "field `a` is not a mapping",
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
    with pytest.raises(SyntaxFault, match="key `b` is repeated"):
        followed("{a: {b: x, b: y}}", "a.b", "")


def test_a_repeated_key_among_several_paths_is_a_fault_and_the_others_are_followed() -> None:
    hits, faults = walked("{a: {b: x, b: y}, c: z}", place("a.b"), place("c"))
    assert hits == [("c", "c")]
    assert faults == ["key `b` is repeated"]


Origin = Literal["builtin", "shipped", "user"]


def place(path: str, form: Form = "image", origin: Origin = "builtin") -> Place:
    return Place(group="g", kind="K", path=path, form=form, origin=origin)


def walked(text: str, *places: Place) -> tuple[list[tuple[str, str]], list[str]]:
    """The paths of the places that were met with where that was, and the faults."""
    root = read(text).root
    assert root is not None
    faults: list[str] = []
    branch = compile_paths(places)
    hits = walk(root, branch, lambda fault, *_: faults.append(fault.message))
    return [(hit.place.path, field_path(hit.steps)) for hit in hits], faults


SPEC = "{spec: {image: x, images: [y, z], more: {a: u}}, meta: m}"


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        pytest.param(["spec.image", "meta"], ["spec.image", "meta"], id="two keys"),
        pytest.param(["spec.image", "spec.no"], ["spec.image"], id="one of two is there"),
        pytest.param(
            ["spec", "spec.images[]", "spec.more{}"],
            ["spec", "spec.images[0]", "spec.images[1]", "spec.more.a"],
            id="one on the way of others",
        ),
        pytest.param(["spec.image", "spec.image"], ["spec.image"] * 2, id="two at one path"),
        pytest.param(["spec{}"], ["spec.image", "spec.images", "spec.more"], id="values"),
        pytest.param(
            ["spec.more{}", "spec.more.a"], ["spec.more.a"] * 2, id="a key and all values"
        ),
    ],
)
def test_all_paths_of_a_kind_are_followed_at_once(paths: list[str], found: list[str]) -> None:
    hits, faults = walked(SPEC, *map(place, paths))
    assert ([it for _, it in hits], faults) == (found, [])


def test_a_fault_in_one_path_does_not_hide_the_others() -> None:
    hits, faults = walked(SPEC, place("meta.image"), place("spec.more[]"), place("spec.image"))
    assert hits == [("spec.image", "spec.image")]
    assert sorted(faults) == ["field `meta` is not a mapping", "field `spec.more` is not a list"]


def test_where_keys_and_items_lead_on_either_will_do() -> None:
    places = place("a.b"), place("a[]")
    assert walked("{a: {b: x}}", *places) == ([("a.b", "a.b")], [])
    assert walked("{a: [x]}", *places) == ([("a[]", "a[0]")], [])
    assert walked("{a: x}", *places) == ([], ["field `a` is not a mapping"])


def test_what_is_said_of_an_object_as_a_whole_is_at_the_root() -> None:
    account = place("imagePullSecrets", "account")
    holder = place("spec.secrets", "pullSecrets")
    branch = compile_paths([account, holder, place("spec.image")])
    assert (branch.is_account, branch.holders) == (True, (holder,))
    assert walked("{imagePullSecrets: [], spec: {secrets: []}}", account, holder) == ([], [])
    assert not compile_paths([holder]).leads_on


def below(branch: Branch, path: str) -> Branch:
    for step in parse_path(path):
        branch = branch.step(step)
    return branch


@pytest.mark.parametrize(
    ("origins", "path", "is_shipped"),
    [
        pytest.param(["shipped"], "spec.a", True, id="shipped"),
        pytest.param(["user"], "spec.a", False, id="user"),
        pytest.param(["builtin"], "spec.a", False, id="builtin"),
        pytest.param(["shipped", "user"], "spec", False, id="a user's path goes through it"),
        pytest.param(["shipped", "user"], "spec.a", True, id="but not there"),
        pytest.param(["shipped", "user"], "spec.b", False, id="nor that of another"),
    ],
)
def test_a_branch_knows_whether_only_shipped_paths_go_through(
    origins: Sequence[Origin], path: str, is_shipped: bool
) -> None:
    places = [place(f"spec.{key}", "image", it) for key, it in zip("ab", origins, strict=False)]
    assert below(compile_paths(places), path).is_shipped is is_shipped


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            [("a", "image", "shipped"), ("b", "image", "shipped")], [0, 1], id="different paths"
        ),
        pytest.param(
            [("a", "image", "shipped"), ("a", "none", "user")], [1], id="a user's is the one"
        ),
        pytest.param(
            [("a", "image", "shipped"), ("a[]", "image", "user")], [0, 1], id="other steps"
        ),
        pytest.param(
            [("a.b", "image", "shipped"), ('["a"]["b"]', "image", "user")],
            [1],
            id="written in another way",
        ),
        pytest.param(
            [("a", "podSpec", "shipped"), ("a", "split", "shipped")], [0, 1], id="no user's"
        ),
        pytest.param(
            [("a", "podSpec", "shipped"), ("a", "split", "shipped"), ("a", "split", "user")],
            [0, 2],
            id="a split image replaces its like only",
        ),
        pytest.param(
            [("a", "split", "shipped"), ("a", "split", "user"), ("a", "split", "user")],
            [1, 2],
            id="two of a user",
        ),
        pytest.param(
            [("a", "split", "shipped"), ("a", "split", "user"), ("a", "none", "user")],
            [1, 2],
            id="a split image and something else replace all",
        ),
    ],
)
def test_a_user_replaces_what_is_known_at_a_path(
    before: list[tuple[str, Form, Origin]], after: list[int]
) -> None:
    places = [place(*it) for it in before]
    assert overridden(places) == [places[it] for it in after]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("", [""], id="no step"),
        pytest.param("spec.image", ["spec.image"], id="keys"),
        pytest.param("spec.images[]", ["spec.images[0]", "spec.images[1]"], id="items"),
        pytest.param("spec.no", [], id="missing"),
    ],
)
def test_one_path_is_followed_by_its_steps(path: str, found: list[str]) -> None:
    root = read(SPEC).root
    assert root is not None
    faults: list[SyntaxFault] = []
    slots = follow_steps(root, parse_path(path) if path else (), faults.append)
    assert [field_path(steps) for _, steps in slots] == found
    assert faults == []


def test_what_stands_in_the_way_of_one_path_is_a_fault() -> None:
    root = read(SPEC).root
    assert root is not None
    faults: list[SyntaxFault] = []
    assert follow_steps(root, parse_path("meta[].image"), faults.append) == []
    assert [fault.message for fault in faults] == ["field `meta` is not a list"]


@pytest.mark.parametrize(
    ("text", "path", "origin", "hint"),
    [
        pytest.param("{a: [{b: x}]}", "a.b", "user", "write `a[]`", id="a user's"),
        pytest.param(
            "{a: [{c.d: [x]}]}", 'a[]["c.d"].e', "user", 'write `a[]["c.d"][]`', id="further down"
        ),
        pytest.param("{a: [{b: x}]}", "a.b", "shipped", "", id="a shipped one"),
        pytest.param("{a: x}", "a.b", "user", "", id="no list"),
    ],
)
def test_a_user_is_told_of_a_list_on_the_way(
    text: str, path: str, origin: Origin, hint: str
) -> None:
    root = read(text).root
    assert root is not None
    faults: list[SyntaxFault] = []
    branch = compile_paths([place(path, "image", origin), place("z", "image", origin)])
    assert walk(root, branch, lambda fault, *_: faults.append(fault)) == []
    assert [fault.hint for fault in faults] == [hint]

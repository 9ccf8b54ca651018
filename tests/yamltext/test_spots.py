from __future__ import annotations

import time

import pytest

from tests.helpers.reading import each_parser, follow
from transformer.find.name_lists import name_field, name_list
from transformer.yamltext.edit import Anchor, ListSpot, NameItems, NameList, Spot
from transformer.yamltext.nodes import resolve
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Collection, Mapping, Slot, SyntaxFault, Tree, read


def place(tree: Tree, path: str) -> tuple[Collection, Slot]:
    """The collection that holds the place of a path, and the place."""
    assert tree.root is not None
    ((parent, slot, _),) = follow(tree.root, path)
    return parent, slot


def spot(text: str, path: str, parser: str = "") -> Spot:
    tree = read(text, parser)
    return Spots(tree).spot(*place(tree, path))


@each_parser
@pytest.mark.parametrize(
    ("value", "scalar", "style"),
    [
        pytest.param("nginx", "nginx", "", id="plain"),
        pytest.param("'nginx'", "'nginx'", "'", id="single quotes"),
        pytest.param('"nginx" # c', '"nginx"', '"', id="double quotes"),
        pytest.param('"\\u006eginx"', '"\\u006eginx"', '"', id="escape"),
        pytest.param("é🚀", "é🚀", "", id="characters of several bytes"),
        pytest.param("ng\n  inx", "ng\n  inx", "", id="two lines"),
        pytest.param("|-\n  nginx\n", "|-\n  nginx\n", "|", id="literal"),
        pytest.param("> # c\n  nginx\n", "> # c\n  nginx\n", ">", id="folded"),
        pytest.param("", "", "", id="nothing"),
    ],
)
def test_a_spot_is_the_text_of_a_value(parser: str, value: str, scalar: str, style: str) -> None:
    text = (
        f"é: 🚀\nimage: {value}\nb: c\n" if not value.endswith("\n") else f"é: 🚀\nimage: {value}"
    )
    found = spot(text, "image", parser)
    assert text[found.start : found.end] == scalar
    tokens = read(text, parser).tokens
    assert found == Spot(start=found.start, end=found.end, first=4, last=5, style=style)
    assert tokens[found.first - 1] == "image"


@each_parser
def test_a_spot_leaves_anchor_and_tag_out(parser: str) -> None:
    found = spot("image: &x !!str 'nginx' # c\n", "image", parser)
    assert found == Spot(
        start=16, end=23, first=2, last=3, style="'", anchor="x", tag="tag:yaml.org,2002:str"
    )


@each_parser
def test_the_spot_of_an_alias_is_the_alias(parser: str) -> None:
    found = spot("a: &x nginx\nimage: *x\n", "image", parser)
    assert found == Spot(start=19, end=21, first=4, last=5, style="*", uses=1)


@each_parser
def test_a_spot_that_is_merged_is_where_it_stands(parser: str) -> None:
    text = "spec: {a: b, <<: {c: d, image: nginx}}"
    found = spot(text, "spec.image", parser)
    assert text[found.start : found.end] == "nginx"
    assert read(text, parser).tokens[found.first] == "nginx"


@pytest.mark.parametrize(
    ("text", "path", "uses"),
    [
        pytest.param("a: {image: x}", "a.image", 1, id="no alias anywhere"),
        pytest.param("z: [&z 1, *z]\na: {image: x}", "a.image", 1, id="an alias elsewhere"),
        pytest.param("b: &b {image: x}\na: *b", "a.image", 2, id="within an alias"),
        pytest.param("b: &b {image: x}\na: {<<: *b}", "a.image", 2, id="merged"),
        pytest.param("b: &b {image: x}\nc: {<<: *b, image: y}\na: *b", "a.image", 2, id="hidden"),
        pytest.param("b: &b x\na: {image: *b}", "a.image", 1, id="an alias itself"),
    ],
)
def test_a_spot_counts_its_uses(text: str, path: str, uses: int) -> None:
    assert spot(text, path).uses == uses


def test_what_no_reader_sees_has_no_uses() -> None:
    tree = read("z: &z x\nb: &b {image: *z}\na: {<<: {image: &y v}, image: *z}")
    hidden = tree.root.children[5].children[1].children[1]  # type: ignore[union-attr]
    assert Spots(tree).uses(hidden) == 0


@each_parser
def test_an_anchor_knows_every_alias(parser: str) -> None:
    text = "a: &x nginx\nb: &b {c: *x}\nd: *b\nimage: *x\n"
    tree = read(text, parser)
    places = Spots(tree)
    anchor = places.anchor(place(tree, "image")[1])
    assert anchor == Anchor(
        value="nginx",
        definition=Spot(start=6, end=11, first=2, last=3, uses=1, anchor="x"),
        aliases=(
            Spot(start=22, end=24, first=6, last=7, style="*", uses=2),
            Spot(start=39, end=41, first=11, last=12, style="*", uses=1),
        ),
    )
    # Asked at every place of it, it is worked out once.
    assert places.anchor(place(tree, "a")[1]) is anchor


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("image: nginx\n", id="no anchor"),
        pytest.param("image: &x nginx\n", id="no alias"),
        pytest.param("a: [&y 1, *y]\nimage: &x nginx\n", id="alias of another"),
    ],
)
def test_what_nothing_repeats_has_no_anchor(text: str) -> None:
    tree = read(text)
    assert Spots(tree).anchor(place(tree, "image")[1]) is None


def secrets(text: str, path: str = "spec", parser: str = "") -> NameList:
    tree = read(text, parser)
    owner = resolve(place(tree, path)[1])
    assert isinstance(owner, Mapping)
    return name_list(Spots(tree), owner, tuple(path.split(".")))


@each_parser
@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("spec: {a: b}", (), id="absent"),
        pytest.param("spec: {imagePullSecrets: ~}", (), id="null"),
        pytest.param("spec: {imagePullSecrets: []}", (), id="empty"),
        pytest.param("spec: {imagePullSecrets: [{name: a}, {name: b}]}", ("a", "b"), id="flow"),
        pytest.param("spec:\n  imagePullSecrets:\n  - name: a\n", ("a",), id="block"),
        pytest.param("spec: {imagePullSecrets: [{name: 08}]}", ("08",), id="no number"),
        pytest.param("spec: {imagePullSecrets: [{}, {name: ~}, ~]}", ("", "", ""), id="no names"),
        pytest.param("spec: {<<: {imagePullSecrets: [{name: a}]}}", ("a",), id="merged"),
        pytest.param("x: &x {name: a}\nspec: {imagePullSecrets: [*x ]}", ("a",), id="alias"),
        pytest.param("spec: {imagePullSecrets: [{<<: {name: a}}]}", ("a",), id="merged item"),
    ],
)
def test_the_names_of_a_list_are_read(parser: str, text: str, names: tuple[str, ...]) -> None:
    assert secrets(text, parser=parser).names == names


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("a", "field `spec.imagePullSecrets` is not a list", id="string"),
        pytest.param("''", "field `spec.imagePullSecrets` is not a list", id="empty string"),
        pytest.param("{name: a}", "field `spec.imagePullSecrets` is not a list", id="mapping"),
        pytest.param("[a]", "field `spec.imagePullSecrets[0]` is not a mapping", id="item"),
        pytest.param(
            "[{name: a}, []]",
            "field `spec.imagePullSecrets[1]` is not a mapping",
            id="second item",
        ),
    ],
)
def test_a_list_of_anything_else_is_a_fault(value: str, message: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        secrets(f"spec: {{imagePullSecrets: {value}}}")
    assert (caught.value.code, caught.value.message) == ("wrong-type", message)


def field(text: str, path: str, items: NameItems, parser: str = "") -> NameList:
    tree = read(text, parser)
    assert isinstance(tree.root, Mapping)
    return name_field(Spots(tree), tree.root, tuple(path.split(".")), (), items)


@each_parser
@pytest.mark.parametrize(
    ("text", "path", "items", "names"),
    [
        pytest.param("spec: {a: [b, 'c', 08]}", "spec.a", "strings", ("b", "c", "08"), id="list"),
        pytest.param("spec: {a: [b, ~, '']}", "spec.a", "strings", ("b", "", ""), id="no names"),
        pytest.param("x: &x b\nspec: {a: [*x ]}", "spec.a", "strings", ("b",), id="list, alias"),
        pytest.param("spec: {a: b}", "spec.a", "string", ("b",), id="string"),
        pytest.param("spec: {a: '1'}", "spec.a", "string", ("1",), id="string in quotes"),
        pytest.param("spec: {a: ''}", "spec.a", "string", (), id="empty string"),
        pytest.param("spec: {a: ~}", "spec.a", "string", (), id="null"),
        pytest.param("x: &x b\nspec: {a: *x }", "spec.a", "string", ("b",), id="alias"),
        pytest.param("spec: {<<: {a: b}}", "spec.a", "string", ("b",), id="merged"),
        pytest.param("spec: {a: {name: b}}", "spec.a.name", "string", ("b",), id="in an object"),
        pytest.param("spec: {a: [{name: b}]}", "spec.a", "objects", ("b",), id="objects"),
        pytest.param("spec: {}", "spec.a.b", "objects", (), id="nothing around it"),
        pytest.param("spec: ~", "spec.a.b", "strings", (), id="null around it"),
    ],
)
def test_the_names_of_a_field_are_read(
    parser: str, text: str, path: str, items: NameItems, names: tuple[str, ...]
) -> None:
    assert field(text, path, items, parser).names == names


@pytest.mark.parametrize(
    ("spec", "items", "message"),
    [
        pytest.param("[]", "strings", "field `spec` is not a mapping", id="list around it"),
        pytest.param("a", "strings", "field `spec` is not a mapping", id="string around it"),
        pytest.param("{a: b}", "strings", "field `spec.a` is not a list", id="no list"),
        pytest.param("{a: [b, []]}", "strings", "field `spec.a[1]` is not a string", id="item"),
        pytest.param("{a: [{name: b}]}", "strings", "field `spec.a[0]` is not a string", id="name"),
        pytest.param("{a: [b]}", "objects", "field `spec.a[0]` is not a mapping", id="no object"),
        pytest.param("{a: [b]}", "string", "field `spec.a` is not a string", id="no string"),
    ],
)
def test_a_field_of_anything_else_is_a_fault(spec: str, items: NameItems, message: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        field(f"spec: {spec}", "spec.a", items)
    assert (caught.value.code, caught.value.message) == ("wrong-type", message)


@pytest.mark.parametrize(
    ("text", "layout", "keys", "uses"),
    [
        pytest.param("spec: {x: y}", "absent-flow", ("a", "b"), 1, id="absent"),
        pytest.param("spec: &s {x: y}\nz: *s", "absent-flow", ("a", "b"), 2, id="absent, alias"),
        pytest.param("spec: {a: ~}", "null", ("b",), 1, id="null"),
        pytest.param("spec: &s {a: ~}\nz: *s", "null", ("b",), 2, id="null, alias"),
        pytest.param("spec: {a: &s {}}\nz: *s", "empty", ("b",), 2, id="empty, alias"),
        pytest.param("spec: {a: {b: ''}}", "value", (), 1, id="value"),
        pytest.param("spec: {a: {b: &s ''}}\nz: *s", "value", (), 2, id="value, alias elsewhere"),
        pytest.param("z: &s ''\nspec: {a: {b: *s }}", "value", (), 1, id="value, an alias itself"),
    ],
)
def test_a_field_counts_the_uses_of_its_place(
    text: str, layout: str, keys: tuple[str, ...], uses: int
) -> None:
    found = field(text, "spec.a.b", "string")
    assert (found.spot.layout, found.keys, found.spot.spot.uses) == (layout, keys, uses)


@pytest.mark.parametrize(
    ("text", "layout", "uses"),
    [
        pytest.param("a: &a {x: y}\nspec: *a", "absent-flow", 2, id="absent, alias"),
        pytest.param("spec: &a {x: y}\nb: {<<: *a}", "absent-flow", 2, id="absent, merged"),
        pytest.param("spec: &a {x: y}\nb: {<<: [{<<: *a}]}", "absent-flow", 2, id="merged, nested"),
        pytest.param("spec: &a {imagePullSecrets: []}\nb: *a", "empty", 2, id="empty, alias"),
        pytest.param(
            "spec: &a {imagePullSecrets: []}\nb: {<<: *a}", "empty", 2, id="empty, merged"
        ),
        pytest.param("a: &a {imagePullSecrets: ~}\nspec: {<<: *a}", "null", 2, id="null, merged"),
        pytest.param(
            "a: &a {imagePullSecrets: ~}\nspec: {<<: *a, imagePullSecrets: [{}]}",
            "flow",
            1,
            id="hides the merged one",
        ),
        pytest.param("a: [&a 1, *a]\nspec:\n  imagePullSecrets:\n  - {}\n", "block", 1, id="block"),
    ],
)
def test_a_list_counts_its_uses(text: str, layout: str, uses: int) -> None:
    found = secrets(text).spot
    assert (found.layout, found.spot.uses) == (layout, uses)


def test_a_list_is_added_before_a_key() -> None:
    tree = read("a: b\nmetadata:\n- c\n")
    assert isinstance(tree.root, Mapping)
    assert name_list(Spots(tree), tree.root, (), "metadata").spot == ListSpot(
        layout="absent-block",
        spot=Spot(start=5, end=5, first=3, last=3),
        column=0,
        item_column=0,
    )
    assert name_list(Spots(tree), tree.root, (), "other").spot.spot.start == 0


@pytest.mark.slow
def test_one_long_line_of_json_takes_linear_time() -> None:
    # Looking for the ends of the line at every pod would take a minute.
    item = '{"spec":{"containers":[],"note":"%s"}}' % ("x" * 2_000)
    tree = read('{"items":[' + ",".join([item] * 5_000) + "]}", "libyaml")
    places = Spots(tree)
    specs = [resolve(it) for it in specs_of(tree)]
    begin = time.process_time()
    lists = [name_list(places, it, ()) for it in specs if isinstance(it, Mapping)]
    assert time.process_time() - begin < 5
    assert {(it.spot.layout, it.spot.is_compact) for it in lists} == {("absent-flow", True)}


def specs_of(tree: Tree) -> list[Slot]:
    assert tree.root is not None
    return [slot for _, slot, _ in follow(tree.root, "items[].spec")]

from __future__ import annotations

import re
from typing import Any, TypeAlias

import pytest
from hypothesis import given, strategies

from tests.helpers.field_layouts import OBJECT, OBJECTS, QUOTED, STRING, STRINGS
from tests.helpers.layouts import ACCOUNT, BLOCK, FLOW, INLINE
from tests.helpers.reading import each_parser, follow, strings
from transformer.find.name_lists import name_field, name_list
from transformer.yamltext.agreement import agrees, fingerprint
from transformer.yamltext.edit import Edit, NameItems, NameList
from transformer.yamltext.insertions import grow
from transformer.yamltext.nodes import resolve
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Mapping, Sequence, Tree, read

NAMES = ("b", "1")

LAYOUTS = {"spec": BLOCK | FLOW, "specs[]": INLINE, "": ACCOUNT}

each_layout = pytest.mark.parametrize(
    ("path", "marked"),
    [
        pytest.param(path, marked, id=f"{path}, {name}")
        for path, layouts in LAYOUTS.items()
        for name, marked in layouts.items()
    ],
)


def unmarked(marked: str) -> tuple[str, str]:
    """The text before and after the edit."""
    mark = re.compile("⟦(.*?)→(.*?)⟧", re.DOTALL)
    return mark.sub(r"\1", marked), mark.sub(r"\2", marked)


def secrets_of(tree: Tree, path: str) -> NameList:
    assert tree.root is not None
    slot = tree.root
    if path:
        ((_, slot, _),) = follow(tree.root, path)
    owner = resolve(slot)
    assert isinstance(owner, Mapping)
    return name_list(Spots(tree), owner, (), "" if path else "metadata")


def grown(text: str, path: str, parser: str, names: tuple[str, ...] = NAMES) -> tuple[str, Edit]:
    edit = grow(secrets_of(read(text, parser), path), names, text)
    assert edit is not None
    return text[: edit.start] + edit.text + text[edit.end :], edit


@each_parser
@each_layout
def test_names_are_added_in_the_style_around_them(parser: str, path: str, marked: str) -> None:
    before, after = unmarked(marked)
    assert before != after
    text, edit = grown(before, path, parser)
    assert text == after
    assert text == before[: edit.start] + edit.text + before[edit.end :]


@each_layout
def test_the_data_grows_by_the_names(path: str, marked: str) -> None:
    before, after = (strings(text) for text in unmarked(marked))
    owner = {"spec": lambda: before["spec"], "specs[]": lambda: before["specs"][0]}.get(path)
    add_names(owner() if owner else before)
    assert before == after


def add_names(owner: dict[str, Any]) -> None:
    """What the edit means, done to the data."""
    if not isinstance(owner.get("imagePullSecrets"), list):
        assert owner.get("imagePullSecrets", "~") in ("", "~", "null", {})
        owner["imagePullSecrets"] = []
    # In place: an alias is the same list.
    owner["imagePullSecrets"] += [{"name": name} for name in NAMES]


@each_parser
@each_layout
def test_the_tokens_change_as_the_edit_says(parser: str, path: str, marked: str) -> None:
    before, after = unmarked(marked)
    tree = read(before, parser)
    field = secrets_of(tree, path)
    edit = grow(field, NAMES, before)
    assert edit is not None
    noted = fingerprint(tree.tokens, [field.spot.spot])
    assert agrees(noted, [edit], read(after, parser).tokens)
    assert not agrees(noted, [edit], tree.tokens)
    assert not agrees(noted, [], read(after, parser).tokens)


@each_parser
@each_layout
def test_what_was_added_is_found_again(parser: str, path: str, marked: str) -> None:
    before, after = unmarked(marked)
    had = secrets_of(read(before, parser), path).names
    assert secrets_of(read(after, parser), path).names == (*had, *NAMES)


@each_parser
@each_layout
def test_more_names_can_be_added_to_what_was_added(parser: str, path: str, marked: str) -> None:
    text, _ = grown(unmarked(marked)[1], path, parser, ("c",))
    assert secrets_of(read(text, parser), path).names[-3:] == ("b", "1", "c")


def test_json_may_be_indented_by_tabs() -> None:
    # Only libyaml takes a tab there.
    before = '{\n\t"spec": {\n\t\t"containers": []\n\t}\n}\n'
    after = (
        '{\n\t"spec": {\n\t\t"imagePullSecrets": [{"name": "a"}],\n\t\t"containers": []\n\t}\n}\n'
    )
    assert grown(before, "spec", "libyaml", ("a",))[0] == after


@each_parser
@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("spec", "spec:\n  ? containers\n  : []\n", id="explicit key"),
        pytest.param("spec", "spec: {? containers : []}", id="explicit key in a flow mapping"),
        pytest.param("spec", "spec: {imagePullSecrets}", id="key without a colon"),
        pytest.param("spec", "spec: {imagePullSecrets , a: b}", id="key without a colon, one more"),
        pytest.param("spec", "spec:\n  ? imagePullSecrets\n", id="explicit key without a value"),
        pytest.param("spec", "spec:\n  imagePullSecrets: &x ~\n", id="null with an anchor"),
        pytest.param("spec", "spec:\n  imagePullSecrets: &x\n", id="nothing but an anchor"),
        pytest.param("spec", "x: &x ~\nspec: {imagePullSecrets: *x }\n", id="alias of null"),
    ],
)
def test_some_layouts_are_not_supported(parser: str, path: str, text: str) -> None:
    field = secrets_of(read(text, parser), path)
    assert field.spot.layout == "unsupported"
    assert grow(field, NAMES, text) is None


Field: TypeAlias = "tuple[tuple[str, ...], NameItems]"

FIELDS: dict[Field, dict[str, str]] = {
    (("spec", "image", "pullSecrets"), "objects"): OBJECTS,
    (("spec", "secrets"), "strings"): STRINGS,
    (("spec", "secret"), "string"): STRING,
    (("spec", "secret", "name"), "string"): OBJECT,
    (("spec", "a: b", "1"), "strings"): QUOTED,
}

each_field = pytest.mark.parametrize(
    ("field", "marked"),
    [
        pytest.param(field, marked, id=f"{'.'.join(field[0])}, {field[1]}, {name}")
        for field, layouts in FIELDS.items()
        for name, marked in layouts.items()
    ],
)


def field_of(tree: Tree, field: Field) -> NameList:
    (keys, items), owner = field, tree.root
    if isinstance(owner, Sequence):
        owner, keys = owner.children[0], keys[1:]
    assert isinstance(owner, Mapping)
    return name_field(Spots(tree), owner, keys, (), items, "metadata")


@each_parser
@each_field
def test_names_are_added_to_fields_of_every_form(parser: str, field: Field, marked: str) -> None:
    before, after = unmarked(marked)
    added = NAMES[:1] if field[1] == "string" else NAMES
    tree, done = read(before, parser), read(after, parser)
    found = field_of(tree, field)
    edit = grow(found, added, before)
    assert edit is not None
    assert before[: edit.start] + edit.text + before[edit.end :] == after
    assert field_of(done, field).names == (*found.names, *added)
    noted = fingerprint(tree.tokens, [found.spot.spot])
    assert agrees(noted, [edit], done.tokens)
    assert not agrees(noted, [edit], tree.tokens)


@each_parser
@pytest.mark.parametrize(
    "value",
    [
        pytest.param("|\n", id="literal"),
        pytest.param("!!str", id="nothing but a tag"),
        pytest.param("&a", id="nothing but an anchor"),
    ],
)
def test_some_strings_cannot_be_written(parser: str, value: str) -> None:
    text = f"spec:\n  secret: {value}\n  a: b\n"
    field = field_of(read(text, parser), (("spec", "secret"), "string"))
    assert field.names == ()
    assert grow(field, ("b",), text) is None


names = strategies.text(strategies.sampled_from('ab1.-" \\:#é\n'), min_size=1, max_size=5)


@given(
    strategies.lists(names, min_size=1, max_size=3),
    strategies.sampled_from(sorted(FIELDS)),
    strategies.data(),
)
def test_any_names_can_be_added(
    added: list[str], field: Field, data: strategies.DataObject
) -> None:
    text, _ = unmarked(data.draw(strategies.sampled_from(sorted(FIELDS[field].values()))))
    found = field_of(read(text), field)
    if field[1] == "string":
        added = ["b"]
    edit = grow(found, added, text)
    assert edit is not None
    after = text[: edit.start] + edit.text + text[edit.end :]
    assert field_of(read(after), field).names == (*found.names, *added)
    assert agrees(fingerprint(read(text).tokens, [found.spot.spot]), [edit], read(after).tokens)

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.layouts import ACCOUNT, BLOCK, FLOW, INLINE
from tests.reading import each_parser, strings
from transformer.agreement import agrees, fingerprint
from transformer.fields import follow, parse_path
from transformer.insertions import grow
from transformer.model import Edit, NameList
from transformer.nodes import resolve
from transformer.spots import Places, name_list
from transformer.tree import Mapping, Tree, read

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
        ((_, slot, _),) = follow(tree.root, parse_path(path))
    owner = resolve(slot)
    assert isinstance(owner, Mapping)
    return name_list(Places(tree), owner, (), "" if path else "metadata")


def grown(text: str, path: str, parser: str, names: tuple[str, ...] = NAMES) -> tuple[str, Edit]:
    edit = grow(secrets_of(read(text, parser), path).spot, names, text)
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
        assert owner.get("imagePullSecrets", "~") in ("", "~", "null")
        owner["imagePullSecrets"] = []
    # In place: an alias is the same list.
    owner["imagePullSecrets"] += [{"name": name} for name in NAMES]


@each_parser
@each_layout
def test_the_tokens_change_as_the_edit_says(parser: str, path: str, marked: str) -> None:
    before, after = unmarked(marked)
    tree = read(before, parser)
    spot = secrets_of(tree, path).spot
    edit = grow(spot, NAMES, before)
    assert edit is not None
    noted = fingerprint(tree.tokens, [spot.spot])
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
        pytest.param("spec", "spec: {}", id="empty mapping"),
        pytest.param("spec", "spec:\n  ? containers\n  : []\n", id="explicit key"),
        pytest.param("spec", "spec: {? containers : []}", id="explicit key in a flow mapping"),
        pytest.param("spec", "spec:\r  containers: []\r", id="lone carriage returns"),
        pytest.param("spec", "spec: {imagePullSecrets}", id="key without a colon"),
        pytest.param("spec", "spec: {imagePullSecrets , a: b}", id="key without a colon, one more"),
        pytest.param("spec", "spec:\n  ? imagePullSecrets\n", id="explicit key without a value"),
        pytest.param("spec", "spec:\n  imagePullSecrets: &x ~\n", id="null with an anchor"),
        pytest.param("spec", "spec:\n  imagePullSecrets: &x\n", id="nothing but an anchor"),
        pytest.param("spec", "x: &x ~\nspec: {imagePullSecrets: *x }\n", id="alias of null"),
        pytest.param(
            "spec", "spec:\r  imagePullSecrets:\r  - name: a\r", id="block, lone carriage returns"
        ),
    ],
)
def test_some_layouts_are_not_supported(parser: str, path: str, text: str) -> None:
    spot = secrets_of(read(text, parser), path).spot
    assert spot.layout == "unsupported"
    assert grow(spot, NAMES, text) is None

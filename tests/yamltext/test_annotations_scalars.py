"""A string that a key of any mapping gets, in front of another key."""

from __future__ import annotations

import re

import pytest

from tests.helpers.reading import each_parser
from transformer.yamltext.agreement import agrees, fingerprint
from transformer.yamltext.annotations import AnnotationSpot, annotate, scalar_spot
from transformer.yamltext.nodes import lookup, resolve
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Mapping, Sequence, read

KEY, BEFORE = "digest", "tag"

# As in `test_annotations`; the mapping is the last one of the list `a`, or what `a` holds.
LAYOUTS = {
    "absent": 'a:\n⟦→  digest: "b:1"\n⟧  tag: x\n',
    "absent, in front of the other key": 'a:\n  name: n\n⟦→  digest: "b:1"\n⟧  tag: x\n',
    "absent, without the other key": 'a:\n⟦→  digest: "b:1"\n⟧  name: n\n  more: m\n',
    "absent, below a comment of the key before": (
        'a:\n  name: n # c\n⟦→  digest: "b:1"\n⟧  # about x\n  tag: x\n'
    ),
    "absent, CRLF": 'a:\r\n  name: n\r\n⟦→  digest: "b:1"\r\n⟧  tag: x\r\n',
    "absent, the first key of an item": 'a:\n- ⟦→digest: "b:1"\n  ⟧tag: x\n  name: n\n',
    "absent, the first key of an indented item": 'a:\n  -   ⟦→digest: "b:1"\n      ⟧tag: x\n',
    "absent, an item of an item": 'a:\n- ⟦→digest: "b:1"\n  ⟧name: n\n',
    "absent, a later key of an item": 'a:\n- name: n\n⟦→  digest: "b:1"\n⟧  tag: x\n',
    "absent, the first key of an item, CRLF": 'a:\r\n- ⟦→digest: "b:1"\r\n  ⟧tag: x\r\n',
    "absent, the only line of an item at the end": 'a:\n- ⟦→digest: "b:1"\n  ⟧tag: x',
    "absent, flow": 'a: {name: n, ⟦→digest: "b:1", ⟧tag: x}\n',
    "absent, flow over lines": 'a: {\n  name: n,\n  ⟦→digest: "b:1",\n  ⟧tag: x}\n',
    "absent, flow in an item": 'a:\n- {⟦→digest: "b:1", ⟧tag: x}\n',
    "absent, JSON": '{"a": {"name": "n", ⟦→"digest": "b:1", ⟧"tag": "x"}}\n',
    "absent, compact JSON": '{"a":[{⟦→"digest":"b:1",⟧"tag":"x"}]}',
    "an empty mapping": 'a: {⟦→digest: "b:1"⟧}\n',
    "nothing": 'a:\n  digest:⟦→ "b:1"⟧\n  tag: x\n',
    "null": 'a: {tag: x, digest: ⟦~→"b:1"⟧}\n',
    "empty": 'a:\n  digest: ⟦""→"b:1"⟧ # c\n  tag: x\n',
    "there": "a:\n  tag: x\n  digest: ⟦'c'→\"b:1\"⟧\n",
    "there, an anchor": 'a:\n  digest: &d ⟦c→"b:1"⟧\n',
}


def spot(text: str, parser: str = "") -> AnnotationSpot:
    tree = read(text, parser)
    root = resolve(tree.root) if tree.root is not None else None
    assert isinstance(root, Mapping)
    owner = resolve(lookup(root, ("a",))["a"])
    if isinstance(owner, Sequence):
        owner = resolve(owner.children[-1])
    assert isinstance(owner, Mapping)
    found = scalar_spot(Spots(tree), owner, KEY, BEFORE)
    return AnnotationSpot(spot=found, keys=() if found.layout == "value" else (KEY,))


@each_parser
@pytest.mark.parametrize("marked", LAYOUTS.values(), ids=LAYOUTS)
def test_a_string_is_written_in_the_style_around_it(marked: str, parser: str) -> None:
    mark = re.compile("⟦(.*?)→(.*?)⟧", re.DOTALL)
    before, after = mark.sub(r"\1", marked), mark.sub(r"\2", marked)
    found = spot(before, parser)
    edit = annotate(found, "b:1", before)
    assert edit is not None
    assert before[: edit.start] + edit.text + before[edit.end :] == after
    print_before = fingerprint(read(before, parser).tokens, [found.spot.spot])
    assert agrees(print_before, [edit], read(after, parser).tokens)
    # The key is there now, and has the value.
    assert spot(after, parser).spot.layout == "value"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: {tag: x, digest: {}}\n", id="mapping for the string"),
        pytest.param("a: {tag: x, digest: [c]}\n", id="list for the string"),
        pytest.param("a:\n  ? tag\n  : x\n", id="explicit key"),
        pytest.param("a: {? tag : x}\n", id="explicit key, flow"),
        pytest.param("a: {tag: x, digest: &d ~}\n", id="null with an anchor"),
        pytest.param("a: {tag: x, digest: !!null ~}\n", id="null with a tag"),
    ],
)
@each_parser
def test_what_cannot_hold_a_string_is_left_alone(text: str, parser: str) -> None:
    found = spot(text, parser)
    assert found.spot.layout == "unsupported"
    assert annotate(found, "b:1", text) is None


def test_a_mapping_that_is_shared_says_so() -> None:
    assert spot("x: &x {tag: x}\na: *x\n").spot.spot.uses == 2

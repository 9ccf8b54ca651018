from __future__ import annotations

import re

import pytest

from tests.helpers.reading import each_parser
from transformer.yamltext.agreement import agrees, fingerprint
from transformer.yamltext.annotations import AnnotationSpot, annotate, annotation_spot
from transformer.yamltext.nodes import resolve
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Mapping, read

NAME = "example.com/a"

# The old text and the new one stand in ⟦brackets→with an arrow⟧; the value is `b,1`.
LAYOUTS = {
    "no annotations": (
        'metadata:\n⟦→  annotations:\n    example.com/a: "b,1"\n⟧  name: web\nspec: {}\n'
    ),
    "no annotations, CRLF": (
        'metadata:\r\n⟦→   annotations:\r\n     example.com/a: "b,1"\r\n⟧   name: web\r\n'
    ),
    "no annotations, a comment above the first key": (
        'metadata:\n⟦→  annotations:\n    example.com/a: "b,1"\n⟧  # who\n  name: web\n'
    ),
    "no annotations, no line break at the end": (
        'metadata:\n⟦→  annotations:\n    example.com/a: "b,1"\n⟧  name: web'
    ),
    "no annotations, in flow style": (
        'metadata: {⟦→annotations: {example.com/a: "b,1"}, ⟧name: web}\n'
    ),
    "no annotations, in JSON": (
        '{"metadata": {⟦→"annotations": {"example.com/a": "b,1"}, ⟧"name": "web"}}\n'
    ),
    "no annotations, in compact JSON": (
        '{"metadata":{⟦→"annotations":{"example.com/a":"b,1"},⟧"name":"web"}}'
    ),
    "no annotations, in JSON with lines": (
        '{\n  "metadata": {\n    ⟦→"annotations": {"example.com/a": "b,1"},\n    ⟧"name": "web"\n'
        "  }\n}\n"
    ),
    "annotations": (
        'metadata:\n  name: web\n  annotations:\n⟦→    example.com/a: "b,1"\n⟧    x: y\n'
    ),
    "annotations, anchored": (
        'metadata:\n  annotations: &a\n⟦→    example.com/a: "b,1"\n⟧    x: y\n'
    ),
    "annotations, a merge key": (
        'metadata:\n  annotations:\n⟦→    example.com/a: "b,1"\n⟧    <<: {x: y}\n'
    ),
    "annotations, in flow style": 'metadata: {annotations: {⟦→example.com/a: "b,1", ⟧x: y}}\n',
    "annotations, in JSON": '{"metadata": {"annotations": {⟦→"example.com/a": "b,1", ⟧"x": "y"}}}',
    "annotations, in compact JSON": (
        '{"metadata":{"annotations":{⟦→"example.com/a":"b,1",⟧"x":"y"}}}'
    ),
    "annotations, empty": 'metadata:\n  annotations: {⟦→example.com/a: "b,1"⟧}\n  name: web\n',
    "annotations, empty in JSON": '{"metadata":{"annotations":{⟦→"example.com/a":"b,1"⟧}}}',
    "annotations, null": (
        'metadata:\n  annotations: ⟦null→{example.com/a: "b,1"}⟧ # none\n  name: web\n'
    ),
    "annotations, nothing": 'metadata:\n  annotations:⟦→ {example.com/a: "b,1"}⟧\n  name: web\n',
    "annotations, null in JSON": (
        '{"metadata": {"annotations": ⟦null→{"example.com/a": "b,1"}⟧, "name": "web"}}'
    ),
    "the annotation, plain": 'metadata:\n  annotations:\n    example.com/a: ⟦b→"b,1"⟧ # c\n',
    "the annotation, quoted": "metadata:\n  annotations:\n    example.com/a: ⟦'b'→\"b,1\"⟧\n",
    "the annotation, over two lines": (
        'metadata:\n  annotations:\n    example.com/a: ⟦b\n      c→"b,1"⟧\n    x: y\n'
    ),
    "the annotation, anchored and tagged": (
        'metadata:\n  annotations:\n    example.com/a: &a !!str ⟦b→"b,1"⟧\n'
    ),
    "the annotation, an alias": (
        'x: &a b\nmetadata:\n  annotations:\n    example.com/a: ⟦*a→"b,1"⟧\n'
    ),
    "the annotation, a literal": (
        'metadata:\n  annotations:\n    example.com/a: ⟦|\n      b→"b,1"⟧\n    x: y\n'
    ),
    "the annotation, a folded scalar at the end": (
        'metadata:\n  annotations:\n    example.com/a: ⟦>-\n      b→"b,1"⟧\n\n# end\n'
    ),
    "the annotation, nothing": 'metadata:\n  annotations:\n    example.com/a:⟦→ "b,1"⟧\n    x: y\n',
    "the annotation, null": 'metadata:\n  annotations: {example.com/a: ⟦~→"b,1"⟧}\n',
    "the annotation, in JSON": '{"metadata":{"annotations":{"example.com/a":⟦"b"→"b,1"⟧}}}',
    "the annotation, by a merge key": (
        'metadata:\n  annotations:\n    <<: {example.com/a: ⟦b→"b,1"⟧}\n'
    ),
}


def place(text: str, parser: str = "") -> AnnotationSpot:
    tree = read(text, parser)
    assert tree.root is not None
    owner = resolve(tree.root)
    assert isinstance(owner, Mapping)
    return annotation_spot(Spots(tree), owner, NAME)


@each_parser
@pytest.mark.parametrize("marked", LAYOUTS.values(), ids=LAYOUTS)
def test_a_value_is_written_in_the_style_around_it(marked: str, parser: str) -> None:
    mark = re.compile("⟦(.*?)→(.*?)⟧", re.DOTALL)
    before, after = mark.sub(r"\1", marked), mark.sub(r"\2", marked)
    found = place(before, parser)
    edit = annotate(found, "b,1", before)
    assert edit is not None
    assert before[: edit.start] + edit.text + before[edit.end :] == after
    print_before = fingerprint(read(before, parser).tokens, [found.spot.spot])
    assert agrees(print_before, [edit], read(after, parser).tokens)
    assert place(after, parser).value == "b,1"


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        pytest.param("kind: Pod\n", 0, id="no metadata"),
        pytest.param("a: 1\nmetadata:\n", 0, id="null metadata"),
        pytest.param("metadata: {}\n", 0, id="empty metadata"),
        pytest.param("metadata: x\n", 0, id="string for metadata"),
        pytest.param("metadata: {annotations: x}\n", 24, id="string for annotations"),
        pytest.param("metadata: {annotations: []}\n", 24, id="list for annotations"),
        pytest.param(
            "metadata: {annotations: {example.com/a: {}}}\n", 40, id="mapping for the annotation"
        ),
        pytest.param("x: &n ~\nmetadata: {annotations: *n}\n", 6, id="alias of null"),
        pytest.param("metadata:\n  ? name\n  : web\n", 14, id="explicit keys"),
    ],
)
def test_what_cannot_hold_an_annotation_is_left_alone(text: str, offset: int) -> None:
    found = place(text)
    assert found.spot.layout == "unsupported"
    assert (found.spot.spot.start, found.value) == (offset, "")
    assert annotate(found, "b", text) is None


def test_an_unclear_annotation_counts_as_the_last_one() -> None:
    text = "metadata: {annotations: {example.com/a: b, example.com/a: c}}\n"
    assert place(text).value == "c"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("metadata: {annotations: &a {x: y}}\nspec: *a\n", id="annotations"),
        pytest.param("metadata: &m {name: web}\nspec: *m\n", id="metadata"),
        pytest.param("metadata: {annotations: {example.com/a: &a b}}\nspec: *a\n", id="value"),
        pytest.param("metadata: {annotations: &a {}}\nspec: *a\n", id="empty annotations"),
    ],
)
def test_a_place_that_is_shared_says_so(text: str) -> None:
    assert place(text).spot.spot.uses == 2


def test_any_text_can_be_a_value() -> None:
    text = "metadata: {annotations: {example.com/a: b}}\n"
    edit = annotate(place(text), 'é"\\\u2028\n', text)
    assert edit is not None
    assert edit.text == r'"é\"\\\u2028\n"'
    assert edit.tokens == (('é"\\\u2028\n', '"', None, None),)

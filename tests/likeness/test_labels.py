"""The labels themselves: each stands where it says, and there are enough of every sort."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest
import yaml

from tests.helpers.shared import shared_path
from tests.likeness.labels import (
    HALVES,
    LABELS,
    MADE,
    Half,
    Row,
    Steps,
    manifest,
    place,
    read,
    steps,
)

ROWS = {half: read(half) for half in HALVES}
EVERY = tuple(row for half in HALVES for row in ROWS[half])
PULLED = LABELS[:3]


def _digest(*texts: str) -> bytes:
    escaped = [
        text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
        for text in texts
    ]
    return hashlib.sha256("\t".join(escaped).encode()).digest()


@pytest.mark.parametrize("half", HALVES)
def test_rows_are_in_the_half_that_their_name_and_value_decide(half: Half) -> None:
    odd = {_digest(row.key, row.value)[0] % 2 for row in ROWS[half]}
    assert odd == {HALVES.index(half)}


def test_an_id_is_the_digest_of_what_is_labelled() -> None:
    assert [row.id for row in EVERY] == [_digest(*row[1:8]).hex()[:12] for row in EVERY]


def test_nothing_is_labelled_twice() -> None:
    made = Counter(row[2:8] for row in EVERY if row.source == MADE)
    corpus = Counter((row.source, row.path, row.part) for row in EVERY if row.source != MADE)
    assert [what for what, count in (made | corpus).items() if count > 1] == []


def test_every_row_has_a_label_and_a_reason() -> None:
    assert {row.label for row in EVERY} == set(LABELS)
    assert [row for row in EVERY if not row.reason or not row.key or not row.kind] == []


def test_a_part_is_a_piece_of_its_value() -> None:
    assert [row for row in EVERY if row.part and row.part not in row.value] == []
    assert [row for row in EVERY if row.part == row.value] == []


@pytest.mark.parametrize("half", HALVES)
def test_each_half_has_enough_of_every_sort(half: Half) -> None:
    sorts = Counter((row.source == MADE, row.label in PULLED) for row in ROWS[half])
    assert min(sorts.values()) >= 50
    assert sorts[True, False] + sorts[False, False] >= sorts[True, True] + sorts[False, True]


def test_there_are_enough_rows_of_the_corpus_and_no_project_outweighs_the_others() -> None:
    projects = Counter(row.source.split("/")[0] for row in EVERY if row.source != MADE)
    assert len(EVERY) >= 700
    assert projects.total() >= 350
    assert len(projects) >= 30
    assert max(projects.values()) <= projects.total() // 8


def test_values_of_the_corpus_are_short() -> None:
    assert [row for row in EVERY if row.source != MADE and len(row.value) > 300] == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("spec.image", ("spec", "image")),
        ("items[2].args[0]", ("items", 2, "args", 0)),
        ('metadata.annotations["a.b/c"]', ("metadata", "annotations", "a.b/c")),
        ('data["a\\"b"].$ref', ("data", 'a"b', "$ref")),
    ],
)
def test_a_path_is_read_into_steps(path: str, expected: Steps) -> None:
    assert steps(path) == expected


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must be a field path: 'spec\.\.image'"):
        steps("spec..image")


def test_made_rows_stand_in_the_object_that_is_built_of_them() -> None:
    for row in EVERY:
        if row.source == MADE:
            node = yaml.compose(yaml.safe_dump(manifest(row)), Loader=yaml.CSafeLoader)
            assert _stands(row, node), row


@pytest.mark.exhaustive
def test_rows_of_the_corpus_stand_where_they_say() -> None:
    for row in EVERY:
        if row.source != MADE:
            file, line = place(row)
            assert any(_stands(row, document, line) for document in _documents(file)), row


@cache
def _documents(file: str) -> tuple[yaml.Node, ...]:
    text = shared_path("corpus", file).read_text(encoding="utf-8-sig")
    return tuple(
        node for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if node is not None
    )


def _stands(row: Row, document: yaml.Node | None, line: int | None = None) -> bool:
    """Whether the document has the row's object, its value at its path and line, and its name."""
    way = _way(document, steps(row.path))
    leaf = way[-1] if way else None
    return (
        isinstance(leaf, yaml.ScalarNode)
        and leaf.value == row.value
        and (line is None or leaf.start_mark.line + 1 == line)
        and (row.api_version, row.kind) in _types(way)
        and row.key in _names(row, way)
    )


def _way(node: yaml.Node | None, rest: Steps) -> tuple[yaml.Node, ...]:
    """The nodes from the top to the end of a path, nothing where the path does not lead on."""
    way: list[yaml.Node] = []
    for step in rest:
        if node is None:
            return ()
        way.append(node)
        node = _below(node, step)
    return () if node is None else (*way, node)


def _below(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return {key.value: value for key, value in node.value if _is_scalar(key)}.get(step)
    return None


def _is_scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _text(node: yaml.Node | None, key: str) -> str:
    below = _below(node, key)
    return below.value if isinstance(below, yaml.ScalarNode) else ""


def _types(way: tuple[yaml.Node, ...]) -> set[tuple[str, str]]:
    """The type of the document, and of the item where it is a list of objects."""
    version = _text(way[0], "apiVersion")
    return {(_text(node, "apiVersion") or version, _text(node, "kind")) for node in way}


def _names(row: Row, way: tuple[yaml.Node, ...]) -> Iterator[str]:
    """What may describe the value: a key, a name beside it, a flag in it or before it."""
    yield from (step for step in steps(row.path)[-2:] if isinstance(step, str))
    yield from (_text(node, "name") for node in way[-3:-1])
    yield from re.findall(r"^(--?[\w.-]+)=", row.value)
    for holder, leaf in pairwise(way[-2:]):
        if isinstance(holder, yaml.SequenceNode):
            at = holder.value.index(leaf)
            yield from (item.value for item in holder.value[:at][-1:] if _is_scalar(item))

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.errors import ConfigError, Position
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.load import Lines, read_one, read_root
from transformer.yamltext.nodes import text_of

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


def position(line: int, column: int) -> Position:
    return Position(file="c.yaml", line=line, column=column)


def test_positions_count_from_the_document_and_the_first_line() -> None:
    source = Source("c.yaml", "a\n---\nbé\nc\n")
    _, document = documents(source)
    lines = Lines(document)
    assert [lines(offset) for offset in (0, 4, 6, 7, 3)] == [
        position(2, 1),
        position(3, 1),
        position(3, 3),
        position(4, 1),
        position(2, 4),
    ]
    assert Lines(document, first_line=10)(7) == position(13, 1)


def test_a_document_may_begin_within_a_line() -> None:
    _, document = documents(Source("c.yaml", '{"a": 1} {"b": 2}\n'))
    assert Lines(document)(2) == position(1, 11)


@given(st.text(alphabet="a\n\r", max_size=30), st.lists(st.integers(0, 30)))
def test_positions_are_those_of_the_source(text: str, offsets: list[int]) -> None:
    source = Source("c.yaml", text)
    document = Document(source, 0, 0, len(text))
    lines = Lines(document)
    for offset in (it for it in offsets if it <= len(text)):
        assert lines(offset) == document.position(offset)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word", id="bare"),
        pytest.param("---\nword\n...\n", id="markers"),
        pytest.param("--- # a\n---\nword\n", id="empty document before"),
        pytest.param("word\n---\n# a comment\n", id="empty document behind"),
        pytest.param("\ufeffword", id="byte order mark"),
    ],
)
def test_one_document_is_read(text: str) -> None:
    assert text_of(read_one("c.yaml", text)[1]) == "word"


@pytest.mark.parametrize("text", ["", "# a comment\n", "---\n---\n", "null"])
def test_nothing_reads_as_null(text: str) -> None:
    assert text_of(read_one("c.yaml", text)[1]) == ""


@pytest.mark.parametrize(
    ("text", "first_line", "message"),
    [
        pytest.param(
            "a: 1\n---\nb: 1\n",
            1,
            "c.yaml:3:1: error: holds several YAML documents: expected one (yaml)",
            id="two documents",
        ),
        pytest.param(
            "a: *b\n",
            5,
            'c.yaml:5:4: error: an alias names no anchor of the same document: "*b" '
            "(unknown-alias)",
            id="alias",
        ),
        pytest.param(
            LAUGHS,
            1,
            "c.yaml:2:8: error: aliases expand to more than 200000 nodes (too-many-aliases)",
            id="billion laughs",
        ),
        pytest.param(
            "a: {b\n",
            1,
            "c.yaml:2:1: error: is not YAML: while parsing a flow mapping, did not find "
            "expected ',' or '}' (yaml)",
            id="syntax",
        ),
    ],
)
def test_what_is_not_one_document(text: str, first_line: int, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_one("c.yaml", text, first_line)
    assert str(caught.value) == message


def test_the_hint_of_a_syntax_error_is_kept() -> None:
    with pytest.raises(ConfigError) as caught:
        read_root("a: {{ b }}: c", lambda _: position(1, 1))
    assert caught.value.problems[0].hint == (
        "render the template first, for example with helm template"
    )

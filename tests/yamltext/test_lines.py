from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from transformer.yamltext.lines import (
    above_comments,
    column_of,
    content_before,
    content_end,
    indent_of,
    line_end,
    newline_at,
)
from transformer.yamltext.tree import read


@each_parser
@pytest.mark.parametrize(
    ("text", "content"),
    [
        pytest.param("a: b # c\n", "a: b", id="scalar"),
        pytest.param("a: 'b'\n\n", "a: 'b'", id="quoted"),
        pytest.param("a:\n- b:\n  - c # d\n", "a:\n- b:\n  - c", id="nested"),
        pytest.param("a:\n- {b: [c]} # d\n", "a:\n- {b: [c]}", id="flow"),
        pytest.param("a: [] # d\n", "a: []", id="empty"),
        pytest.param("a:\n- b: # d\n", "a:\n- b:", id="nothing"),
        pytest.param("a: &x b\nc:\n- *x # d\n", "a: &x b\nc:\n- *x", id="alias"),
        pytest.param("a: |\n  b\n\n# d\n", "a: |\n  b\n\n", id="literal and what it may keep"),
    ],
)
def test_the_content_ends_before_comments_and_breaks(parser: str, text: str, content: str) -> None:
    root = read(text, parser).root
    assert root is not None
    assert text[: content_end(root)] == content


@pytest.mark.parametrize(
    ("text", "offset", "column", "end", "newline"),
    [
        pytest.param("abc", 1, 1, 3, "\n", id="one line"),
        pytest.param("abc\n", 1, 1, 3, "\n", id="line break"),
        pytest.param("abc\r\n", 1, 1, 3, "\r\n", id="CRLF"),
        pytest.param("a\r\nbc\n", 4, 1, 5, "\n", id="the break of its own line"),
        pytest.param("a\r\nbc", 4, 1, 5, "\r\n", id="the break of the line before, at the end"),
        pytest.param("\nbc", 2, 1, 3, "\n", id="an empty line before"),
        pytest.param("é🚀\nb", 1, 1, 2, "\n", id="characters"),
        pytest.param("a\nb\n", 2, 0, 2, "\n", id="start of a line stays"),
        pytest.param("a\nb\n", 4, 0, 4, "\n", id="end of the text"),
    ],
)
def test_offsets_in_a_line(text: str, offset: int, column: int, end: int, newline: str) -> None:
    assert column_of(text, offset) == column
    assert line_end(text, offset) == end
    assert newline_at(text, offset) == newline


@pytest.mark.parametrize(
    ("text", "before", "indent"),
    [
        pytest.param("a: |b", 1, 0, id="in a line"),
        pytest.param("a:\n  |b", 1, 2, id="begins a line"),
        pytest.param("a:\r\n \t|b", 1, 2, id="begins a line, tab and CRLF"),
        pytest.param("a  |b", 0, 0, id="space in a line"),
    ],
)
def test_what_stands_before_an_offset(text: str, before: int, indent: int) -> None:
    offset = text.index("|")
    assert content_before(text, offset) == before
    assert indent_of(text, offset) == indent


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        pytest.param(0, 0, id="all of them"),
        pytest.param(4, 4, id="not above what ends at the floor"),
        pytest.param(10, 10, id="none"),
    ],
)
def test_comments_above_a_line_belong_to_it(floor: int, line: int) -> None:
    assert above_comments("# a\n  # b\na: b\n", 10, floor) == line
    assert above_comments("a: b # a\nc: d\n", 9, floor) == 9

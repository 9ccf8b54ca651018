from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import assume, example, given, strategies

from tests.helpers.reading import LOADERS, each_parser
from transformer.errors import InputError, Position
from transformer.yamltext.documents import MAX_INPUT, Source, decode, documents
from transformer.yamltext.tree import Tree, read


def texts(text: str) -> list[str]:
    return [document.text for document in documents(Source("in.yaml", text))]


def failure(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        decode("in.yaml", data)
    return str(caught.value)


def test_a_source_holds_the_byte_order_mark_apart() -> None:
    source = decode("in.yaml", b"\xef\xbb\xbfkind: Pod\n")
    assert (source.name, source.text, source.has_bom) == ("in.yaml", "kind: Pod\n", True)
    assert source.position(0) == Position(file="in.yaml", line=1, column=1)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbfa: b\r\n", "é: 🚀".encode()])
def test_a_source_gives_back_the_bytes_that_it_was(data: bytes) -> None:
    assert decode("in.yaml", data).encoded() == data


def test_a_source_without_a_byte_order_mark_is_its_text() -> None:
    source = decode("in.yaml", "é: 🚀\r\n".encode())
    assert (source.text, source.has_bom) == ("é: 🚀\r\n", False)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(
            b"a: 1\nb: \xc3\xa9\xff\n",
            "in.yaml:2:5: error: is not UTF-8: byte 0xff (not-utf8)",
            id="columns count characters",
        ),
        pytest.param(
            b"\xef\xbb\xbfab\xff",
            "in.yaml:1:3: error: is not UTF-8: byte 0xff (not-utf8)",
            id="a byte order mark takes no column",
        ),
        pytest.param(
            b"a: \xf0\x9f\x9a",
            "in.yaml:1:4: error: is not UTF-8: byte 0xf0 (not-utf8)",
            id="cut within a character",
        ),
        pytest.param(
            b"a: \xed\xa0\x80",
            "in.yaml:1:4: error: is not UTF-8: byte 0xed (not-utf8)",
            id="surrogate",
        ),
        pytest.param(
            "kind: Pod".encode("utf-16"),
            "in.yaml:1:1: error: is not UTF-8: byte 0xff (not-utf8)\n"
            "  hint: save the file as UTF-8",
            id="UTF-16",
        ),
        pytest.param(
            b"\xfe\xff" + "kind: Pod".encode("utf-16-be"),
            "in.yaml:1:1: error: is not UTF-8: byte 0xfe (not-utf8)\n"
            "  hint: save the file as UTF-8",
            id="UTF-16, big endian",
        ),
        pytest.param(
            b"\0\0\xfe\xff" + "kind: Pod".encode("utf-32-be"),
            "in.yaml:1:3: error: is not UTF-8: byte 0xfe (not-utf8)\n"
            "  hint: save the file as UTF-8",
            id="UTF-32, big endian",
        ),
        pytest.param(
            "kind: Pod".encode("utf-16-le"),
            "in.yaml:1:2: error: holds a NUL character (nul)",
            id="UTF-16 without a byte order mark",
        ),
        pytest.param(
            b"\0",
            "in.yaml:1:1: error: holds a NUL character (nul)",
            id="nothing but NUL",
        ),
        pytest.param(
            b"a: 1\n\xc3\xa9\0",
            "in.yaml:2:2: error: holds a NUL character (nul)",
            id="NUL",
        ),
    ],
)
def test_what_is_no_text_in_utf8_is_an_error(data: bytes, message: str) -> None:
    assert failure(data) == message


def test_the_input_is_bounded() -> None:
    # Zeroed memory that nobody looks at costs nothing.
    message = "in.yaml: error: is larger than 1024 MiB (too-large)"
    assert failure(bytes(MAX_INPUT + 1)) == message


@pytest.mark.parametrize(
    ("offset", "line", "column"),
    [
        pytest.param(0, 1, 1, id="first"),
        pytest.param(2, 1, 3, id="carriage return"),
        pytest.param(3, 1, 4, id="line break"),
        pytest.param(4, 2, 1, id="behind the line break"),
        pytest.param(5, 2, 2, id="behind a character of four bytes"),
        pytest.param(6, 3, 1, id="end"),
    ],
)
def test_a_position_counts_lines_and_characters(offset: int, line: int, column: int) -> None:
    source = Source("in.yaml", "éa\r\n🚀\n")
    assert source.position(offset) == Position(file="in.yaml", line=line, column=column)


def test_a_document_knows_its_place_in_the_source() -> None:
    _, second = documents(Source("in.yaml", "a: 1\n---\nb: 2\n"))
    assert (second.index, second.start, second.end) == (1, 5, 14)
    assert second.position(0) == Position(file="in.yaml", line=2, column=1)
    assert second.position(4) == Position(file="in.yaml", line=3, column=1)


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param([""], id="nothing"),
        pytest.param(["a: 1"], id="no line break at the end"),
        pytest.param(["a: 1\n", "---\nb: 2\n"], id="two"),
        pytest.param(["---\na: 1\n", "---\nb: 2\n"], id="each with its marker"),
        pytest.param(["---\r\na: 1\r\n", "---\r\nb: 2\r\n"], id="CRLF"),
        pytest.param(["---\r\na: 1\n", "---\nb: 2\r\n"], id="mixed line breaks"),
        pytest.param(["---\n", "---\n", "---"], id="empty documents"),
        pytest.param(["a: 1\n---b: 2\n"], id="no space behind the hyphens"),
        pytest.param(["a: 1\n ---\n"], id="not at column 0"),
        pytest.param(["a: 1\n", "---\tb\n"], id="tab behind the hyphens"),
        pytest.param(["a: |\n  x\n", "---\ny\n"], id="a block scalar ends at the marker"),
        pytest.param(["# c\n---\na: 1\n"], id="comment above the first document"),
        pytest.param(["\n---\na: 1\n", "---\nb: 2\n"], id="line break at the start"),
        pytest.param(["\n...\n", "---\na: 1\n", "---\nb: 2\n"], id="and an end marker"),
        pytest.param(["\n---\na: 1\n...\n", "b: 2\n"], id="and an end marker below"),
        pytest.param(["\n \t\n---\na: 1\n"], id="blank lines above the first document"),
        pytest.param(["\xa0\n", "---\na: 1\n"], id="what looks blank is a scalar"),
        pytest.param(["a: 1\n# c\n", "---\nb: 2\n"], id="comment above a later document"),
        pytest.param(["---\na: 1\n", "--- # c\n# d\nb: 2\n"], id="comment behind the marker"),
        pytest.param(["%YAML 1.1\n---\na: 1\n"], id="directive"),
        pytest.param(["%TAG ! t:x\n# c\n\n---\na: 1\n"], id="comment below a directive"),
        pytest.param(["a: 1\n...\n", "%YAML 1.1\n---\nb: 2\n"], id="directive behind an end"),
        pytest.param(["a: 1\n", "%YAML 1.1\n---\nb: 2\n"], id="directive of a file appended"),
        pytest.param(["---\n# c\n", "%YAML 1.1\n%TAG ! t:x\n---\n"], id="two directives appended"),
        pytest.param(["a: 1\n", "%YAML 1.1\n# c\n\n---\nb: 2\n"], id="with comments below it"),
        pytest.param(["a\n%YAML 1.1\nb\n", "---\nc\n"], id="not directly above the marker"),
        pytest.param(['a: "x\n%y"\n', "---\nb: 2\n"], id="no directive but a scalar's line"),
        pytest.param(["a: 1\n...\n", "b: 2\n"], id="end marker"),
        pytest.param(["a: 1\n...\r\n", "b: 2\r\n"], id="end marker, CRLF"),
        pytest.param(["a: 1\n... # c\n", "---\nb: 2\n"], id="comment behind the end marker"),
        pytest.param(["a: 1\n..."], id="end marker without a line break"),
        pytest.param(["a: 1\n...\n...\n# c\n...\n"], id="end markers without documents"),
        pytest.param(["...\n"], id="end marker alone"),
        pytest.param(["a: 1\n...\n", "# c\n---\nb: 2\n"], id="comment behind the end"),
        pytest.param(["a: 1\n...\n\n# c\n"], id="comment at the end of the file"),
        pytest.param(["a: 1\n...b\n"], id="no space behind the dots"),
        pytest.param(["---\n...\n", "---\n...\n"], id="empty documents with both markers"),
        pytest.param(["# c\n"], id="nothing but a comment"),
    ],
)
def test_a_stream_is_cut_by_line(cut: list[str]) -> None:
    assert texts("".join(cut)) == cut


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(['{"a": 1}', '\n{"b": 2}\n'], id="a line each"),
        pytest.param(['{"a": 1}', '{"b": "}{"}'], id="nothing between"),
        pytest.param(['\n{\r\n"a": 1\r\n}', '\r\n\t{"b": {}}', ' {"c": 3}'], id="white space"),
        pytest.param(['{"a": 1}', '\n{"b": 2}\n', '---\n{"c": 3}\n'], id="and a document"),
        pytest.param(['{"a": "} {"}'], id="one that looks like two"),
        pytest.param(['{"a": 1}\n{b: 2}\n'], id="YAML behind JSON is left to the parser"),
        pytest.param(['{"a": 1}\n{"b": 2}\n# c\n'], id="comment at the end"),
        pytest.param(['{"a": 1}\n# c\n{"b": {}} {}\n'], id="comment between"),
        pytest.param(['[{"a": 1}]\n{}{}\n'], id="list first"),
        pytest.param(["a: {} {}\n"], id="no JSON at the start"),
        pytest.param(['{"a": ' * 100_000 + "} {"], id="nested too deeply for JSON"),
        pytest.param(['{"a": ' + "9" * 5_000 + "} {}"], id="a number too long for JSON"),
    ],
)
def test_a_run_of_json_objects_is_cut(cut: list[str]) -> None:
    assert texts("".join(cut)) == cut


def test_cutting_json_takes_linear_time() -> None:
    # Copying the rest of the text for every object would take minutes.
    text = json.dumps({"a": "x" * 500}) * 40_000
    begin = time.process_time()
    assert len(list(documents(Source("in.yaml", text)))) == 40_000
    assert time.process_time() - begin < 5


LINES = (
    "---", "--- ", "--- # c", "--- {}", "---\t", "--- |", "...", "... # c", "%YAML 1.1", "%",
    "# c", "", " ", " # c", "a: 1", "- a", "a", "  b: 2", '"x', 'y"', "{", "}", "a: |", "é: 🚀",
    "---a", "%TAG ! t:x", "...b", "\ta",
)  # fmt: skip


@strategies.composite
def line_soup(draw: strategies.DrawFn) -> str:
    breaks = strategies.sampled_from(["\n", "\r\n"])
    lines = draw(strategies.lists(strategies.tuples(strategies.sampled_from(LINES), breaks)))
    text = "".join(line + ending for line, ending in lines)
    return text[:-1] if draw(strategies.booleans()) else text


@given(line_soup())
def test_the_documents_joined_are_the_input(text: str) -> None:
    assert "".join(texts(text)) == text


@each_parser
@given(text=line_soup())
@example(text="a: 1\n%YAML 1.1\n---\nb: 2\n")
@example(text="---\n...\n\n---\n")
def test_documents_are_what_the_parser_takes_for_them(parser: str, text: str) -> None:
    try:
        events = list(yaml.parse(text, Loader=LOADERS[parser]))
    except yaml.YAMLError:
        return
    # In a document that is one plain scalar, a line may look like a directive. No manifest is.
    values = [event.value for event in events if isinstance(event, yaml.ScalarEvent)]
    assume(not any("%" in value for value in values))
    trees = [read(part, parser) for part in texts(text)]
    count = sum(isinstance(event, yaml.DocumentStartEvent) for event in events)
    assert sum(tree.root is not None for tree in trees) == count
    assert [value for tree in trees for value in scalars(tree)] == values


def scalars(tree: Tree) -> Iterator[str | None]:
    """The values of a tree's scalars, in source order."""
    for token in tree.tokens:
        if isinstance(token, str):
            yield token
        elif isinstance(token, tuple) and len(token) == 4:
            yield token[0]

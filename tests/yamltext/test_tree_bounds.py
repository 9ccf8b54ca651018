"""What a document may ask for: depth, aliases, length, and any text at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, example, given, strategies

from tests.helpers.reading import each_parser, fault
from transformer.yamltext.agreement import read_tokens
from transformer.yamltext.parsers import CHUNKED_ABOVE, MAX_SCALAR
from transformer.yamltext.tree import (
    MAPPING,
    MAPPING_END,
    MAX_ALIASES,
    MAX_DEPTH,
    SEQUENCE,
    SEQUENCE_END,
    Collection,
    SyntaxFault,
    Tree,
    read,
)


def nested(depth: int, opening: str, closing: str) -> str:
    return opening * depth + closing * depth


@pytest.mark.slow
@each_parser
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        pytest.param("[", "]", id="flow sequences"),
        pytest.param("{a: ", "}", id="flow mappings"),
        pytest.param("- ", "", id="block sequences"),
        pytest.param("? ", "", id="block mappings"),
    ],
)
def test_depth_is_bounded(parser: str, opening: str, closing: str) -> None:
    read(nested(MAX_DEPTH, opening, closing), parser)
    found = fault(nested(MAX_DEPTH + 1, opening, closing), parser)
    assert (found.code, found.message, found.offset) == (
        "too-deep",
        "a document is nested more than 256 levels deep",
        MAX_DEPTH * len(opening),
    )


@pytest.mark.slow
@each_parser
@pytest.mark.parametrize("opening", ["[", "[\n", "{a: ", "- ", "? ", "[&a ", "[!t "])
def test_great_depth_is_refused_at_once(parser: str, opening: str) -> None:
    begin = time.process_time()
    assert fault(opening * 100_000, parser).code == "too-deep"
    assert time.process_time() - begin < 5


@each_parser
@pytest.mark.parametrize(
    ("rest", "code", "offset"),
    [
        pytest.param("@", "yaml", MAX_DEPTH, id="as deep as may be"),
        pytest.param("[@", "too-deep", MAX_DEPTH, id="deeper"),
        pytest.param("[[[\n@", "too-deep", MAX_DEPTH, id="deeper, lines before the fault"),
    ],
)
def test_depth_is_told_before_a_fault_behind_it(
    parser: str, rest: str, code: str, offset: int
) -> None:
    found = fault("[" * MAX_DEPTH + rest, parser)
    assert (found.code, found.offset) == (code, offset)


@pytest.mark.slow
@each_parser
def test_aliases_are_bounded(parser: str) -> None:
    text = "[&x a" + ", *x" * MAX_ALIASES
    assert len(read(text + "]", parser).aliases) == MAX_ALIASES
    found = fault(text + ", *x]", parser)
    assert (found.code, found.message, found.offset) == (
        "too-many-aliases",
        "a document holds more than 10000 aliases",
        len(text) + 2,
    )


@pytest.mark.slow
@each_parser
def test_a_large_document_is_read_in_pieces(parser: str) -> None:
    value = "é🚀" * CHUNKED_ABOVE
    tree = read(f"a: '{value}'\nb: [c]\n", parser)
    assert tree.tokens == [
        MAPPING,
        "a",
        (value, "'", None, None),
        "b",
        SEQUENCE,
        "c",
        SEQUENCE_END,
        MAPPING_END,
    ]
    root = tree.root
    assert isinstance(root, Collection)
    flow = root.children[3]
    assert isinstance(flow, Collection)
    assert flow.end == len(tree.text) - 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "unit"),
    [
        pytest.param("a: ", "x", id="plain scalar"),
        pytest.param("a: '", "🚀 ", id="quoted scalar"),
        pytest.param("a: b # ", "x", id="comment"),
        pytest.param("a: b\n", "# c\n", id="comments"),
        pytest.param("a: |\n", "  x\n", id="literal"),
    ],
)
def test_one_scalar_must_not_take_all_memory(before: str, unit: str) -> None:
    text = before + unit * (MAX_SCALAR // len(unit) + 100_000)
    found = fault(text, "libyaml")
    assert (found.code, found.message) == (
        "too-long",
        "a scalar or comment is longer than 16 Mi characters",
    )
    assert found.offset < 100_000


def test_a_document_of_many_scalars_may_be_longer() -> None:
    text = "- " + "x" * 1_000_000 + "\n"
    assert len(read_tokens(text * 20, "libyaml")) == 22


@pytest.mark.slow
@each_parser
def test_a_fault_in_a_large_document_is_told(parser: str) -> None:
    text = "- " + "x" * CHUNKED_ABOVE + "\nb"
    assert fault(text, parser).offset == len(text)


PIECES = (
    "a", "b: ", ": ", ":", "- ", "? ", "[", "]", "{", "}", ", ", "\n", "\n  ", "\n    ", "'", '"',
    "&x ", "*x", "!t ", "!!str ", "|\n", ">-\n", "# c", " ", "\t", "\\u0061", "\\ud83d", "%", "%61",
    "---", "...", "é🚀", "\x85", "\u2028", "\r\n", "\r", "<<", "~", "0x", "\ufeff", "!<", ">", "@",
    "\\UFFFFFFFF", "%YAML 1.1\n",
)  # fmt: skip


@strategies.composite
def yaml_soup(draw: strategies.DrawFn) -> str:
    return "".join(draw(strategies.lists(strategies.sampled_from(PIECES), max_size=20)))


def read_or_fault(text: str, parser: str) -> Tree | SyntaxFault:
    try:
        return read(text, parser)
    except SyntaxFault as found:
        return found


@each_parser
@given(text=yaml_soup())
@example(text="!%ff a")
def test_any_text_is_a_tree_or_a_fault(parser: str, text: str) -> None:
    result = read_or_fault(text, parser)
    if isinstance(result, SyntaxFault):
        assert 0 <= result.offset <= len(text)
    else:
        assert result.text == text
        assert read_tokens(text, parser) == result.tokens


@given(yaml_soup())
def test_what_both_parsers_take_is_the_same_to_both(text: str) -> None:
    first, second = (read_or_fault(text, parser) for parser in ("libyaml", "python"))
    assume(isinstance(first, Tree) and isinstance(second, Tree))
    assert isinstance(first, Tree)
    assert isinstance(second, Tree)
    assert first.tokens == second.tokens

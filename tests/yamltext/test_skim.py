"""Whether a text is YAML, without what it says."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies

from tests.helpers.reading import each_parser
from transformer.yamltext.parsers import CHUNKED_ABOVE
from transformer.yamltext.skim import skim
from transformer.yamltext.tree import MAX_DEPTH, SyntaxFault, read


def fault_of(work: object, text: str, parser: str, depth: int = 0) -> tuple[str, str, int] | None:
    assert callable(work)
    try:
        work(text, parser, depth)
    except SyntaxFault as fault:
        return (fault.code, fault.message, fault.offset)
    return None


TEXTS = strategies.text(
    alphabet=strategies.sampled_from("ab:- \n#'\"[]{},|>!%?\t\x01\ufeff"), max_size=30
)


@each_parser
@given(TEXTS)
def test_it_finds_the_faults_that_a_reader_finds(parser: str, text: str) -> None:
    assert fault_of(skim, text, parser) == fault_of(read, text, parser)


@each_parser
@pytest.mark.parametrize(
    "opening", ["[", "[ ", "[\n", "!a [", "&a\n {b: ", "{a: ", "{? ", '{"a":', "- ", "? ", "a:\n "]
)
@pytest.mark.parametrize("depth", [0, 2])
def test_depth_is_bounded_as_for_a_reader(parser: str, opening: str, depth: int) -> None:
    closing = "]" if "[" in opening else "}" if "{" in opening else ""
    for levels in (40, 99, 130, MAX_DEPTH - depth, MAX_DEPTH - depth + 1):
        text = opening * levels + closing * levels
        assert fault_of(skim, text, parser, depth) == fault_of(read, text, parser, depth)


@pytest.mark.parametrize("end", ["a: b", "a: [", "- a", "&a [b", "a: !b {c: d}"])
def test_brackets_in_words_and_distant_columns_are_not_depth(end: str) -> None:
    lines = [f"{'  ' * number}a{number}:\n" for number in range(70)]
    prose = "".join(f"{'  ' * 70}# list[0] of {{a}}, b[1]\n" for _ in range(200))
    text = f"{''.join(lines)}{prose}{'  ' * 70}{end}\n"
    assert fault_of(skim, text, "") == fault_of(read, text, "")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_great_depth_is_refused_at_once(opening: str) -> None:
    begin = time.perf_counter()
    assert fault_of(skim, opening * 100_000, "") == fault_of(read, opening * 100_000, "")
    assert time.perf_counter() - begin < 10


def test_a_long_text_is_read_in_pieces() -> None:
    with pytest.raises(SyntaxFault, match="is longer than"):
        skim(f"a: '{'x' * 17 * CHUNKED_ABOVE}'\n")

from __future__ import annotations

import importlib.util
import sys

import pytest

from transformer.yamltext.parsers import CHUNKED_ABOVE, MAX_SCALAR, PARSERS, Chunks, stream_of
from transformer.yamltext.tree import read


def test_libyaml_comes_first() -> None:
    assert list(PARSERS) == ["libyaml", "python"]


def test_without_libyaml_the_python_parser_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    spec = importlib.util.find_spec("transformer.yamltext.parsers")
    assert spec is not None
    assert spec.loader is not None
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert list(alone.PARSERS) == ["python"]
    event = alone.PARSERS["python"]("a: b").get_event()
    assert type(event).__name__ == "StreamStartEvent"


def test_a_text_comes_in_pieces() -> None:
    chunks = Chunks("é🚀abc", [])
    assert [chunks.read(2) for _ in range(4)] == ["é🚀", "ab", "c", ""]
    assert not chunks.is_too_long


def test_a_text_ends_where_no_token_appears_for_too_long() -> None:
    tokens: list[str] = []
    chunks = Chunks("x" * 3 * MAX_SCALAR, tokens)
    assert len(chunks.read(MAX_SCALAR)) == MAX_SCALAR
    tokens.append("a")
    assert len(chunks.read(MAX_SCALAR)) == MAX_SCALAR
    assert len(chunks.read(1)) == 1
    assert (chunks.since, chunks.is_too_long) == (MAX_SCALAR, False)
    assert chunks.read(1) == ""
    assert chunks.is_too_long


@pytest.mark.parametrize(
    ("text", "stream"),
    [
        pytest.param("a: b", "a: b", id="as it is"),
        pytest.param('"\\n"', '"\\n"', id="another escape"),
        pytest.param('"\\ud83d\\uDE00"', '"\\ufffd\\ufffd"', id="pair of surrogates"),
        pytest.param('"\\ud7ff\\ue000"', '"\\ud7ff\\ue000"', id="no surrogates"),
    ],
)
def test_surrogates_of_json_are_replaced(text: str, stream: str) -> None:
    assert stream_of(text, []) == stream
    assert len(stream) == len(text)


def test_a_large_text_is_a_stream() -> None:
    text = "x" * (CHUNKED_ABOVE + 1)
    stream = stream_of(text, [])
    assert isinstance(stream, Chunks)
    assert stream.text == text
    assert stream_of(text[1:], []) == text[1:]
    assert read(text).tokens == [text]

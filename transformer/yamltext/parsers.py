"""The YAML parsers: libyaml's, and PyYAML's own where that is missing.

Both take a stream and hand out events. A large text is given to them in pieces: libyaml would copy
it whole before it starts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import yaml

MAX_SCALAR = 16 << 20
CHUNKED_ABOVE = 1 << 20

# The parse border: PyYAML's own objects, of which libyaml's half has no types.
RawParser: TypeAlias = Any
RawStream: TypeAlias = Any

_SURROGATE = r"\\u[Dd][89A-Fa-f][0-9A-Fa-f]{2}"


class _PythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    def __init__(self, stream: RawStream) -> None:
        yaml.reader.Reader.__init__(self, stream)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)

    def fetch_more_tokens(self) -> None:
        try:
            super().fetch_more_tokens()
        except (ValueError, OverflowError):
            raise yaml.scanner.ScannerError(
                problem="found a number that is too large", problem_mark=self.get_mark()
            ) from None


def _parsers() -> dict[str, Callable[[RawStream], RawParser]]:
    try:
        from yaml._yaml import CParser
    except ImportError:
        return {"python": _PythonParser}
    return {"libyaml": CParser, "python": _PythonParser}


PARSERS = _parsers()


class Chunks:
    """A text as a stream, for the parser that notes what it has read in `tokens`.

    Where none appears for more than `MAX_SCALAR` characters the parser is inside of one scalar or
    comment: the text ends for it, `is_too_long`, behind the offset `since`.
    """

    __slots__ = ("at", "is_too_long", "seen", "since", "text", "tokens")

    def __init__(self, text: str, tokens: Sequence[object]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0
        self.seen = 0
        self.since = 0
        self.is_too_long = False

    def read(self, size: int) -> str:
        """The next characters, at most `size`; '' at the end."""
        if len(self.tokens) != self.seen:
            self.seen = len(self.tokens)
            self.since = self.at
        elif self.at - self.since > MAX_SCALAR:
            self.is_too_long = True
            return ""
        piece = self.text[self.at : self.at + size]
        self.at += size
        return piece


def readable(text: str) -> str:
    """A text as long, without what no YAML parser takes although JSON has it.

    JSON escapes a character outside the basic plane as a pair of surrogates (RFC 8259, 7). No image
    has one: each half becomes a replacement character.
    """
    return re.sub(_SURROGATE, r"\\ufffd", text) if "\\" in text else text


def stream_of(text: str, tokens: Sequence[object]) -> str | Chunks:
    """A text in the form in which a parser takes it best."""
    text = readable(text)
    return Chunks(text, tokens) if len(text) > CHUNKED_ABOVE else text

"""The words of a shell command in a text, and where their characters stand.

    exec consul-k8s -consul-image="hashicorp/consul:1.15" \\
      -log-level=info              # three words, without their quotes

As much of the shell's grammar as it takes to tell words apart: quotes, escapes, comments, operators
and here-documents (POSIX.1-2017, Shell Command Language, 2.2 to 2.4 and 2.7.4). Nothing is
expanded: what is expanded by the shell is a word with a `$` in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from transformer.records import record

_PIECES = re.compile(
    r"""(?P<space>[ \t\r]+|\\\r?\n)|(?P<line>\n)"""
    r"""|'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*+)\""""
    r"""|<<-?[ \t]*(?P<quote>['"]?)(?P<here>\w+)['"]?|(?P<break>[;|&()<>])"""
    r"""|\\(?P<escaped>[^\n])|(?P<plain>[^\s;|&()<>'"\\]+)""",
    re.DOTALL,
)
_COMMENT = re.compile(r"[^\n]*")


class Unbalanced(Exception):
    """A quote is not closed, or a here-document not ended."""


@record
class Word:
    """A word without its quotes, and the offset of each character of it in the text."""

    text: str
    offsets: tuple[int, ...]

    def stretch(self, start: int) -> tuple[int, int] | None:
        """Where the characters from `start` on stand in the text; None where not side by side."""
        offsets = self.offsets[start:]
        if not offsets or offsets[-1] - offsets[0] + 1 != len(offsets):
            return None
        return offsets[0], offsets[-1] + 1


def shell_words(text: str) -> list[Word]:
    """The words of a shell command, in order. Raises `Unbalanced`.

    An empty word stands between two commands.
    """
    return list(_words(text))


def _words(text: str) -> Iterator[Word]:
    at = 0
    offsets: list[int] = []
    heres: list[str] = []
    while at < len(text):
        if text[at] == "#" and not offsets:
            at = _end_of_comment(text, at)
            continue
        piece = _PIECES.match(text, at)
        if piece is None:
            raise Unbalanced
        at = piece.end()
        kind = piece.lastgroup or ""
        if kind in ("single", "double", "plain", "escaped"):
            offsets += range(*piece.span(kind))
            continue
        yield from _word(text, offsets)
        offsets = []
        if kind == "here":
            heres.append(piece["here"])
        elif kind == "line":
            at = _behind(text, at, heres)
            heres = []
        if kind in ("line", "break"):
            yield _NONE
    yield from _word(text, offsets)


_NONE = Word(text="", offsets=())


def _word(text: str, offsets: list[int]) -> Iterator[Word]:
    if offsets:
        yield Word(text="".join(text[it] for it in offsets), offsets=tuple(offsets))


def _end_of_comment(text: str, at: int) -> int:
    found = _COMMENT.match(text, at)
    assert found is not None
    return found.end()


def _behind(text: str, at: int, heres: list[str]) -> int:
    # Here-documents begin behind the line that asks for them, and end with a line of their name.
    for name in heres:
        start, line = at, ""
        while line != name:
            if start > len(text):
                raise Unbalanced
            is_begun = start == 0 or text[start - 1] == "\n"
            end = text.find("\n", start)
            at = end if end >= 0 else len(text)
            line = text[start:at].lstrip("\t") if is_begun else ""
            start = at + 1
    return at

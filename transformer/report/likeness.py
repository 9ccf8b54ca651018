"""Which texts look like images, where nobody knows whether they are.

A word on its own may be anything, and so may a path. What is taken for an image is a reference that
names a registry's host and a tag or digest, or a registry or an image that the run has met; and
what a key of that name stands in front of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transformer.image.reference import BadReference, Reference, names_host, normalize
from transformer.model import Decision, Keep, Rewrite

# As in `redis:6379`, which is a host and its port.
_PORT = re.compile(r"[^/:@]+:[0-9]{2,5}")

# What may be a reference between the words, flags and quotes of a text.
_WORD = re.compile(r"""(?<![^\s="',(\[;`|])[A-Za-z0-9][A-Za-z0-9._/:@-]*(?=[\s"',)\];`|]|$)""")
_NAMED = re.compile(r"""image["']?[ \t]*[:=][ \t]*["']?$""", re.IGNORECASE)
_LONGEST_NAMED = 80
_COMMENT = re.compile(r"^[ \t]*#.*", re.MULTILINE)


class Known:
    """The images of a run: their names without tag and digest, and the registries they are in."""

    __slots__ = ("_hosts", "_names")

    def __init__(self, decisions: Iterable[Decision]) -> None:
        found = [reference for it in decisions for reference in _references(it)]
        self._names = {it.name for it in found}
        self._hosts = {it.domain for it in found}

    def is_likely(self, text: str) -> bool:
        """True for a reference that is one by all that is known: its name, or its registry."""
        reference = _read(text)
        if reference is None or _PORT.fullmatch(text):
            return False
        if reference.name in self._names:
            return _is_more_than_a_word(text)
        if "/" not in text or not names_host(text):
            return False
        return bool(reference.tag or reference.digest) or reference.domain in self._hosts

    def images(self, text: str) -> Iterator[tuple[int, int]]:
        """What may be images in a text: characters from the first number to the second."""
        for start, end in _words(text):
            word = text[start:end]
            if self.is_likely(word) or (_is_more_than_a_word(word) and _is_named(text, start)):
                yield start, end


def _is_named(text: str, start: int) -> bool:
    before = text[max(0, start - _LONGEST_NAMED) : start]
    return _NAMED.search(before) is not None


def _is_more_than_a_word(text: str) -> bool:
    return bool({"/", ":", "@"} & set(text)) and is_reference(text)


def is_reference(text: str) -> bool:
    """True for what can be an image where a key says that it is one."""
    return _read(text) is not None


def _words(text: str) -> Iterator[tuple[int, int]]:
    # Lines that are comments, in YAML or a shell, have none.
    if "#" in text:
        text = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    for found in _WORD.finditer(text):
        yield found.span()


def _read(text: str) -> Reference | None:
    try:
        return normalize(text)
    except BadReference:
        return None


def _references(decision: Decision) -> Iterator[Reference]:
    site, verdict = decision
    if not isinstance(verdict, Rewrite | Keep):
        return
    final = verdict.image if isinstance(verdict, Rewrite) else site.value.rstrip("\n")
    for text in (verdict.source, final):
        reference = _read(text)
        if reference is not None:
            yield reference

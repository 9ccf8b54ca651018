"""Findings made small: what can be left out is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

MAX_TRIES = 400


def minimal(data: bytes, shows: Callable[[bytes], bool]) -> bytes:
    """A part of some bytes that still `shows` a fault: lines are left out, then single bytes.

    Asks at most `MAX_TRIES` times, so that the result may still hold more than it must.
    """
    budget = [MAX_TRIES]

    def asked(text: bytes) -> bool:
        budget[0] -= 1
        return budget[0] >= 0 and shows(text)

    lines = data.splitlines(keepends=True)
    lines = _reduced(lines, asked)
    return b"".join(_reduced([bytes((it,)) for it in b"".join(lines)], asked))


def _reduced(parts: Sequence[bytes], shows: Callable[[bytes], bool]) -> list[bytes]:
    parts = list(parts)
    size = max(1, len(parts) // 2)
    while True:
        at = 0
        while at < len(parts):
            rest = parts[:at] + parts[at + size :]
            if shows(b"".join(rest)):
                parts = rest
            else:
                at += size
        if size == 1:
            return parts
        size = max(1, size // 2)

"""What a hostile name holds, and how to see that none of it came through."""

from __future__ import annotations

# Escapes of terminals, line breaks of all kinds, marks of direction, and commands of CI systems.
PAYLOAD = (
    "::error::a\x1b[31m\r\n::error::b\n  ::add-mask::c\x0b##[error]d ##vso[task.e] ##teamcity[f]"
    "\x9b\u202e\u2066\u200b\u2028\u2029\x85\x7f\x00\ufeff\ud800"
)


def raw(text: str) -> list[str]:
    """What of a text is not fit for people: lines with what does not print, and with commands."""
    return [
        line
        for line in text.split("\n")
        if not line.isprintable()
        or line.lstrip().startswith("::")
        or any(mark in line for mark in ("##[", "##vso[", "##teamcity["))
    ]

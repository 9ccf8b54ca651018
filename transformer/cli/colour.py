"""Colour on a terminal, for severities, hints and diffs. Nothing of the text is changed.

As no-color.org and force-color.org have it: NO_COLOR switches it off and FORCE_COLOR on, where they
are set and not empty; `--color` wins over both. What is painted was made safe before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_END = "\x1b[0m"
_BOLD, _DIM, _RED, _GREEN, _YELLOW, _BLUE, _CYAN = (
    f"\x1b[{code}m" for code in ("1", "2", "31", "32", "33", "34", "36")
)
_SEVERITIES = {"error": _RED, "warning": _YELLOW, "info": _BLUE}
_DIFF = (("--- ", _BOLD), ("+++ ", _BOLD), ("@@ ", _CYAN), ("+", _GREEN), ("-", _RED))

_severity = re.compile(r"(?:\A|: )(?P<word>error|warning|info)(?=: )").search


def is_wanted(choice: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether to paint, given `--color` ('' where it is absent) and what is written to."""
    if choice in ("always", "never"):
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def said(line: str) -> str:
    """A line that is said to people, with its severity or hint painted."""
    if line.startswith("  hint: "):
        return f"{_DIM}{line}{_END}"
    found = _severity(line)
    if found is None:
        return line
    start, end = found.span("word")
    return f"{line[:start]}{_SEVERITIES[found['word']]}{line[start:end]}{_END}{line[end:]}"


def diff(text: str) -> str:
    """A unified diff, painted line by line."""
    return "".join(_diff_line(line) for line in text.splitlines(keepends=True))


def _diff_line(line: str) -> str:
    colour = next((colour for mark, colour in _DIFF if line.startswith(mark)), "")
    content = line.rstrip("\n")
    return f"{colour}{content}{_END}{line[len(content) :]}" if colour else line

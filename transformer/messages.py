"""Words for messages: how a user's text is shown, and what they may have meant.

What is said to people passes `one_line` at the way out, whatever a message is made of. `shown` and
its kin are for the parts: they hide passwords, cut what is long, and mark where a text ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_SHOWN = 200
MAX_LISTED = 10

# What GitHub (actions/runner, ActionCommand), Azure Pipelines and TeamCity take for a command: `::`
# at the start of a line, `##[`, `##vso[` and `##teamcity[` anywhere in it.
_COMMAND = re.compile(r"\A\s*:(?=:)|#(?=#\w*\[)")

# A digest, also one that is cut short; of other algorithms with more digits than a port has.
_DIGEST = r"(?i:sha(?:256|384|512)):|[a-z0-9+._-]+:[0-9a-f]{6,}\Z"


def quoted(text: str) -> str:
    """A text in double quotes, as it is `shown`."""
    return f'"{shown(text)}"'


def shown(text: str) -> str:
    """A text that is fit for a message of one line.

    What no terminal shows is escaped, more than `MAX_SHOWN` characters are cut, and user name and
    password in front of a host are replaced by `***`: no message ever holds a secret.
    """
    masked = _masked(text) if "@" in text else text
    if len(masked) > MAX_SHOWN:
        masked = masked[:MAX_SHOWN] + "..."
    return masked if masked.isprintable() else "".join(map(_printable, masked))


def named(path: str) -> str:
    """A path as messages name a file: whole, on one line, and without the password of a URL."""
    text = _masked(path) if "://" in path else path
    return "".join(map(_printable, text))


def one_line(text: str) -> str:
    """A text as one line that a terminal, a log and a CI system take for text and nothing else.

    Line breaks, escapes, marks of direction and all else that does not print are escaped, and so is
    the first character of what a CI system takes for a command. Twice is once.
    """
    line = text if text.isprintable() else "".join(map(_printable, text))
    return _COMMAND.sub(_harmless, line) if "::" in line or "##" in line else line


def page(lines: Iterable[str]) -> str:
    """Lines for people to read, each of them `one_line`."""
    return "".join(f"{one_line(line)}\n" for line in lines)


def json_page(value: object) -> str:
    """Data as indented JSON in which nothing stands that `one_line` would not let through."""
    import json

    lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    return "".join(f"{_as_json(line)}\n" for line in lines)


def _as_json(line: str) -> str:
    # Only in strings is there anything to escape, and what JSON itself writes is left.
    if not line.isprintable():
        line = "".join(it if it.isprintable() else _in_json(it) for it in line)
    return _COMMAND.sub(lambda found: _in_json(found[0]), line) if "##" in line else line


def _in_json(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def listed(texts: Iterable[str], none: str = "none") -> str:
    """Texts as they are `shown`, the first `MAX_LISTED` of them and how many more there are."""
    every = list(texts)
    more = f" and {len(every) - MAX_LISTED:,} more" if len(every) > MAX_LISTED else ""
    return ", ".join(map(shown, every[:MAX_LISTED])) + more or none


def _harmless(found: re.Match[str]) -> str:
    start, mark = found[0][:-1], found[0][-1]
    return f"{start}\\x{ord(mark):02x}"


def _masked(text: str) -> str:
    scheme, separator, rest = text.rpartition("://")
    authority, slash, path = rest.partition("/")
    userinfo, _, host = authority.rpartition("@")
    if not userinfo or not host or (not separator and _is_digest(host)):
        return text
    return f"{scheme}{separator}***@{host}{slash}{path}"


def _is_digest(text: str) -> bool:
    # Without a scheme, what stands before "@" may be an image.
    return re.match(_DIGEST, text) is not None


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def counted(number: int, noun: str) -> str:
    """A number with its noun, which takes an "s": `1 image`, `2 images`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like a given one; '' when none does."""
    import difflib

    found = difflib.get_close_matches(word, list(known), n=1)
    return found[0] if found else ""

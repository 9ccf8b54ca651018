"""Words for messages: how a user's text is shown, and what they may have meant."""

from __future__ import annotations

from collections.abc import Iterable

MAX_SHOWN = 200
LONGEST_PORT = 5


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


def _masked(text: str) -> str:
    scheme, separator, rest = text.rpartition("://")
    authority, slash, path = rest.partition("/")
    userinfo, _, host = authority.rpartition("@")
    if not userinfo or not host or (not separator and _is_digest(host)):
        return text
    return f"{scheme}{separator}***@{host}{slash}{path}"


def _is_digest(text: str) -> bool:
    # Without a scheme, what stands before "@" may be an image; no port has so many digits.
    return len(text.partition(":")[2]) > LONGEST_PORT


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

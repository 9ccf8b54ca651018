"""The one way in for what others answer: registries, token servers, helpers, files, caches.

Whoever answers may answer anything. What comes out of here is text that can be encoded, numbers
that fit, and trees that can be walked; everything else is one `Foreign` whose text says, in words
that follow "it is", what came instead. Who asked makes a fault of its own of that.

Specification: RFC 8259, without the lone halves of surrogate pairs that its section 8.2 warns of.
"""

from __future__ import annotations

import re
from typing import Any

MAX_NESTING = 64
# As many as 64 bits hold; in a header fewer, so that SQLite can hold the number as well.
MAX_DIGITS = 20

_DEEP, _RANGE = f"JSON nested more than {MAX_NESTING} deep", "JSON with a number out of range"

_is_number = re.compile("[0-9]{1,18}").fullmatch
_has_surrogate = re.compile(r"\\u[dD][89a-fA-F]").search


class Foreign(ValueError):
    """An answer that is not what it must be. Its text shows nothing of the answer."""


def read_object(data: bytes | str, limit: int) -> dict[str, Any]:
    """The JSON object that an answer of at most `limit` bytes is.

    Takes UTF-8, or text, with or without a byte order mark. Whole numbers in it have at most
    `MAX_DIGITS` digits, others are finite; it is at most `MAX_NESTING` deep. Raises `Foreign`.
    """
    text = _text(data, limit)
    value = _value(text)
    if not isinstance(value, dict):
        raise Foreign("not a JSON object")
    if not _is_flat(value):
        raise Foreign(_DEEP)
    return value


def whole_number(text: str) -> int | None:
    """The number that 1 to 18 ASCII digits are, as in a header; None for any other text."""
    return int(text) if _is_number(text) else None


def _text(data: bytes | str, limit: int) -> str:
    try:
        # Text that came through the environment may hold what is not UTF-8.
        octets = data.encode() if isinstance(data, str) else data
        if len(octets) > limit:
            raise Foreign(f"longer than {limit} bytes")
        return octets.decode("utf-8-sig")
    except UnicodeError:
        raise Foreign("not UTF-8") from None


def _value(text: str) -> object:
    import json

    try:
        value = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_constant)
        if _has_surrogate(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise Foreign(f"not JSON, see line {error.lineno}") from None
    except UnicodeError:
        raise Foreign("JSON with half a character") from None
    except RecursionError:
        raise Foreign(_DEEP) from None
    return value


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Foreign(_RANGE)
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if abs(number) == float("inf"):
        raise Foreign(_RANGE)
    return number


def _constant(_: str) -> float:
    # NaN and the infinities, which Python reads though JSON has none.
    raise Foreign(_RANGE)


def _is_flat(value: object) -> bool:
    level = [value]
    for _ in range(MAX_NESTING):
        level = [inner for it in level for inner in _inner(it)]
        if not level:
            return True
    return False


def _inner(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []

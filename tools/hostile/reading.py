"""The independent reader: PyYAML, which shares no line with how the program reads and edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from tests.helpers import oracle

_ABSENT = object()

# A null key is None: a tag makes one of any text, and no pointer can tell of it.
Pointer = tuple[str | None, ...]


def data_of(data: bytes) -> list[Any] | None:
    """The data of every document of a stream, scalars as strings; None where it is not YAML."""
    try:
        return oracle.load(data.decode("utf-8-sig"))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


def differences(before: Any, after: Any, at: Pointer = ()) -> Iterator[Pointer]:  # noqa: ANN401
    """Where two texts, as data, differ: the deepest places, as keys and indices."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            pair = before.get(key, _ABSENT), after.get(key, _ABSENT)
            yield from differences(*pair, (*at, None if key is None else str(key)))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from differences(_item(before, index), _item(after, index), (*at, str(index)))
    elif before is not after and before != after:
        yield at


def _item(items: Sequence[Any], index: int) -> Any:  # noqa: ANN401 data of any shape
    return items[index] if index < len(items) else _ABSENT


def pointers(operations: Iterable[Mapping[str, Any]]) -> Iterator[Pointer]:
    """The places that RFC 6902 operations change; an item that is appended is its list."""
    for operation in operations:
        for key in {"path", "from"} & operation.keys():
            keys = operation[key].split("/")[1:]
            yield tuple(
                it.replace("~1", "/").replace("~0", "~")
                for it in keys
                if it != "-" or key == "from"
            )


def unannounced(found: Iterable[Pointer], announced: Sequence[Pointer]) -> list[Pointer]:
    """The differences that no announced change covers: at its place, below it or above it."""
    return [it for it in found if not any(_meet(it, other) for other in announced)]


def _meet(one: Pointer, other: Pointer) -> bool:
    return all(key in (None, wanted) for key, wanted in zip(one, other, strict=False))

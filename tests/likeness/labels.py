"""Scalars that a person labelled by hand: which of them name an image that a workload pulls.

`README.md` beside this says what each label means. A row of the corpus points at a scalar there;
of a made row `manifest` builds an object that holds it.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, get_args

Half = Literal["tune", "hold"]
HALVES: tuple[Half, ...] = get_args(Half)
LABELS = ("image", "registry", "repository", "no")
MADE = "made"
SHELL = ("-c", "-ec")
Steps = tuple[str | int, ...]
Json: TypeAlias = "str | list[Json] | dict[str, Json]"

_STEP = re.compile(r'\.?([\w$-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')
_ESCAPE = re.compile(r"\\[\\ntr]")
_ESCAPED = {"\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\r": "\r"}


class Row(NamedTuple):
    """One scalar and what it is, by the judgement of a person.

    `source` is a file of the corpus with the line where the scalar starts, or `made`. `key` is the
    name that describes the value: the last key, or the name of a variable or a flag. `part` is the
    piece of the value that the label is about; it is empty where the label is about all of it.
    """

    id: str
    source: str
    api_version: str
    kind: str
    path: str
    key: str
    value: str
    part: str
    label: str
    reason: str


def read(half: Half) -> tuple[Row, ...]:
    """The rows of one half: `tune` is for writing rules, `hold` for measuring them."""
    with Path(__file__).with_name(f"{half}.tsv").open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        return tuple(Row(*(_unescaped(cell) for cell in line)) for line in lines)


def place(row: Row) -> tuple[str, int]:
    """The file below the corpus and the line, from 1, of a row that is not made."""
    file, _, line = row.source.rpartition(":")
    return file, int(line)


def steps(path: str) -> Steps:
    """The keys and indexes of a field path. Raises `ValueError` where it is none."""
    found: list[str | int] = []
    end = 0
    while end < len(path):
        match = _STEP.match(path, end)
        if match is None:
            raise ValueError(f"must be a field path: {path!r}")
        plain, index, quoted = match.groups()
        found.append(plain or (int(index) if index else json.loads(quoted)))
        end = match.end()
    return tuple(found)


def manifest(row: Row) -> dict[str, Json]:
    """An object that holds the value of a made row at its path, with the name that describes it.

    Nothing else in it looks like an image: lists are filled up to the index with other names.
    """
    built = _mapping(_around(row, steps(row.path)))
    metadata = {"name": "labelled", **_mapping(built.get("metadata", {}))}
    return {"apiVersion": row.api_version, "kind": row.kind, **built, "metadata": metadata}


def _around(row: Row, rest: Steps) -> Json:
    if not rest:
        return row.value
    step, below = rest[0], _around(row, rest[1:])
    if isinstance(step, str):
        named = rest == ("value",) and row.key != "value"
        return {"name": row.key, step: below} if named else {step: below}
    before = [f"item-{number}" for number in range(step + 1)]
    if isinstance(below, dict):
        fillings: list[Json] = [{"name": name} for name in before[:-1]]
        return [*fillings, {"name": before[-1], **below}]
    if step and row.key.startswith("-") and not row.value.startswith(row.key):
        before[step - 1] = row.key
        if row.key in SHELL and step > 1:
            before[0] = "sh"
    return [*before[:-1], below]


def _mapping(built: Json) -> dict[str, Json]:
    if not isinstance(built, dict):
        raise TypeError(f"must be a mapping: {built!r}")
    return built


def _unescaped(cell: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED[match[0]], cell)

"""Values that were drawn by `bench.sheet` and labelled by a person who did not know the rules.

`first.tsv` is a sheet with its labels; `first_made.yaml` has the objects of it that are made.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

SHEET_LABELS = ("image", "registry", "no")
MADE = "made"

_FOLDER = Path(__file__).parent
SHEETS = tuple(it for it in ("first", "second", "third") if (_FOLDER / f"{it}.tsv").exists())


class Drawn(NamedTuple):
    """One value, or one line of a text, and what it is. `file` is one of the corpus, or `made`."""

    sheet: str
    id: str
    file: str
    document: int
    path: str
    name: str
    value: str
    label: str


def made_objects(sheet: str) -> Path:
    """The file with the objects of a sheet that are made."""
    return _FOLDER / f"{sheet}_made.yaml"


def read_sheet(sheet: str) -> tuple[Drawn, ...]:
    """The rows of a sheet."""
    with (_FOLDER / f"{sheet}.tsv").open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, escapechar="\\")
        return tuple(
            Drawn(
                sheet=sheet,
                id=row["id"],
                file=row["file"],
                document=int(row["document"]),
                path=row["path"],
                name=row["name"],
                value=row["value"],
                label=row["label"],
            )
            for row in rows
        )

"""Pages: a report as one HTML file that loads nothing, for browsers and printers.

A page has figures and tables; whoever has something to show makes tables of it, and `html` writes
them. Everything that a page shows of others is text on a line, and escaped by the template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias

from transformer.records import record

State: TypeAlias = Literal["changed", "left", "warned", "failed"]
# What a state is called where people choose one.
STATES: Mapping[State, str] = MappingProxyType(
    {"changed": "changed", "left": "left alone", "warned": "warned", "failed": "failed"}
)

# A text; a word, which stays on its line; an image, whose digest is set apart; a word with the
# colour of the row's state; a number; or places, of which more than one are folded away.
Kind: TypeAlias = Literal["text", "word", "image", "state", "number", "places"]
Cell: TypeAlias = "str | tuple[str, ...]"


@record
class Column:
    """The name of a column, and what its cells are."""

    name: str
    kind: Kind = "text"


@record
class Row:
    """A row: a cell for each column, places as a tuple, and what became of what it is about."""

    cells: tuple[Cell, ...]
    state: State = "left"

    def cells_of(self, columns: Sequence[Column]) -> Iterator[tuple[Column, Cell]]:
        """Each cell with its column."""
        return zip(columns, self.cells, strict=True)


@record
class Table:
    """A table under its title; `empty` is said where it has no row."""

    title: str
    anchor: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    empty: str = "Nothing."


@record
class Figure:
    """A number to be seen at once, and what it counts."""

    number: int
    label: str
    state: State = "left"


@record
class Page:
    """A whole report: its title, a line about it, figures and tables."""

    title: str
    lead: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]

    @property
    def states(self) -> tuple[State, ...]:
        """The states that its rows have, in the order of `STATES`."""
        met = {row.state for table in self.tables for row in table.rows}
        return tuple(it for it in STATES if it in met)

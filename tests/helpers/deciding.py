"""From the text of a Thing to what was decided about the places that a test names."""

from __future__ import annotations

from tests.helpers.placed import HEAD, LOCK, PIN, RULES, rules
from tests.helpers.searching import search
from transformer.decide.decide import decide
from transformer.edit.cells import Cell, Cells
from transformer.model import Decision
from transformer.places.place import Place
from transformer.yamltext.path import field_path


def decided(text: str, *fields: Place, spec: tuple[str, ...] = (RULES, PIN)) -> list[Decision]:
    """The decisions about the sites of a Thing, given its text without its head."""
    sites = search(HEAD + text, fields=fields).sites
    return list(decide(sites, rules(*spec, fields=fields), LOCK).decisions)


def cells_of(text: str, *fields: Place, spec: tuple[str, ...] = (RULES, PIN)) -> Cells:
    return Cells(decided(text, *fields, spec=spec))


def shown(cell: Cell) -> tuple[str, str, str]:
    """Where a cell is, and its value before and after."""
    return field_path(cell.steps), cell.old, cell.new

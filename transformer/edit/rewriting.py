"""Decisions to scalars: which value each scalar gets that has an image, or a part of one, in it.

A site is one scalar for the most part; for what is less than one, or more, see `compound_cells`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from transformer.edit.cells import Cell, plain_cell
from transformer.model import Decision, Rewrite, Site

if TYPE_CHECKING:
    from transformer.edit.compound_cells import Addition, Unwritable


class Cells:
    """Everything that the decisions of one document change, or leave, in its scalars.

    `simple` are the decisions about images that have a scalar of their own, which nothing shares.
    """

    __slots__ = ("additions", "compound", "simple", "unwritable")

    def __init__(self, decisions: Iterable[Decision], inner: Iterable[Cell] = ()) -> None:
        self.simple: list[Decision] = []
        self.compound: list[Cell] = []
        self.additions: list[Addition] = []
        self.unwritable: list[Unwritable] = []
        framed: list[Decision] = []
        for decision in decisions:
            site, verdict = decision
            if site.frame is not None:
                framed.append(decision)
            elif site.parts:
                self._add_parts(site, verdict.image if isinstance(verdict, Rewrite) else None)
            elif (
                site.spot.uses != 1
                or site.anchor is not None
                or site.names == "prefix"
                or site.is_key
            ):
                self.compound.append(plain_cell(decision))
            else:
                self.simple.append(decision)
        if framed:
            from transformer.edit.compound_cells import framed_cells

            self.compound += framed_cells(framed)
        self.compound += inner

    @property
    def all(self) -> list[Cell]:
        """Every cell, those of the simple decisions first."""
        return [*map(plain_cell, self.simple), *self.compound]

    def _add_parts(self, site: Site, image: str | None) -> None:
        from transformer.edit.compound_cells import Unwritable, part_cells

        try:
            cells, additions = part_cells(site, image)
        except Unwritable as fault:
            self.unwritable.append(fault)
            return
        self.compound += cells
        self.additions += additions


NO_CELLS = Cells(())

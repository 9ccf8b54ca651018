"""Decisions to cells: scalars that have an image, or a part of one, in them, and what each becomes.

A site is one scalar for the most part; for what is less than one, or more, see `compound`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from transformer.errors import Problem
from transformer.find.embedded import InnerSource
from transformer.model import Decision, Grant, Result, Rewrite, Site, final_value
from transformer.records import record
from transformer.yamltext.edit import Anchor, Spot
from transformer.yamltext.path import Steps

if TYPE_CHECKING:
    from transformer.edit.compound import Addition, Unwritable
    from transformer.edit.removals import Removal
    from transformer.yamltext.scalar_edits import Stretch


@record
class Cell:
    """A scalar, as it is and as it becomes. `site` is one that it belongs to.

    `stretches` are the characters of the value that change, where not all of it is an image's. It
    can be a part of an image, or the key of a mapping. What `keeps_style` gets no quotes.
    """

    site: Site | InnerSource
    steps: Steps
    spot: Spot
    anchor: Anchor | None
    old: str
    new: str
    stretches: tuple[Stretch, ...] = ()
    is_part: bool = False
    is_key: bool = False
    keeps_style: bool = False


def plain_cell(decision: Decision) -> Cell:
    """The cell of a site that is one scalar."""
    site, verdict = decision
    new = final_value(site, verdict.image) if isinstance(verdict, Rewrite) else site.value
    return Cell(
        site=site,
        steps=site.steps,
        spot=site.spot,
        anchor=site.anchor,
        old=site.value,
        new=new,
        is_key=site.is_key,
        keeps_style=isinstance(verdict, Rewrite) and verdict.keeps_style,
        # Images that are written below a prefix may have it for a part.
        is_part=site.names == "prefix",
    )


class Cells:
    """Everything that the decisions of one document change, or leave, in its scalars.

    `simple` are the decisions about images that have a scalar of their own, which nothing shares.
    The names of `grants` go into texts that hold images.
    """

    __slots__ = ("additions", "compound", "removals", "simple", "unwritable")

    def __init__(
        self,
        decisions: Iterable[Decision],
        inner: Iterable[Cell] = (),
        grants: Iterable[Grant] = (),
    ) -> None:
        self.simple: list[Decision] = []
        self.compound: list[Cell] = []
        self.additions: list[Addition] = []
        self.unwritable: list[Unwritable] = []
        self.removals: list[Removal] = []
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
            from transformer.edit.compound import framed_cells

            self.compound += framed_cells(framed, grants)
        self.compound += inner

    @property
    def all(self) -> list[Cell]:
        """Every cell, those of the simple decisions first."""
        return [*map(plain_cell, self.simple), *self.compound]

    def _add_parts(self, site: Site, image: str | None) -> None:
        from transformer.edit.compound import Unwritable, part_cells

        try:
            cells, additions = part_cells(site, image)
        except Unwritable as fault:
            self.unwritable.append(fault)
            return
        emptied = [it for it in cells if it.old and not it.new]
        if emptied:
            # A part that holds nothing any more goes with its key.
            from transformer.edit.removals import Removal

            at, of = site.document, site.resource
            self.removals += (Removal(document=at, resource=of, steps=it.steps) for it in emptied)
            cells = [it for it in cells if it not in emptied]
        self.compound += cells
        self.additions += additions


NO_CELLS = Cells(())

SHARED = "is shared by places that need different values"
SHARED_HINT = "write the value out instead of sharing it by an anchor"
PLAIN_HINT = "write it in plain block or flow style, without anchor, tag or explicit keys"


def cell_result(site: Site | InnerSource, problem: Problem, current: str) -> Result:
    """A problem with its object and field, and the value that is there."""
    return Result(problem=problem, resource=site.resource, field=site.field, current=current)

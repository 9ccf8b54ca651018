"""Cells: scalars that have an image, or a part of one, in them, and the value that each gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.errors import Problem
from transformer.find.embedded import InnerSource
from transformer.model import Decision, Result, Rewrite, Site, final_value
from transformer.records import record
from transformer.yamltext.edit import Anchor, Spot
from transformer.yamltext.path import Steps

if TYPE_CHECKING:
    from transformer.yamltext.scalar_edits import Stretch


@record
class Cell:
    """A scalar, as it is and as it becomes. `site` is one that it belongs to.

    `stretches` are the characters of the value that change, where not all of it is an image's. It
    can be a part of an image, or the key of a mapping.
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
        # Images that are written below a prefix may have it for a part.
        is_part=site.names == "prefix",
    )


SHARED = "must not be shared by places that need different values"
SHARED_HINT = "write the value out instead of sharing it by an anchor"
PLAIN_HINT = "write it in plain block or flow style, without anchor, tag or explicit keys"


def cell_result(site: Site | InnerSource, problem: Problem, current: str) -> Result:
    """A problem with its object and field, and the value that is there."""
    return Result(problem=problem, resource=site.resource, field=site.field, current=current)

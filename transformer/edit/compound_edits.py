"""Edits inside of a scalar, and keys that are added beside others, for one image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.edit.cells import PLAIN_HINT, SHARED, SHARED_HINT, cell_result
from transformer.edit.compound_cells import Addition, Unwritable
from transformer.errors import Problem
from transformer.messages import quoted, shown
from transformer.model import Result
from transformer.yamltext.annotations import annotate
from transformer.yamltext.edit import Edit, Spot
from transformer.yamltext.path import Step
from transformer.yamltext.scalar_edits import Stretch, edit_inside, edited
from transformer.yamltext.scalars import kept_token

_FIELDS_HINT = "give the rule a target with a host and a folder, or write the image in one field"


def edit_within(
    spot: Spot, old: str, new: str, stretches: Sequence[Stretch], text: str
) -> Edit | None:
    """The edit that exchanges stretches of a scalar, None where its style does not allow for it.

    Takes its spot, the values before and after, the stretches of the one before, and the text of
    the document.
    """
    pieces = edit_inside(text, spot, old, stretches)
    if not pieces:
        return None
    expected = kept_token(new, spot.style, spot.anchor, spot.tag)
    start, end = pieces[0].start, pieces[-1].end
    return Edit(
        start=start,
        end=end,
        text=edited(text[:end], pieces)[start:],
        first=spot.first,
        last=spot.last,
        tokens=(expected,),
    )


def addition_edits(additions: Iterable[Addition], text: str) -> tuple[list[Edit], list[Result]]:
    """The edits that add keys in one document, and the places where none can."""
    edits: list[Edit] = []
    results: list[Result] = []
    for group in _by_place(additions):
        agreed = _agree(group)
        edit = annotate(group[0].place, group[0].value, text) if agreed else None
        if edit is not None:
            edits.append(edit)
        else:
            results.append(_not_added(group[0], agreed))
    return edits, results


def _by_place(additions: Iterable[Addition]) -> list[list[Addition]]:
    places: dict[tuple[int, Step], list[Addition]] = {}
    for it in additions:
        places.setdefault((it.gap.spot.start, it.steps[-1]), []).append(it)
    return list(places.values())


def _agree(additions: Sequence[Addition]) -> bool:
    # All that see the mapping must want the same.
    values = {it.value for it in additions}
    sites = {it.steps for it in additions}
    return len(values) == 1 and len(sites) >= additions[0].gap.spot.uses


def _not_added(it: Addition, agreed: bool) -> Result:
    code, demand, hint = (
        "unsupported-layout",
        "must be written so that a key can be added",
        PLAIN_HINT,
    )
    if not agreed:
        code, demand, hint = "shared-anchor", SHARED, SHARED_HINT
    field = str(it.steps[-1])
    problem = Problem(
        code=code,
        message=f"{demand}, to get `{shown(field)}`: {quoted(it.value)}",
        position=it.site.document.position(it.gap.spot.start),
        hint=hint,
    )
    return cell_result(it.site, problem, "")


def unwritable_results(faults: Iterable[Unwritable]) -> list[Result]:
    """What is to be said of images that do not fit into their fields."""
    return [_unwritable(fault) for fault in faults]


def _unwritable(fault: Unwritable) -> Result:
    site = fault.site
    problem = Problem(
        code="too-few-parts",
        message=f"must fit into the fields of {quoted(site.value)}: {quoted(fault.image)}",
        position=site.document.position(site.spot.start),
        hint=_FIELDS_HINT,
    )
    return cell_result(site, problem, site.value)

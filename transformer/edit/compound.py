"""Images that are less than a scalar, or more: what each scalar becomes, and by which edit.

Images in one string are exchanged in it together. An image in several fields is split over them,
and a field that is missing is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.edit.cells import PLAIN_HINT, SHARED, SHARED_HINT, Cell, cell_result
from transformer.errors import Problem
from transformer.find.embedded import InnerSource
from transformer.image.parts import PartName, Unsplittable, split
from transformer.messages import quoted, shown
from transformer.model import Decision, Grant, Part, Result, Rewrite, Site
from transformer.records import record
from transformer.yamltext.annotations import AnnotationSpot, annotate
from transformer.yamltext.edit import Edit, ListSpot, Spot
from transformer.yamltext.path import Step, Steps
from transformer.yamltext.scalar_edits import Stretch, edit_inside, edited
from transformer.yamltext.scalars import kept_token

_FIELDS_HINT = "give the rule a target with a host and a folder, or write the image in one field"


@record
class Addition:
    """A key that a mapping gets, with its value."""

    site: Site
    steps: Steps
    gap: ListSpot
    value: str

    @property
    def place(self) -> AnnotationSpot:
        """Where it goes: behind its key where there is one without a value."""
        keys = () if self.gap.layout == "value" else (str(self.steps[-1]),)
        return AnnotationSpot(spot=self.gap, keys=keys)


class Unwritable(Exception):
    """The fields of a site cannot hold its new image."""

    def __init__(self, site: Site, image: str) -> None:
        super().__init__(image)
        self.site = site
        self.image = image


def framed_cells(decisions: Iterable[Decision], grants: Iterable[Grant] = ()) -> list[Cell]:
    """The cells of sites in a frame: one for each scalar, however many images it holds, with the
    names that lists in it get."""
    groups: dict[tuple[int, Steps], list[Decision]] = {}
    for site, verdict in decisions:
        groups.setdefault((site.spot.start, site.steps), []).append((site, verdict))
    names: dict[tuple[int, Steps], list[Stretch]] = {}
    for grant in grants:
        place = (grant.holder.secrets.spot.spot.start, grant.steps)
        names.setdefault(place, []).append(_grown(grant))
    return [_framed_cell(group, names.get(place, ())) for place, group in groups.items()]


def _grown(grant: Grant) -> Stretch:
    frame = grant.frame
    assert frame is not None
    quote = frame.value[frame.start - 1]
    held = (frame.value[frame.start : frame.end], *grant.names)
    return Stretch(start=frame.start, end=frame.end, text=f"{quote}, {quote}".join(held))


def _framed_cell(group: list[Decision], grown: Iterable[Stretch]) -> Cell:
    stretches = [*grown]
    for site, verdict in group:
        assert site.frame is not None
        if isinstance(verdict, Rewrite):
            start, end = site.frame.start, site.frame.end
            stretches.append(Stretch(start=start, end=end, text=verdict.image))
    site = group[0][0]
    assert site.frame is not None
    return stretched_cell(site, site.frame.value, stretches)


def stretched_cell(site: Site | InnerSource, value: str, stretches: Iterable[Stretch]) -> Cell:
    """The cell of a scalar in which only stretches of the value change."""
    in_order = tuple(sorted(stretches, key=lambda it: (it.start, it.end)))
    return Cell(
        site=site,
        steps=site.steps,
        spot=site.spot,
        anchor=site.anchor,
        old=value,
        new=edited(value, in_order),
        stretches=in_order,
    )


def part_cells(site: Site, image: str | None) -> tuple[list[Cell], list[Addition]]:
    """What the parts of a split image become, those that stay included.

    Takes the site and its new image, None where it stays. Raises `Unwritable`.
    """
    new: dict[PartName, str] = {}
    if image is not None:
        old = {part.name: part.value for part in site.parts if part.value}
        if site.default_registry:
            old.setdefault("registry", site.default_registry)
        try:
            new = split(site.join, old, image)
        except Unsplittable:
            raise Unwritable(site, image) from None
    cells = [_part_cell(site, part, new) for part in site.parts if part.gap is None]
    gaps = {part.name: part for part in site.parts if part.gap is not None}
    written = {part.name for part in site.parts if part.gap is None}
    additions = [
        _addition(site, gaps.get(name), image or "", value)
        for name, value in new.items()
        if name not in written
    ]
    return cells, additions


def _addition(site: Site, part: Part | None, image: str, value: str) -> Addition:
    if part is None or part.gap is None:
        raise Unwritable(site, image)
    return Addition(site=site, steps=part.steps, gap=part.gap, value=value)


def _part_cell(site: Site, part: Part, new: dict[PartName, str]) -> Cell:
    return Cell(
        site=site,
        steps=part.steps,
        spot=part.spot,
        anchor=part.anchor,
        old=part.value,
        new=new.get(part.name, part.value),
        is_part=True,
    )


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
    code, state, hint = (
        "unsupported-layout",
        "is written so that no key can be added",
        PLAIN_HINT,
    )
    if not agreed:
        code, state, hint = "shared-anchor", SHARED, SHARED_HINT
    field = str(it.steps[-1])
    problem = Problem(
        code=code,
        message=f"{quoted(it.value)} {state}, to get `{shown(field)}`",
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
        message=f"{quoted(fault.image)} does not fit into the fields of {quoted(site.value)}",
        position=site.position,
        hint=_FIELDS_HINT,
    )
    return cell_result(site, problem, site.value)

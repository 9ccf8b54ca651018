"""Images that are less than a scalar, or more: what each scalar around or below them becomes.

Images in one string are exchanged in it together. An image in several fields is split over them,
and a field that is missing is added.
"""

from __future__ import annotations

from collections.abc import Iterable

from transformer.edit.cells import Cell
from transformer.find.embedded import InnerSource
from transformer.image.parts import PartName, Unsplittable, split
from transformer.model import Decision, Part, Rewrite, Site
from transformer.records import record
from transformer.yamltext.annotations import AnnotationSpot
from transformer.yamltext.edit import ListSpot
from transformer.yamltext.path import Steps
from transformer.yamltext.scalar_edits import Stretch, edited


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


def framed_cells(decisions: Iterable[Decision]) -> list[Cell]:
    """The cells of sites in a frame: one for each scalar, however many images it holds."""
    groups: dict[tuple[int, Steps], list[Decision]] = {}
    for site, verdict in decisions:
        groups.setdefault((site.spot.start, site.steps), []).append((site, verdict))
    return [_framed_cell(group) for group in groups.values()]


def _framed_cell(group: list[Decision]) -> Cell:
    stretches = []
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

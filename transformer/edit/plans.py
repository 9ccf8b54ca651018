"""What is to be done to each document: its edits, the check of them, and the outputs.

A document is edited once, with everything that concerns it, and checked before anything leaves.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from transformer.edit.cells import NO_CELLS, Cells
from transformer.edit.edits import apply_edits, image_edits, list_edits
from transformer.find.embedded import InnerSource
from transformer.model import Decision, Grant, Result, Shadow
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.edit import Edit

if TYPE_CHECKING:
    from transformer.edit.cells import Cell
    from transformer.edit.originals import Note
    from transformer.edit.patches import Located
    from transformer.edit.removals import Removal
    from transformer.pull_secrets.objects import SecretObject
    from transformer.yamltext.scalar_edits import Stretch


class Plan:
    """One document's share of a run.

    `added` has the texts of new objects: items of the document when it is a list, otherwise
    documents behind it, whose text is the `appendix`.
    """

    __slots__ = (
        "added",
        "appendix",
        "cells",
        "decisions",
        "document",
        "edited",
        "edits",
        "grants",
        "inner",
        "notes",
        "removals",
        "removed",
    )

    def __init__(self, document: Document) -> None:
        self.document = document
        self.decisions: list[Decision] = []
        self.cells = NO_CELLS
        self.inner: dict[int, tuple[InnerSource, list[Stretch]]] = {}
        self.grants: list[Grant] = []
        self.notes: list[Note] = []
        self.removals: list[Removal] = []
        self.removed: tuple[Located, ...] = ()
        self.edits: list[Edit] = []
        self.edited = ""
        self.added: tuple[str, ...] = ()
        self.appendix = ""

    @property
    def changes_text(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.edits or self.appendix)

    @property
    def all_edits(self) -> tuple[Edit, ...]:
        """The edits with the appendix as one more, at the document's end."""
        if not self.appendix:
            return tuple(self.edits)
        end = self.document.end - self.document.start
        appended = Edit(start=end, end=end, text=self.appendix, first=0, last=0, tokens=())
        return (*self.edits, appended)

    @property
    def changes(self) -> list[Located]:
        """What changes in the document's objects, as JSON Patch operations."""
        from transformer.edit.patches import grant_operations, image_operations, note_operations

        return [
            *image_operations(self.cells),
            *grant_operations(self.grants),
            *note_operations(self.notes),
            *self.removed,
        ]

    @property
    def operations(self) -> list[Located]:
        """The whole plan as operations, those for new items included."""
        from transformer.edit.patches import item_operations

        items = () if self.appendix else self.added
        return [*self.changes, *item_operations(self.document, items)]

    @property
    def is_inner(self) -> bool:
        """True for a document in a string: its edits are part of another document's."""
        return isinstance(self.document.source, InnerSource)

    def take_in(self, plan: Plan) -> None:
        """Take in the plan, whose edits are known, of a document in a string of this one."""
        from transformer.yamltext.scalar_edits import Stretch

        source = plan.document.source
        assert isinstance(source, InnerSource)
        start = plan.document.start
        _, stretches = self.inner.setdefault(id(source), (source, []))
        stretches += (
            Stretch(start=start + it.start, end=start + it.end, text=it.text) for it in plan.edits
        )


# A plan, and the places where no edit can do what is wanted.
Made: TypeAlias = "tuple[Plan, list[Result]]"


def make_plans(
    decisions: Iterable[Decision],
    grants: Iterable[Grant],
    notes: Iterable[Note],
    shadows: Mapping[int, Sequence[Shadow]] = MappingProxyType({}),
    removals: Iterable[Removal] = (),
) -> Iterator[Made]:
    """A plan for each document that may change, in the order of the text, those in strings first.

    Takes the decisions in that order, the values of repeated keys by the `id` of their document,
    and what is to be taken out. A plan costs more than its document: where every document has
    decisions of its own, each is made when it is asked for.
    """
    plans: dict[int, Plan] = {}
    for grant in grants:
        _plan_of(grant.holder.document, plans).grants.append(grant)
    for note in notes:
        _plan_of(note.at.document, plans).notes.append(note)
    for removal in removals:
        _plan_of(removal.document, plans).removals.append(removal)
    decisions = tuple(decisions)
    left = dict(plans)
    for site, _ in decisions:
        left.pop(id(site.document), None)
    if left or any(isinstance(site.document.source, InnerSource) for site, _ in decisions):
        yield from _make_together(decisions, plans, shadows)
        return
    for _, group in groupby(decisions, key=lambda it: id(it[0].document)):
        own = list(group)
        document = own[0][0].document
        plan = _plan_of(document, plans)
        del plans[id(document)]
        plan.decisions = own
        yield plan, _edit(plan, shadows)


def _plan_of(document: Document, plans: dict[int, Plan]) -> Plan:
    plan = plans.get(id(document))
    if plan is None:
        plan = plans[id(document)] = Plan(document)
    return plan


def _make_together(
    decisions: Iterable[Decision],
    plans: dict[int, Plan],
    shadows: Mapping[int, Sequence[Shadow]],
) -> Iterator[Made]:
    in_order: dict[int, Plan] = {}
    for decision in decisions:
        document = decision[0].document
        plan = in_order.get(id(document))
        if plan is None:
            plan = in_order[id(document)] = _plan_of(document, plans)
            del plans[id(document)]
        plan.decisions.append(decision)
    in_order.update(plans)
    yield from _edit_all(in_order, shadows)


def _edit_all(plans: dict[int, Plan], shadows: Mapping[int, Sequence[Shadow]]) -> list[Made]:
    # From the inside to the outside: what changes in a string is part of the plan around it.
    inner = [plan for plan in plans.values() if plan.is_inner]
    for plan in inner:
        for outer in _around(plan.document):
            plans.setdefault(id(outer), Plan(outer))
    in_order = list(plans.values())
    if inner:
        in_order.sort(key=lambda plan: len(_around(plan.document)), reverse=True)
    made = []
    for plan in in_order:
        made.append((plan, _edit(plan, shadows)))
        if plan.is_inner and plan.edits:
            plans[id(_around(plan.document)[0])].take_in(plan)
    ranks = {id(plan.document.source): number for number, plan in enumerate(reversed(in_order))}
    made.sort(key=lambda it: _place(it[0], ranks))
    return made


def _place(plan: Plan, ranks: Mapping[int, int]) -> tuple[bool, int, int]:
    document = plan.document
    return not plan.is_inner, -ranks[id(document.source)], document.start


def _shadowed(plan: Plan, shadows: Sequence[Shadow]) -> Iterable[Result]:
    places = sorted((edit.first, edit.last) for edit in plan.edits) if shadows else []
    errors: dict[int, Result] = {}
    for it in shadows:
        # What goes in front of its key is not in it.
        at = bisect_right(places, (it.first, it.first))
        if at < len(places) and places[at][0] <= it.last:
            errors[id(it.warning)] = it.error
    return errors.values()


def _around(document: Document) -> list[Document]:
    around: list[Document] = []
    while isinstance(document.source, InnerSource):
        document = document.source.document
        around.append(document)
    return around


def _inner_cells(plan: Plan) -> list[Cell]:
    if not plan.inner:
        return []
    from transformer.edit.compound import stretched_cell

    return [stretched_cell(source, source.value, it) for source, it in plan.inner.values()]


def _edit(plan: Plan, shadows: Mapping[int, Sequence[Shadow]]) -> list[Result]:
    text = plan.document.text
    framed = [it for it in plan.grants if it.frame is not None]
    plan.cells = Cells(plan.decisions, _inner_cells(plan), framed)
    plan.edits, conflicts = image_edits(plan.cells, text)
    lists = [it for it in plan.grants if it.frame is None] if framed else plan.grants
    more_edits, more_conflicts = list_edits(lists, text)
    if plan.notes:
        from transformer.edit.originals import note_edits

        noted_edits, noted_conflicts = note_edits(plan.notes, text)
        more_edits += noted_edits
        more_conflicts += noted_conflicts
    more_removals = (*plan.removals, *plan.cells.removals)
    if more_removals:
        from transformer.edit.removals import removed

        taken = removed(more_removals, text)
        plan.removed = taken.operations
        more_edits += taken.edits
        more_conflicts += taken.results
    plan.edits += more_edits
    plan.edited = apply_edits(text, plan.edits)
    shadowed = _shadowed(plan, shadows.get(id(plan.document), ()))
    return [*conflicts, *more_conflicts, *shadowed]


def add_objects(
    made: Sequence[Made], sources: Sequence[Source], added: Sequence[SecretObject]
) -> list[Made]:
    """The plans with new objects added to the last input, at least one of each."""
    from transformer.pull_secrets.objects import as_documents, list_edit

    found = list(documents(sources[-1]))
    plans = (plan for plan, _ in made)
    last = next((it for it in plans if _is_same(it.document, found[-1])), Plan(found[-1]))
    inside = list_edit(last.document, added) if len(found) == 1 else None
    if inside is None:
        last.appendix, last.added = as_documents(last.document, added)
    else:
        last.edits.append(inside[0])
        last.added = inside[1]
    last.edited = apply_edits(last.document.text, last.edits)
    return [*(it for it in made if it[0] is not last), (last, [])]


def _is_same(one: Document, other: Document) -> bool:
    return one.source is other.source and one.start == other.start

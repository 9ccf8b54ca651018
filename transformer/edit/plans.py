"""What is to be done to each document: its edits, the check of them, and the outputs.

A document is edited once, with everything that concerns it, and checked before anything leaves.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from transformer.edit.cells import NO_CELLS, Cells
from transformer.edit.edits import apply_edits, image_edits, list_edits
from transformer.edit.patches import (
    Located,
    grant_operations,
    image_operations,
    item_operations,
    note_operations,
    says_the_same,
)
from transformer.errors import AgreementError, Problem
from transformer.find.embedded import InnerSource
from transformer.model import Decision, Grant, Result, Shadow
from transformer.yamltext.agreement import Fingerprint, agrees, fingerprint
from transformer.yamltext.documents import BOM, Document, Source, documents
from transformer.yamltext.edit import Edit, Spot
from transformer.yamltext.tree import SyntaxFault, read, read_tokens

if TYPE_CHECKING:
    from transformer.edit.cells import Cell
    from transformer.edit.originals import Note
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
    )

    def __init__(self, document: Document) -> None:
        self.document = document
        self.decisions: list[Decision] = []
        self.cells = NO_CELLS
        self.inner: dict[int, tuple[InnerSource, list[Stretch]]] = {}
        self.grants: list[Grant] = []
        self.notes: list[Note] = []
        self.edits: list[Edit] = []
        self.edited = ""
        self.added: tuple[str, ...] = ()
        self.appendix = ""

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
        return [
            *image_operations(self.cells),
            *grant_operations(self.grants),
            *note_operations(self.notes),
        ]

    @property
    def operations(self) -> list[Located]:
        """The whole plan as operations, those for new items included."""
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


def make_plans(
    decisions: Iterable[Decision],
    grants: Iterable[Grant],
    notes: Iterable[Note],
    shadows: Mapping[int, Sequence[Shadow]] = MappingProxyType({}),
) -> tuple[list[Plan], list[Result]]:
    """A plan for each document that changes, and the places where no edit can do what is wanted.

    Takes what is decided, and the values of repeated keys by the `id` of their document.
    """
    plans: dict[int, Plan] = {}
    for decision in decisions:
        document = decision[0].document
        plan = plans.get(id(document))
        if plan is None:
            plan = plans[id(document)] = Plan(document)
        plan.decisions.append(decision)
    for grant in grants:
        document = grant.holder.document
        plans.setdefault(id(document), Plan(document)).grants.append(grant)
    for note in notes:
        plans[id(note.at.document)].notes.append(note)
    return _edit_all(plans, shadows)


def _edit_all(
    plans: dict[int, Plan], shadows: Mapping[int, Sequence[Shadow]]
) -> tuple[list[Plan], list[Result]]:
    # From the inside to the outside: what changes in a string is part of the plan around it.
    inner = [plan for plan in plans.values() if plan.is_inner]
    for plan in inner:
        for outer in _around(plan.document):
            plans.setdefault(id(outer), Plan(outer))
    conflicts: list[Result] = []
    in_order = list(plans.values())
    if inner:
        in_order.sort(key=lambda plan: len(_around(plan.document)), reverse=True)
    for plan in in_order:
        conflicts += _edit(plan)
        conflicts += _shadowed(plan, shadows.get(id(plan.document), ()))
        if plan.is_inner and plan.edits:
            plans[id(_around(plan.document)[0])].take_in(plan)
    return [plan for plan in plans.values() if plan.edits], conflicts


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


def _edit(plan: Plan) -> list[Result]:
    text = plan.document.text
    plan.cells = Cells(plan.decisions, _inner_cells(plan))
    plan.edits, conflicts = image_edits(plan.cells, text)
    more_edits, more_conflicts = list_edits(plan.grants, text)
    if plan.notes:
        from transformer.edit.originals import note_edits

        noted_edits, noted_conflicts = note_edits(plan.notes, text)
        more_edits += noted_edits
        more_conflicts += noted_conflicts
    plan.edits += more_edits
    plan.edited = apply_edits(text, plan.edits)
    return conflicts + more_conflicts


def add_objects(
    plans: Sequence[Plan], sources: Sequence[Source], added: Sequence[SecretObject]
) -> list[Plan]:
    """The plans with new objects added to the last input, at least one of each."""
    from transformer.pull_secrets.objects import as_documents, list_edit

    found = list(documents(sources[-1]))
    last = next((it for it in plans if _is_same(it.document, found[-1])), Plan(found[-1]))
    inside = list_edit(last.document, added) if len(found) == 1 else None
    if inside is None:
        last.appendix, last.added = as_documents(last.document, added)
    else:
        last.edits.append(inside[0])
        last.added = inside[1]
    last.edited = apply_edits(last.document.text, last.edits)
    return [*(plan for plan in plans if plan is not last), last]


def _is_same(one: Document, other: Document) -> bool:
    return one.source is other.source and one.start == other.start


def check_plan(plan: Plan, before: Fingerprint | None, verify: str, parser: str) -> None:
    """Check that the edited document says what was planned.

    Takes the plan, the document's fingerprint (None: it was not noted), and the depth: `events`,
    `full` or `off`. Raises `AgreementError`.
    """
    if verify == "off":
        return
    text = plan.document.text
    if before is None or plan.added:
        before = fingerprint(read(text, parser).tokens, map(_spot, plan.edits))
    try:
        tokens = read_tokens(plan.edited, parser)
        followed = _followed(plan, parser)
    except SyntaxFault as fault:
        raise _disagreement(plan, fault.message) from fault
    if not agrees(before, plan.edits, tokens):
        raise _disagreement(plan, "its events differ")
    if not followed:
        raise _disagreement(plan, "what follows it differs")
    if verify == "full" and not says_the_same(text, plan.edited, plan.operations, parser):
        raise _disagreement(plan, "its data differs")


def _spot(edit: Edit) -> Spot:
    return Spot(start=edit.start, end=edit.end, first=edit.first, last=edit.last)


def _followed(plan: Plan, parser: str) -> bool:
    # Whether the document and the new ones behind it say what each of them says alone.
    if not plan.appendix:
        return True
    whole = Source(plan.document.source.name, plan.edited + plan.appendix)
    together = [read_tokens(it.text, parser) for it in documents(whole)]
    alone = [read_tokens(it, parser) for it in (plan.edited, *plan.added)]
    return list(filter(None, together)) == list(filter(None, alone))


def _disagreement(plan: Plan, why: str) -> AgreementError:
    problem = Problem(
        code="disagreement",
        message=f"the edited document must say what was planned: {why}",
        position=plan.document.position(0),
        hint="this is a fault of mirrorpin, please report it with the document",
    )
    return AgreementError(problem)


def output(source: Source, data: bytes, plans: Iterable[Plan]) -> bytes:
    """The bytes of one input with its plans carried out; the very same when it has none."""
    pieces: list[str] = []
    at = 0
    mine = (plan for plan in plans if plan.document.source is source)
    for plan in sorted(mine, key=lambda plan: plan.document.start):
        pieces += (source.text[at : plan.document.start], plan.edited, plan.appendix)
        at = plan.document.end
    if not pieces:
        return data
    pieces.append(source.text[at:])
    text = "".join(pieces)
    return (BOM + text if source.has_bom else text).encode()

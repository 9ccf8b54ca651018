"""What is to be done to each document: its edits, the check of them, and the outputs.

A document is edited once, with everything that concerns it, and checked before anything leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.agreement import Fingerprint, agrees, fingerprint
from transformer.edits import apply_edits, image_edits, list_edits
from transformer.errors import AgreementError, Problem
from transformer.model import Decision, Edit, Grant, Result, Spot
from transformer.patches import grant_operations, image_operations, item_operations, says_the_same
from transformer.source import BOM, Document, Source, documents
from transformer.tree import SyntaxFault, read, read_tokens


class Plan:
    """One document's share of a run. `appendix` is text for new documents behind it."""

    __slots__ = ("appendix", "decisions", "document", "edited", "edits", "grants", "items")

    def __init__(self, document: Document) -> None:
        self.document = document
        self.decisions: list[Decision] = []
        self.grants: list[Grant] = []
        self.edits: list[Edit] = []
        self.items: list[str] = []
        self.edited = ""
        self.appendix = ""

    @property
    def all_edits(self) -> tuple[Edit, ...]:
        """The edits with the appendix as one more, at the document's end."""
        if not self.appendix:
            return tuple(self.edits)
        end = self.document.end - self.document.start
        appended = Edit(start=end, end=end, text=self.appendix, first=0, last=0, tokens=())
        return (*self.edits, appended)


def make_plans(
    decisions: Iterable[Decision], grants: Iterable[Grant]
) -> tuple[list[Plan], list[Result]]:
    """A plan for each document that changes, and the places where no edit can do what is wanted."""
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
    conflicts: list[Result] = []
    for plan in plans.values():
        text = plan.document.text
        edits, image_conflicts = image_edits(plan.decisions, text)
        more_edits, list_conflicts = list_edits(plan.grants, text)
        plan.edits = edits + more_edits
        plan.edited = apply_edits(text, plan.edits)
        conflicts += image_conflicts + list_conflicts
    return [plan for plan in plans.values() if plan.edits], conflicts


def add_objects(
    plans: Sequence[Plan],
    sources: Sequence[Source],
    templates: Sequence[tuple[str, str]],
    namespaces: Sequence[tuple[str, tuple[str, ...]]],
) -> list[Plan]:
    """The plans with the objects that the namespaces' pull secrets need added to the last input.

    Takes templates as (name for messages, text). Raises `ConfigError` for one that cannot render.
    """
    from transformer.secret_objects import as_documents, list_edit, missing, render_objects

    added = missing(render_objects(templates, namespaces), sources)
    if not added:
        return list(plans)
    found = list(documents(sources[-1]))
    last = next((it for it in plans if _is_same(it.document, found[-1])), Plan(found[-1]))
    others = [plan for plan in plans if plan is not last]
    edit = list_edit(last.document, last.document.text, added) if len(found) == 1 else None
    if edit is None:
        last.appendix = as_documents(sources[-1], added)
    else:
        last.edits.append(edit)
        last.items = [it.text for it in added]
    last.edited = apply_edits(last.document.text, last.edits)
    return [*others, last]


def _is_same(one: Document, other: Document) -> bool:
    return one.source is other.source and one.start == other.start


def check_plan(plan: Plan, before: Fingerprint | None, verify: str, parser: str) -> None:
    """Check that the edited document says what was planned.

    Takes the plan, the document's fingerprint (None: it was not noted), and the depth: `events`,
    `full` or `off`. Raises `AgreementError`.
    """
    if verify == "off" or not plan.edits:
        return
    text = plan.document.text
    if before is None or plan.items:
        spots = [
            Spot(start=edit.start, end=edit.end, first=edit.first, last=edit.last)
            for edit in plan.edits
        ]
        before = fingerprint(read(text, parser).tokens, spots)
    try:
        tokens = read_tokens(plan.edited, parser)
    except SyntaxFault as fault:
        raise _disagreement(plan, fault.message) from fault
    if not agrees(before, plan.edits, tokens):
        raise _disagreement(plan, "its events differ")
    if verify == "full":
        operations = [
            *image_operations(plan.decisions),
            *grant_operations(plan.grants),
            *item_operations(plan.document, plan.items),
        ]
        if not says_the_same(text, plan.edited, operations, parser):
            raise _disagreement(plan, "its data differs")


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

"""The check of a plan: the edited document is read again, and must say what was planned."""

from __future__ import annotations

from transformer.edit.plans import Plan
from transformer.errors import AgreementError, Problem
from transformer.yamltext.agreement import Fingerprint, agrees, fingerprint, read_tokens
from transformer.yamltext.documents import Source, documents
from transformer.yamltext.edit import Edit, Spot
from transformer.yamltext.tree import SyntaxFault, read


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
    if not followed or plan.edited.endswith("\n") < text.endswith("\n"):
        raise _disagreement(plan, "what follows it differs")
    if verify == "full":
        from transformer.edit.patches import says_the_same

        if not says_the_same(text, plan.edited, plan.operations, parser):
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
        message=f"the edited document does not say what was planned: {why}",
        position=plan.document.position(0),
        hint="this is a fault of mirrorpin, please report it with the document",
    )
    return AgreementError(problem)

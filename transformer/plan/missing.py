"""Which copies are still to be made: the mirrors are asked what they hold, then the sources.

An image is there when its tag at the mirror, or without one its digest, stands for the bytes that
the plan wants. Nothing is asked but by HEAD.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transformer.errors import Problem
from transformer.image.reference import Reference
from transformer.lock.lookup import NOT_FOUND, registry_problem, used_at
from transformer.plan.copies import Copy, Plan
from transformer.records import replace
from transformer.registry import Descriptor, RegistryFault
from transformer.registry.manifests import INDEXES
from transformer.registry.resolver import Answer, Resolve


def missing(copies: Sequence[Copy], resolve: Resolve) -> Plan:
    """The copies that are not at their mirrors, and a problem for each that cannot be made.

    Where the plan has no digest the source says it now; each copy says whether its tag holds.
    """
    left = absent(copies, resolve)
    tags = [_tagged(it) for it in left.copies if it.source.tag and not it.tag_holds]
    answers = _ask(resolve, tags)
    seen = [_with_tag(copy, answers.get(str(_tagged(copy)))) for copy in left.copies]
    answers = _ask(resolve, [copy.origin for copy in seen if not copy.tag_holds])
    return Plan(copies=tuple(seen), problems=(*left.problems, *_gone(seen, answers)))


def absent(copies: Sequence[Copy], resolve: Resolve) -> Plan:
    """The copies that are not at their mirrors; sources say digests, and are asked for no more.

    What cannot be told of is among the problems, and not among the copies.
    """
    known = resolved(copies, resolve)
    problems = list(known.problems)
    answers = _ask(resolve, [copy.destination for copy in known.copies])
    left = tuple(it for copy in known.copies if (it := _absent(copy, answers, problems)))
    return Plan(copies=left, problems=tuple(problems))


def resolved(copies: Sequence[Copy], resolve: Resolve) -> Plan:
    """The copies with the digests that their sources say now, where the plan has none."""
    answers = _ask(resolve, [copy.source for copy in copies if not copy.digest])
    found: list[Copy] = []
    problems: list[Problem] = []
    for copy in copies:
        answer = answers.get(str(copy.source))
        if isinstance(answer, RegistryFault):
            problems.append(used_at(registry_problem(answer), copy.places))
        else:
            found.append(_described(copy, answer) if answer is not None else copy)
    return Plan(copies=tuple(found), problems=tuple(problems))


def _ask(resolve: Resolve, references: Iterable[Reference]) -> Mapping[str, Answer]:
    asked = list(references)
    return resolve(asked, False) if asked else {}


def _absent(copy: Copy, answers: Mapping[str, Answer], problems: list[Problem]) -> Copy | None:
    there = answers[str(copy.destination)]
    if not isinstance(there, RegistryFault):
        return copy if there.digest != copy.digest else None
    if there.status == NOT_FOUND:
        return copy
    problems.append(used_at(registry_problem(there), copy.places))
    return None


def _described(copy: Copy, found: Descriptor) -> Copy:
    source = replace(copy.source, digest=found.digest)
    is_index = found.media_type in INDEXES
    return replace(copy, source=source, is_index=is_index, tag_holds=True)


def _tagged(copy: Copy) -> Reference:
    return replace(copy.source, digest="")


def _with_tag(copy: Copy, answer: Answer | None) -> Copy:
    holds = isinstance(answer, Descriptor) and answer.digest == copy.digest
    return replace(copy, tag_holds=True) if holds else copy


def _gone(copies: Iterable[Copy], answers: Mapping[str, Answer]) -> Iterator[Problem]:
    for copy in copies:
        answer = None if copy.tag_holds else answers[str(copy.origin)]
        if isinstance(answer, RegistryFault):
            yield used_at(registry_problem(answer), copy.places)

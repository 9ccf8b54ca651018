"""What registries say about images: at the mirror, at the source, or at both and compared.

The cluster pulls from the mirror, so its digest is the one that counts. Asked at both, an image is
the `same`, a `platform subset` (the mirror holds some of the source's platforms), `different`, or
`absent` from one of them. A rule may allow its mirror to be different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from transformer.errors import Position, Problem, also_at
from transformer.image.descriptor import Descriptor
from transformer.image.platform import absent, chosen
from transformer.image.reference import Reference
from transformer.messages import listed, quoted
from transformer.records import record, replace
from transformer.registry import RegistryFault
from transformer.registry.resolver import Answer, Date, Resolve

if TYPE_CHECKING:
    from transformer.config.config import ResolveFrom
    from transformer.lock.wanted import Wanted

SAME, SUBSET, DIFFERENT, ABSENT = "same", "platform subset", "different", "absent"

NOT_FOUND = 404
COPY = "copy it there, mirrorpin plan --missing says how"


@record
class Question:
    """An image to be asked about, and the platforms that it must have and those to be noted.

    `is_dated` is true where it is to be noted when it was made.
    """

    wanted: Wanted
    digest: str = ""
    required: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    is_dated: bool = False


@record
class Lookup:
    """What came of the questions: what the lock must say, by key, and everything to be said."""

    pinned: Mapping[str, Descriptor]
    problems: tuple[tuple[str, Problem], ...] = ()


def look_up(questions: Sequence[Question], whom: ResolveFrom, resolve: Resolve) -> Lookup:
    """Ask about images, all at once.

    Problems come with the key of the image that they are about; an image with an error is not
    among the pinned. Being a subset, or absent from the source alone, is a warning; being different
    where that is allowed is information.
    """
    asked = {str(it): it for question in questions for it in _references(question, whom)}
    with_platforms = whom == "both" or any(it.required or it.noted for it in questions)
    answers = resolve(tuple(asked.values()), with_platforms)
    pinned: dict[str, Descriptor] = {}
    problems: list[tuple[str, Problem]] = []
    for question in questions:
        name = question.wanted.key
        told = [used_at(it, question.wanted.places) for it in _judge(question, whom, answers)]
        problems += ((name, problem) for problem in told)
        if all(problem.severity != "error" for problem in told):
            first = answers[str(_references(question, whom)[0])]
            assert not isinstance(first, RegistryFault)
            pinned[name] = _pinned(first, question, whom)
    return Lookup(pinned=pinned, problems=tuple(problems))


def date(questions: Sequence[Question], found: Lookup, whom: ResolveFrom, ask: Date) -> Lookup:
    """Ask when the images were made of which that is to be noted.

    Takes the questions that were asked, and what came of them. An image without an answer becomes a
    problem, and is not among the pinned; one that does not say has no time.
    """
    asked = {
        it.wanted.key: (
            it.wanted,
            replace(_references(it, whom)[0], tag="", digest=found.pinned[it.wanted.key].digest),
        )
        for it in questions
        if it.is_dated and it.wanted.key in found.pinned
    }
    answers = ask([reference for _, reference in asked.values()])
    pinned, problems = dict(found.pinned), list(found.problems)
    for key, (wanted, reference) in asked.items():
        answer = answers[str(reference)]
        if isinstance(answer, RegistryFault):
            del pinned[key]
            problems.append((key, used_at(registry_problem(answer), wanted.places)))
        else:
            pinned[key] = replace(pinned[key], created=answer)
    return Lookup(pinned=pinned, problems=tuple(problems))


def relation(source: Descriptor, mirror: Descriptor) -> str:
    """How what the mirror holds relates to the source's: SAME, SUBSET or DIFFERENT."""
    if source.digest == mirror.digest:
        return SAME
    copies = mirror.platforms.items() if mirror.platforms else ()
    is_subset = bool(copies) and set(copies) <= set(source.platforms.items())
    is_child = mirror.digest in source.platforms.values()
    return SUBSET if is_subset or is_child else DIFFERENT


def _references(question: Question, whom: ResolveFrom) -> list[Reference]:
    # The first one's answer counts.
    wanted = question.wanted
    asked = list(wanted.finals) if whom != "source" else []
    if whom != "mirror":
        asked.append(wanted.source)
    if question.digest:
        asked = [replace(it, tag="", digest=question.digest) for it in asked]
    return asked


def _judge(
    question: Question, whom: ResolveFrom, answers: Mapping[str, Answer]
) -> Iterator[Problem]:
    references = _references(question, whom)
    source = answers[str(references.pop())] if whom == "both" else None
    held: list[tuple[Reference, Descriptor]] = []
    faults: list[Problem] = []
    for reference in references:
        answer = answers[str(reference)]
        if isinstance(answer, RegistryFault):
            faults.append(_fault(answer, is_mirror=reference.name != question.wanted.source.name))
        else:
            held.append((reference, answer))
    if faults:
        yield from faults
        return
    yield from _differences(held)
    if source is not None:
        yield from _compared(question.wanted, source, *held[0])
    missing = absent(question.required, held[0][1].platforms)
    if missing:
        yield _lacks(held[0][0], missing, held[0][1].platforms)


def _fault(fault: RegistryFault, *, is_mirror: bool) -> Problem:
    problem = registry_problem(fault)
    if fault.status != NOT_FOUND or not is_mirror:
        return problem
    return replace(problem, hint=f"{COPY}, or {fault.hint}")


def _differences(held: Sequence[tuple[Reference, Descriptor]]) -> Iterator[Problem]:
    first, *others = held
    for reference, answer in others:
        if answer.digest != first[1].digest:
            message = (
                f"mirrors must hold the same image: {quoted(str(first[0]))} is "
                f"{first[1].digest}, {quoted(str(reference))} is {answer.digest}"
            )
            hint = "copy it to both, or keep a lock for each of the mirrors"
            yield Problem(code="mirrors-differ", message=message, hint=hint)


def _compared(
    wanted: Wanted, source: Answer, reference: Reference, mirror: Descriptor
) -> Iterator[Problem]:
    name = wanted.source
    if isinstance(source, RegistryFault):
        if source.status != NOT_FOUND:
            yield registry_problem(source)
            return
        message = f"{ABSENT} at the source: {quoted(str(name))}, HTTP {NOT_FOUND}; the mirror has"
        message = f"{message} {quoted(str(reference))} as {mirror.digest}"
        yield Problem(code="source-absent", message=message, severity="warning")
        return
    found = relation(source, mirror)
    both = f"{quoted(str(name))} is {source.digest}, {quoted(str(reference))} is {mirror.digest}"
    if found == SUBSET:
        message = f"{SUBSET} at the mirror: {both}"
        yield Problem(code="platform-subset", message=message, severity="warning")
    elif found == DIFFERENT and wanted.may_differ:
        message = f"{DIFFERENT} at the mirror, as its rule allows: {both}"
        yield Problem(code="mirror-differs", message=message, severity="info")
    elif found == DIFFERENT:
        message = f"must not be {DIFFERENT} at the mirror: {both}"
        hint = (
            "copy it again with all its platforms, for example skopeo copy --all --preserve-digests"
        )
        yield Problem(code="mirror-differs", message=message, hint=hint)


def _lacks(reference: Reference, missing: Sequence[str], offered: Iterable[str]) -> Problem:
    message = (
        f"image must be there for {', '.join(missing)}: {quoted(str(reference))} (it lists "
        f"{listed(sorted(offered))})"
    )
    hint = "copy all platforms to the mirror, or do not require this one"
    return Problem(code="platform-missing", message=message, hint=hint)


def registry_problem(fault: RegistryFault) -> Problem:
    """A fault as a problem, without a position."""
    return Problem(code=fault.code, message=fault.message, hint=fault.hint)


def used_at(problem: Problem, places: Sequence[Position]) -> Problem:
    """A problem at the first of the places where its image is used, that names the others."""
    return replace(
        problem,
        message=f"{problem.message}{also_at(places[1:])}",
        position=places[0] if places else None,
    )


def _pinned(answer: Descriptor, question: Question, whom: ResolveFrom) -> Descriptor:
    platforms = chosen((*question.required, *question.noted), answer.platforms)
    return replace(answer, resolved_from=whom, platforms=platforms)

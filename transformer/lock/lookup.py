"""What registries say about images: at the mirror, at the source, or at both and compared.

The cluster pulls from the mirror, so its digest is the one that counts. Asked at both, an image is
the `same`, a `platform subset` (the mirror holds some of the source's platforms), `different`, or
`absent` from one of them. A rule may allow its mirror to be different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from transformer.errors import Position, Problem, also_at
from transformer.image.descriptor import Descriptor
from transformer.image.platform import absent, chosen
from transformer.image.reference import Reference
from transformer.lock.targets import Way
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

    `is_dated` is true where it is to be noted when it was made. `known` is what the lock says of it
    so far.
    """

    wanted: Wanted
    digest: str = ""
    required: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    is_dated: bool = False
    known: Descriptor | None = None

    def chains(self, whom: ResolveFrom) -> tuple[tuple[Way, ...], ...]:
        """The ways to each name that is asked for, the source being one of itself, and the last."""
        found = self.wanted.chains if whom != "source" else ()
        if whom != "mirror":
            found = (*found, (Way(final=self.wanted.source),))
        if not self.digest:
            return found
        return tuple(
            tuple(replace(it, final=replace(it.final, tag="", digest=self.digest)) for it in chain)
            for chain in found
        )


@record
class _Held:
    # What is pulled in one of the ways to a name.
    way: Way
    descriptor: Descriptor


@record
class Lookup:
    """What came of the questions: what the lock must say, by key, and everything to be said.

    `held` is where each of those images was found.
    """

    pinned: Mapping[str, Descriptor]
    problems: tuple[tuple[str, Problem], ...] = ()
    held: Mapping[str, Reference] = MappingProxyType({})


def look_up(questions: Sequence[Question], whom: ResolveFrom, resolve: Resolve) -> Lookup:
    """Ask about images, all at once.

    Problems come with the key of the image that they are about; an image with an error is not
    among the pinned. Being a subset, or absent from the source alone, is a warning; being different
    where that is allowed is information.
    """
    chains = [question.chains(whom) for question in questions]
    finals = (way.final for every in chains for chain in every for way in chain)
    asked = {str(it): it for it in finals}
    with_platforms = whom == "both" or any(it.required or it.noted for it in questions)
    answers = resolve(tuple(asked.values()), with_platforms)
    pinned: dict[str, Descriptor] = {}
    places: dict[str, Reference] = {}
    problems: list[tuple[str, Problem]] = []
    for question, ways in zip(questions, chains, strict=True):
        name = question.wanted.key
        source = answers[str(ways[-1][0].final)] if whom == "both" else None
        found = _found(ways[:-1] if whom == "both" else ways, question, source, answers)
        told = [used_at(it, question.wanted.places) for it in _judge(question, source, found)]
        problems += ((name, problem) for problem in told)
        if all(problem.severity != "error" for problem in told):
            held = [it for it in found if isinstance(it, _Held)]
            pinned[name] = _pinned(held, question, whom)
            places[name] = held[0].way.final
    return Lookup(pinned=pinned, problems=tuple(problems), held=places)


def date(questions: Sequence[Question], found: Lookup, ask: Date) -> Lookup:
    """Ask when the images were made of which that is to be noted.

    Takes the questions that were asked, and what came of them. An image without an answer becomes a
    problem, and is not among the pinned; one that does not say has no time.
    """
    asked = {
        it.wanted.key: (
            it.wanted,
            replace(found.held[it.wanted.key], tag="", digest=found.pinned[it.wanted.key].digest),
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


def _found(
    chains: Iterable[tuple[Way, ...]],
    question: Question,
    source: Answer | None,
    answers: Mapping[str, Answer],
) -> list[_Held | Problem]:
    # Of several ways to one name the first that has the same bytes as all else.
    found: list[_Held | Problem] = []
    digest = ""
    if isinstance(source, Descriptor) and not question.wanted.may_differ:
        digest = source.digest
    for chain in chains:
        it = _first(chain, digest, answers, question.wanted.source.name)
        if isinstance(it, _Held):
            digest = digest or it.descriptor.digest
        found.append(it)
    return found


def _first(
    chain: Sequence[Way], digest: str, answers: Mapping[str, Answer], source: str
) -> _Held | Problem:
    # A target that does not answer is no reason to take the next.
    held: list[_Held] = []
    gone: list[tuple[Reference, RegistryFault]] = []
    for way in chain:
        answer = answers[str(way.final)]
        if isinstance(answer, Descriptor):
            held.append(_Held(way=way, descriptor=answer))
            if digest in ("", answer.digest):
                return held[-1]
        elif answer.status == NOT_FOUND:
            gone.append((way.final, answer))
        else:
            return registry_problem(answer)
    return held[0] if held else _gone(gone, source)


def _gone(faults: Sequence[tuple[Reference, RegistryFault]], source: str) -> Problem:
    (first, fault), *others = faults
    problem = registry_problem(fault)
    if first.name != source:
        problem = replace(problem, hint=f"{COPY}, or {fault.hint}")
    if not others:
        return problem
    names = listed(quoted(str(it)) for it, _ in others)
    return replace(problem, message=f"{problem.message}; nor is it there as {names}")


def _judge(
    question: Question, source: Answer | None, found: Sequence[_Held | Problem]
) -> Iterator[Problem]:
    faults = [it for it in found if isinstance(it, Problem)]
    held = [it for it in found if isinstance(it, _Held)]
    if faults:
        yield from faults
        return
    yield from _differences(held)
    if source is not None:
        yield from _compared(question.wanted, source, held[0])
    missing = absent(question.required, held[0].descriptor.platforms)
    if missing:
        yield _lacks(held[0].way.final, missing, held[0].descriptor.platforms)


def _differences(held: Sequence[_Held]) -> Iterator[Problem]:
    first, *others = held
    for other in others:
        if other.descriptor.digest != first.descriptor.digest:
            message = (
                f"mirrors hold different images: {quoted(str(first.way.final))} is "
                f"{first.descriptor.digest}, {quoted(str(other.way.final))} is "
                f"{other.descriptor.digest}"
            )
            hint = "copy it to both, or keep a lock for each of the mirrors"
            yield Problem(code="mirrors-differ", message=message, hint=hint)


def _compared(wanted: Wanted, source: Answer, held: _Held) -> Iterator[Problem]:
    name, reference, mirror = wanted.source, held.way.final, held.descriptor
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
        message = f"{DIFFERENT} at the mirror: {both}"
        hint = (
            "copy it again with all its platforms, for example skopeo copy --all --preserve-digests"
        )
        yield Problem(code="mirror-differs", message=message, hint=hint)


def _lacks(reference: Reference, missing: Sequence[str], offered: Iterable[str]) -> Problem:
    message = (
        f"{quoted(str(reference))} lists {listed(sorted(offered))}: expected {', '.join(missing)}"
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


def _pinned(held: Sequence[_Held], question: Question, whom: ResolveFrom) -> Descriptor:
    answer, known = held[0].descriptor, question.known
    platforms = chosen((*question.required, *question.noted), answer.platforms)
    # What other configurations chose, and who has signed, is about these bytes.
    noted = known if known is not None and known.digest == answer.digest else answer
    targets = dict(noted.targets)
    for it in held:
        targets |= it.way.notes
    pinned = replace(answer, resolved_from=whom, platforms=platforms, targets=targets)
    return replace(pinned, signers=noted.signers)

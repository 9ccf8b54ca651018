"""What belongs to the images of a plan and is copied with them: signatures, attestations, SBOMs.

It is looked for at the sources, for each image and for the manifests of its platforms, and for what
was found so as well: a list of parts may be signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.errors import Problem
from transformer.image.reference import Reference
from transformer.lock.lookup import registry_problem, used_at
from transformer.messages import quoted
from transformer.plan.copies import Copy, Plan
from transformer.records import replace
from transformer.registry import RegistryFault
from transformer.registry.attached import Attached, tag_of
from transformer.registry.resolver import Attend

LEVELS = 6

_KINDS = {".sig": "signature", ".att": "attestation", ".sbom": "SBOM"}


def with_attached(copies: Sequence[Copy], attend: Attend) -> Plan:
    """The copies, all of which have a digest, and behind them what belongs to them.

    What is `carried` comes with another of the copies. A source that does not answer is an error
    among the problems.
    """
    found: dict[tuple[str, str], Copy] = {}
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    level = list(copies)
    for _ in range(LEVELS):
        level = [it for it in _distinct(level) if _key(it) not in seen]
        seen.update(map(_key, level))
        sources = {str(it): it for it in map(_by_digest, level)}
        answers = attend(list(sources.values())) if level else {}
        following: list[Copy] = []
        for copy in level:
            answer = answers[str(_by_digest(copy))]
            if isinstance(answer, RegistryFault):
                problems.append(used_at(registry_problem(answer), copy.places))
                continue
            own = list(_belongings(copy, answer))
            for it in own:
                found.setdefault((it.target.name, it.target.tag or it.digest), it)
            following += (it for it in own if not it.target.tag)
            following += (_with_digest(copy, child) for child in answer.children)
        level = following
    problems += _too_deep(it for it in level if _key(it) not in seen)
    return Plan(copies=(*copies, *found.values()), problems=tuple(problems))


def unlike(copies: Iterable[Copy], attend: Attend) -> Iterator[Problem]:
    """What belongs to images at their sources, and not at their mirrors: a problem for each.

    Takes what `with_attached` found.
    """
    wanted = [it for it in copies if it.subject and it.target.tag != tag_of(it.subject)]
    subjects = {str(it): it for it in map(_subject_there, wanted)}
    answers = attend(list(subjects.values())) if subjects else {}
    told: set[str] = set()
    for copy in wanted:
        name = str(_subject_there(copy))
        answer = answers[name]
        if isinstance(answer, RegistryFault):
            if name not in told:
                told.add(name)
                yield used_at(registry_problem(answer), copy.places)
        elif not _has(answer, copy):
            kind = _KINDS.get(f".{copy.target.tag.rpartition('.')[2]}", "referrer")
            message = f"{kind} of {quoted(name)} is not there as at its source: "
            problem = Problem(
                code="not-attached",
                message=f"{message}{quoted(str(copy.destination))}",
                hint="copy it with mirrorpin sync --referrers",
            )
            yield used_at(problem, copy.places)


def _has(answer: Attached, copy: Copy) -> bool:
    if copy.target.tag:
        return answer.tags.get(copy.target.tag) == copy.digest
    return copy.digest in answer.referrers


def _by_digest(copy: Copy) -> Reference:
    return replace(copy.source, tag="")


def _subject_there(copy: Copy) -> Reference:
    return replace(copy.target, tag="", digest=copy.subject)


def _key(copy: Copy) -> tuple[str, str]:
    # One source may have several mirrors.
    return str(_by_digest(copy)), copy.target.name


def _distinct(copies: Iterable[Copy]) -> list[Copy]:
    return list({_key(it): it for it in copies}.values())


def _with_digest(copy: Copy, digest: str) -> Copy:
    return replace(copy, source=replace(copy.source, tag="", digest=digest))


def _belongings(copy: Copy, answer: Attached) -> Iterator[Copy]:
    has_list = tag_of(copy.digest) in answer.tags
    for tag, digest in answer.tags.items():
        yield _belonging(copy, digest, tag)
    for digest in answer.referrers:
        yield replace(_belonging(copy, digest, ""), carried=has_list)


def _belonging(copy: Copy, digest: str, tag: str) -> Copy:
    return replace(
        copy,
        source=replace(copy.source, tag=tag, digest=digest),
        target=replace(copy.target, tag=tag),
        subject=copy.digest,
        platforms=(),
        is_index=False,
        tag_holds=bool(tag),
        carried=False,
    )


def _too_deep(copies: Iterable[Copy]) -> Iterator[Problem]:
    for copy in copies:
        message = f"refer to each other more than {LEVELS} deep: {quoted(str(copy.source))}"
        yield used_at(Problem(code="too-deep", message=message), copy.places)

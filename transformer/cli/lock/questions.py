"""What is to be asked of registries for a lock: what it lacks, and what is to be asked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transformer.cli.lock.work import Work, contradiction, two_digests
from transformer.config.config import ResolveFrom
from transformer.config.mirrors import RenameFault
from transformer.config.template_language import Budget
from transformer.errors import Position, Problem
from transformer.image.platform import absent
from transformer.image.reference import normalize
from transformer.lock.lock import LockEntry
from transformer.lock.lookup import Question
from transformer.lock.targets import is_settled
from transformer.lock.wanted import Wanted, of_key
from transformer.messages import quoted
from transformer.places.glob import glob_matches
from transformer.records import replace

EVERYTHING = "*"


def questions(
    work: Work,
    update: str,
    required: Sequence[str],
    whom: ResolveFrom,
    *,
    is_dated: bool = False,
) -> Iterator[Question | Problem]:
    """What to ask, and in place of what cannot be asked what is wrong with it.

    Takes the pattern of keys that are asked for again, the platforms that every image must offer,
    who is asked, of whom the source alone says nothing of targets, and whether it is noted when
    each was made. What the lock notes of an image is asked for again.
    """
    for it in _questions(work, update, required, whom, is_dated=is_dated):
        known = work.lock.get(it.wanted.key) if isinstance(it, Question) else None
        noted = known is not None and known.descriptor.created
        yield replace(it, is_dated=True) if isinstance(it, Question) and (is_dated or noted) else it


def _questions(
    work: Work, update: str, required: Sequence[str], whom: ResolveFrom, *, is_dated: bool
) -> Iterator[Question | Problem]:
    for wanted in work.wanted.values():
        name = work.entry_key(wanted)
        must = (*required, *wanted.platforms)
        if not name or is_meant(name, update):
            yield two_digests(wanted) or _by_tag(work, name, wanted, must)
        elif problem := contradiction(wanted, work.entry(name), work.config.digests.platform):
            yield problem
        elif (
            absent(must, work.entry(name).platforms)
            or (is_dated and not work.entry(name).descriptor.created)
            or (whom != "source" and not _is_settled(wanted, work.entry(name)))
        ):
            yield _by_digest(work, name, wanted, must)
    budget = Budget()
    for name in work.lock:
        if name not in work.used and is_meant(name, update):
            known = of_entry(work, name, budget)
            if isinstance(known, Problem):
                yield known
            else:
                yield _by_tag(work, name, known, tuple(required))


def _is_settled(wanted: Wanted, entry: LockEntry) -> bool:
    return all(is_settled(chain, entry.targets) for chain in wanted.chains)


def _by_tag(work: Work, name: str, wanted: Wanted, required: tuple[str, ...]) -> Question:
    return Question(
        wanted=replace(wanted, key=name or wanted.key),
        digest=wanted.digests[0][0] if wanted.digests else "",
        required=required,
        noted=tuple(work.entry(name).platforms) if name else (),
        known=work.entry(name).descriptor if name else None,
    )


def _by_digest(work: Work, name: str, wanted: Wanted, required: tuple[str, ...]) -> Question:
    # What the lock says stays, and is only completed: the tag may stand for something else by now.
    entry = work.entry(name)
    noted = tuple(entry.platforms)
    return Question(
        wanted=replace(wanted, key=name),
        digest=entry.digest,
        required=required,
        noted=noted,
        known=entry.descriptor,
    )


def of_entry(work: Work, name: str, budget: Budget) -> Wanted | Problem:
    """The image of an entry that is there, as the manifests use it or as its rule has it.

    A problem where no rule lets it be pulled. Takes its key, and what templates may still cost.
    """
    position = work.entry(name).position
    used = work.used.get(name)
    if used is not None:
        return replace(used, key=name)
    try:
        return of_key(name, position, work.config, budget)
    except RenameFault as fault:
        return Problem(code=fault.code, message=fault.message, position=position, hint=fault.hint)


def is_meant(name: str, pattern: str) -> bool:
    """Whether a pattern means a key: the whole of it, or its short form."""
    return bool(pattern) and (
        glob_matches(pattern, name) or glob_matches(pattern, normalize(name).familiar())
    )


def unmatched(work: Work, pattern: str) -> Iterator[Problem]:
    """A warning about a pattern that means nothing, in the lock or in the manifests."""
    names = list(dict.fromkeys((*work.lock, *work.wanted)))
    if pattern in ("", EVERYTHING) or any(is_meant(name, pattern) for name in names):
        return
    message = f"`--update` is {quoted(pattern)}: expected an image"
    hint = f"a pattern is compared with whole names: {names[0]}" if names else ""
    position = Position(file=work.path)
    yield Problem(
        code="no-match", message=message, position=position, hint=hint, severity="warning"
    )

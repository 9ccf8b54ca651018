"""Which digest an image gets, and what is to be said where it gets none.

    digests:
      mode: lock                   # off | require | lock | resolve
      missing: fail                # fail | warn
      platforms: [linux/arm64]     # what the lock must list for every image that it pins
      platform: linux/amd64        # whose own digest is written, not that of the index

A digest that is written stays. The lock adds those that are missing and contradicts those that
differ from its own; nothing is looked up anywhere else. In mode `resolve` it was completed with
what registries answered, which contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from transformer.config.config import Digests
from transformer.config.rule import Rule
from transformer.errors import Problem, Severity
from transformer.image.platform import absent, own_digest
from transformer.image.reference import Reference
from transformer.lock.lock import Lock, LockEntry
from transformer.messages import listed, quoted, shown
from transformer.records import record

_SEVERITIES: dict[str, Severity] = {"fail": "error", "warn": "warning", "info": "info"}


@record
class Pin:
    """The digest of an image, '' for none, and what is wrong with that."""

    digest: str = ""
    problem: Problem | None = None


def pin(reference: Reference, sources: Iterable[str], digests: Digests, lock: Lock | None) -> Pin:
    """Find the digest of an image.

    Takes the reference as it was written, its lock keys (those of the image that it mirrors
    first), the settings, and the lock, which must be there in the
    modes `lock` and `resolve`.
    """
    if digests.mode in ("lock", "resolve"):
        assert lock is not None
        return _locked(reference, tuple(sources), digests, lock)
    if digests.mode == "require" and not reference.digest:
        message = f"{quoted(reference.original)} has no digest: expected one"
        return _missing("no-digest", message, digests)
    return Pin(digest=reference.digest)


def not_chosen(reference: Reference, rule: Rule, digests: Digests, lock: Lock) -> Problem | None:
    """What is wrong with an image for which a lock notes none of the targets of its rule.

    None where it is not in the lock at all, and that is said of it.
    """
    entry = lock.get(reference.key)
    if entry is None and not reference.digest:
        return None
    at = f" ({entry.position})" if entry is not None else ""
    message = f"{quoted(reference.key)} has no target in {shown(lock.name)}{at}, and "
    message += f"`{rule.label}` has more than one to choose from: {quoted(rule.choice)}"
    hint = "mirrorpin lock notes it; `digests.missing: warn` takes the first"
    return _missing("not-chosen", message, digests, hint).problem


def name_as_written(reference: Reference) -> str:
    """The name of an image as its user wrote it, to which a digest is added."""
    written = reference.original.partition("@")[0]
    return written.removesuffix(f":{reference.tag}") if reference.tag else written


def unpinned(reference: Reference, reason: str, digests: Digests) -> Pin:
    """What is to be said about an image whose field takes no digest, and why it does not."""
    if digests.mode == "off" or reference.digest:
        return Pin(digest=reference.digest)
    why = reason or "this field takes no digest"
    message = f"not pinned, {shown(why)}: {quoted(reference.original)}"
    severity: Severity = _SEVERITIES[digests.unpinnable]
    return Pin(problem=Problem(code="unpinnable", message=message, severity=severity))


def _locked(reference: Reference, sources: tuple[str, ...], digests: Digests, lock: Lock) -> Pin:
    entries = [entry for entry in map(lock.get, sources) if entry is not None]
    if not entries:
        if reference.digest:
            return Pin(digest=reference.digest)
        if sources[0] in lock.faults:
            return Pin(problem=lock.faults[sources[0]])
        message = f"{quoted(sources[0])} is not in {shown(lock.name)}"
        hint = "mirrorpin lock adds it; `digests.missing: warn` lets it out without a digest"
        return _missing("not-locked", message, digests, hint)
    known = [(entry, _digests_of(entry, digests)) for entry in entries]
    entry, own = next((it for it in known if reference.digest in it[1]), known[0])
    if entry.is_answer and reference.digest:
        return Pin(digest=reference.digest)
    if reference.digest and reference.digest not in own:
        message = (
            f"{quoted(reference.original)} has another digest than the lock: "
            f"expected {quoted(entry.digest)} ({entry.position})"
        )
        hint = "update the lock, or the manifest"
        return Pin(problem=Problem(code="digest-mismatch", message=message, hint=hint))
    if not reference.digest and any(it.digest != entry.digest for it in entries):
        return Pin(problem=_ambiguous(reference, entries))
    problem = _platforms(reference, entry, digests.required)
    if problem is None and not own[0]:
        problem = _several(reference, entry, digests.platform)
    # The digest of an index that is written stays.
    return Pin(digest=reference.digest or own[0], problem=problem)


def _digests_of(entry: LockEntry, digests: Digests) -> tuple[str, ...]:
    # What is written where there is no digest, and what may stand there instead.
    if not digests.platform:
        return (entry.digest,)
    return own_digest(digests.platform, entry.platforms), entry.digest


def _several(reference: Reference, entry: LockEntry, platform: str) -> Problem:
    message = (
        f"{quoted(reference.original)} is locked for {listed(entry.platforms)} "
        f"({entry.position}): expected one {platform}"
    )
    hint = "name the variant in `digests.platform`"
    return Problem(code="platform-missing", message=message, hint=hint)


def _ambiguous(reference: Reference, entries: Iterable[LockEntry]) -> Problem:
    # A mirror's name that several sources may have led to.
    places = " and ".join(f"{shown(it.digest)} ({it.position})" for it in entries)
    message = f"{quoted(reference.original)} has no digest, and the lock has more than one for it"
    hint = f"write the one that is meant: {places}"
    return Problem(code="ambiguous-source", message=message, hint=hint)


def _platforms(reference: Reference, entry: LockEntry, wanted: Iterable[str]) -> Problem | None:
    missing = absent(wanted, entry.platforms)
    if not missing:
        return None
    known = listed(entry.platforms, "no platforms")
    message = (
        f"{quoted(reference.original)} is locked for {known} ({entry.position}): "
        f"expected {', '.join(missing)}"
    )
    hint = "lock the image again, or leave the platform out of `digests.platforms`"
    return Problem(code="platform-missing", message=message, hint=hint)


def _missing(code: str, message: str, digests: Digests, hint: str = "") -> Pin:
    severity: Severity = "error" if digests.missing == "fail" else "warning"
    return Pin(problem=Problem(code=code, message=message, severity=severity, hint=hint))

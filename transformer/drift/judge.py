"""What is wrong with what runs: by the rules, which say from where, and the lock, which says what.

A runtime says the digest of the index that it was asked for, or of the platform's manifest in it:
either is the image that was locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.config.config import Config
from transformer.config.mirrors import Mirrors, compile_rules
from transformer.decide.choices import origins
from transformer.decide.decide import decide
from transformer.drift.pods import Running
from transformer.errors import Position, Problem, Severity
from transformer.image.reference import Reference, name_of, normalize
from transformer.lock.lock import Lock, LockEntry
from transformer.messages import counted, listed, quoted, shown
from transformer.model import Decision, Fail, Keep, Resource, Result, Rewrite, Site, Skip
from transformer.places.place import BUILTIN_KINDS
from transformer.pull_secrets.generated import meant_by
from transformer.records import record, replace
from transformer.yamltext.documents import Document, Source
from transformer.yamltext.edit import Spot

_STARTED = "an operator starts it: list it in `spec.images`, or find the field that names it with "
_SECRET = Resource(api_version="v1", kind="Secret", namespace="", name="")


@record
class Drift:
    """What was found, and the upstream images that run and are not locked, each with an owner."""

    results: tuple[Result, ...]
    unlisted: tuple[tuple[str, str], ...]


def judge(running: Sequence[Running], config: Config, lock: Lock | None) -> Drift:
    """Compare what runs with the rules and the lock.

    Takes the containers that run, the configuration, and the lock, which must be there where its
    mode is `lock`. Of each container the first thing counts that is wrong with its name; what is
    wrong with its digest or its pull secrets counts where it has the name that it should have.
    """
    names = replace(config, digests=replace(config.digests, mode="off"), policy=None)
    decisions = decide(map(_site, running), names, None, apart=True).decisions
    court = _Court(config, lock)
    results: list[Result] = []
    unlisted: dict[str, str] = {}
    for it, decision in zip(running, decisions, strict=True):
        for problem in court.problems(it, decision):
            results.append(_result(it, problem))
            if problem.code in ("not-locked", "no-rule"):
                unlisted.setdefault(_upstream(decision), str(it.owner))
    return Drift(results=tuple(results), unlisted=tuple(unlisted.items()))


def _site(it: Running) -> Site:
    return Site(
        document=Document(Source(it.file, ""), 0, 0, 0),
        resource=it.owner,
        steps=(it.place, it.name, "image"),
        value=it.image,
        spot=Spot(start=0, end=0, first=0, last=0),
        container=it.name,
    )


def _upstream(decision: Decision) -> str:
    site, verdict = decision
    return verdict.source if isinstance(verdict, Keep) else normalize(site.value).key


class _Court:
    def __init__(self, config: Config, lock: Lock | None) -> None:
        self.config = config
        self.lock = lock
        self.mirrors: Mirrors = compile_rules(config.rules)
        self.keys: dict[str, list[str]] = {}
        for key in lock or ():
            self.keys.setdefault(name_of(key), []).append(key)

    def problems(self, it: Running, decision: Decision) -> Iterator[Problem]:
        """What is wrong with a container, given what the rules say about its image."""
        _, verdict = decision
        if isinstance(verdict, Skip | Fail):
            yield replace(verdict.problem, message=f"{verdict.problem.message}{_times(it)}")
            return
        if isinstance(verdict, Rewrite):
            message = f"runs {quoted(it.image)}: expected {quoted(verdict.image)}{_times(it)}"
            yield _problem("unmirrored", message, _hint(it))
            return
        yield from verdict.problems
        if verdict.code == "no-rule":
            return
        yield from self._pinned(it, normalize(it.image))
        yield from self._authorised(it, verdict)

    def _pinned(self, it: Running, reference: Reference) -> Iterator[Problem]:
        mode = self.config.digests.mode
        severity: Severity = "error" if self.config.digests.missing == "fail" else "warning"
        if mode != "off" and not reference.digest:
            message = f"runs {quoted(it.image)}: expected a digest{_times(it)}"
            yield _problem("unpinned", message, "", severity)
        if self.lock is None:
            return
        keys = tuple(self._locked(reference))
        if not keys:
            message = f"{quoted(self._sources(reference)[0])} is not in {shown(self.lock.name)}"
            yield _problem("not-locked", message + _times(it), _hint(it), severity)
            return
        entries = [entry for entry in map(self.lock.get, keys) if entry is not None]
        running = it.digest or reference.digest
        if running and not any(running in _digests(entry) for entry in entries):
            places = listed(f"{entry.digest} ({entry.position})" for entry in entries)
            message = f"runs {shown(running)}, and the lock has {places}: {quoted(it.image)}"
            hint = "start the pods again, or lock what runs"
            yield _problem("other-digest", message + _times(it), hint)

    def _locked(self, reference: Reference) -> Iterator[str]:
        # A tag may have given way to the digest.
        tag = reference.with_tag_default().tag
        for source in self._sources(reference):
            name = name_of(source)
            yield from (key for key in self.keys.get(name, ()) if not tag or key == f"{name}:{tag}")

    def _sources(self, reference: Reference) -> tuple[str, ...]:
        target = self.mirrors.targets(reference)
        own = (reference.key,)
        return origins(target, self.mirrors, reference) if target is not None else own

    def _authorised(self, it: Running, verdict: Keep) -> Iterator[Problem]:
        if self.config.pull_secrets.attach_to == "none":
            return
        there = dict.fromkeys(it.secrets, _SECRET)
        missing = [name for name in verdict.pull_secrets if not meant_by(name, there)]
        if missing:
            message = f"lacks the pull secrets {listed(map(quoted, missing))}{_times(it)}"
            yield _problem("missing-pull-secret", message, "mirrorpin transform adds their names")


def _digests(entry: LockEntry) -> Iterable[str]:
    return (entry.digest, *entry.platforms.values())


def _times(it: Running) -> str:
    return f", in {counted(it.pods, 'pod')}"


def _hint(it: Running) -> str:
    if (it.owner.group, it.owner.kind) in BUILTIN_KINDS:
        return "run `mirrorpin transform` on its manifest, or list it in `spec.images`"
    return f"{_STARTED}mirrorpin images --maybe"


def _problem(code: str, message: str, hint: str, severity: Severity = "error") -> Problem:
    return Problem(code=code, message=message, severity=severity, hint=hint)


def _result(it: Running, problem: Problem) -> Result:
    position = Position(file=it.file)
    return Result(
        problem=replace(problem, position=position),
        resource=it.owner,
        field=it.field,
        current=it.image,
    )

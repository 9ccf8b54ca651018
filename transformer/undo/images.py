"""From a mirrored image back to the upstream one, by what the rules make of upstream images.

    m.io/hub/library/nginx:1.27@sha256:...    becomes    docker.io/library/nginx:1.27

An upstream name is only taken where the rules, with the lock, make the image of it that is
there. Names to try are those of the note on the object, of the rules whose target the image lies
under, and of the lock, which knows what a template or a wildcard has hidden. A digest goes where
the lock would bring it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from transformer.config.config import Config
from transformer.config.mirrors import (
    Mirrors,
    RenameFault,
    compile_rules,
    rename,
)
from transformer.config.template_language import Budget
from transformer.decide.choices import origins
from transformer.decide.decide import decide
from transformer.errors import Problem, Severity
from transformer.image.prefix import BELOW, below
from transformer.image.reference import Reference, name_of, normalize
from transformer.lock.lock import Lock
from transformer.messages import listed, quoted
from transformer.model import Decision, Fail, Keep, Rewrite, Site, Skip, Verdict
from transformer.records import record, replace

# By the place of a site among all: what its object says that it was.
Noted: TypeAlias = "Mapping[int, str]"

_NOTE_HINT = "`report: {originalImages: true}` notes upstream names where they can be told"


@record
class _Trial:
    # An image that may have become what is at a site, by its number, and its upstream name.
    site: int
    image: str
    source: str
    is_noted: bool = False


@record
class _Passed:
    # By the number of a site: the images of which the rules make what is there, to the digest, or
    # but for it; and what notes say.
    exact: Mapping[int, Sequence[_Trial]]
    alike: Mapping[int, Sequence[_Trial]]
    noted: Noted


def restore_images(
    sites: Sequence[Site], noted: Noted, config: Config, lock: Lock | None
) -> tuple[list[Decision], list[Decision]]:
    """What every image is to be again, as decisions: a `Rewrite` back, or why it stays.

    Takes the sites, the images that the notes of their objects say they were ('' where such a note
    does not speak of one), the configuration, and the lock. Where upstream names cannot be told
    apart the verdict is a `Fail`. Returns these, and what the rules say of the images as they are.
    """
    by_name = replace(config, digests=replace(config.digests, mode="off"))
    decided = list(decide(sites, by_name, None, apart=True).decisions)
    trials = list(_trials(decided, noted, config, lock))
    exact = _passed(trials, sites, config, lock, to_digest=True)
    alike = _passed(trials, sites, by_name, None, to_digest=False)
    passed = _Passed(exact=exact, alike=alike, noted=noted)
    return [(it[0], _verdict(number, it, passed)) for number, it in enumerate(decided)], decided


def _trials(
    decided: Sequence[Decision], noted: Noted, config: Config, lock: Lock | None
) -> Iterator[_Trial]:
    mirrors = compile_rules(config.rules)
    hidden = _hidden(config, mirrors, lock)
    for number, (site, verdict) in enumerate(decided):
        note = noted.get(number)
        if not isinstance(verdict, Keep) or note == "":
            continue
        if note:
            yield _Trial(site=number, image=note, source="", is_noted=True)
        if verdict.code == "already-mirrored":
            yield from _of_rules(number, site, mirrors, hidden, lock)
        elif "@" in site.written:
            bare = site.written.partition("@")[0]
            yield _Trial(site=number, image=bare, source=verdict.source)


def _of_rules(
    number: int,
    site: Site,
    mirrors: Mirrors,
    hidden: Mapping[str, Sequence[str]],
    lock: Lock | None,
) -> Iterator[_Trial]:
    if site.names == "prefix":
        prefix = site.written.strip().rstrip("/")
        end = site.written[len(site.written.rstrip("/")) :]
        for name in _sources(mirrors, normalize(below(prefix)), {}):
            yield _Trial(site=number, image=name.removesuffix(BELOW) + end, source=name)
        return
    reference = normalize(site.written)
    for name in _sources(mirrors, reference, hidden):
        yield from _spelled(number, name, reference, lock)


def _sources(
    mirrors: Mirrors,
    reference: Reference,
    hidden: Mapping[str, Sequence[str]],
) -> Iterable[str]:
    # Names without tags and digests, the likeliest first.
    target = mirrors.targets(reference)
    assert target is not None
    keys = origins(target, mirrors, reference)
    found = dict.fromkeys((*map(name_of, keys), *hidden.get(reference.name, ())))
    return (it for it in found if it != reference.name)


def _hidden(config: Config, mirrors: Mirrors, lock: Lock | None) -> dict[str, list[str]]:
    # By the name that a template or a wildcard gives: the upstream names that the lock has.
    found: dict[str, list[str]] = {}
    if not any(rule.template or rule.source.startswith("*.") for rule in config.rules):
        return found
    budget = Budget()
    for reference in map(normalize, lock or ()):
        for rule in mirrors.candidates(reference):
            for target in rule.prefixes:
                moving = rule if rule.template is not None else replace(rule, target=target)
                try:
                    name = rename(moving, reference, budget)
                except RenameFault:
                    continue
                found.setdefault(name, []).append(reference.name)
    return found


def _spelled(number: int, name: str, reference: Reference, lock: Lock | None) -> Iterator[_Trial]:
    # Without the digest first, which the lock may have brought; a tag may have given way to it.
    bare = f"{name}:{reference.tag}" if reference.tag else name
    yield _Trial(site=number, image=bare, source=name)
    if reference.digest:
        if not reference.tag:
            for key in lock or ():
                if name_of(key) == name:
                    yield _Trial(site=number, image=key, source=name)
        yield _Trial(site=number, image=f"{bare}@{reference.digest}", source=name)


def _passed(
    trials: Sequence[_Trial],
    sites: Sequence[Site],
    config: Config,
    lock: Lock | None,
    *,
    to_digest: bool,
) -> dict[int, list[_Trial]]:
    # Those of which the rules make what is there, by site; or all of it but the digest.
    tried = [replace(sites[it.site], value=it.image) for it in trials]
    verdicts = decide(tried, config, lock, apart=True).decisions
    found: dict[int, list[_Trial]] = {}
    for trial, (_, verdict) in zip(trials, verdicts, strict=True):
        there = sites[trial.site].written
        wanted = there if to_digest or "@" in trial.image else there.partition("@")[0]
        if isinstance(verdict, Rewrite) and verdict.image == wanted:
            found.setdefault(trial.site, []).append(trial)
    return found


def _verdict(number: int, decision: Decision, passed: _Passed) -> Verdict:
    site, verdict = decision
    note = passed.noted.get(number)
    if not isinstance(verdict, Keep):
        return _left(site, verdict)
    if note == "":
        is_mirrored = verdict.code == "already-mirrored"
        return _with(verdict, _not_noted(site)) if is_mirrored else verdict
    exact, alike = passed.exact.get(number, []), passed.alike.get(number, [])
    if any(it.is_noted for it in (*exact, *alike)):
        return _back(verdict, note or "")
    if note:
        verdict = _with(verdict, _stale(note))
    if exact:
        return _only(site, verdict, exact)
    if verdict.code != "already-mirrored":
        return verdict
    if not alike:
        return _fail("unknown-source", f"no upstream name is known of {quoted(site.written)}")
    _, at, digest = site.written.partition("@")
    kept = [replace(it, image=it.image.partition("@")[0] + at + digest) for it in alike]
    return _only(site, _with(verdict, _digest_kept(site)) if at else verdict, kept)


def _left(site: Site, verdict: Rewrite | Skip | Fail) -> Skip:
    if isinstance(verdict, Rewrite):
        message = f"left as it is, no rule has made it: {quoted(site.written)}"
        return Skip(problem=_problem("not-mirrored", message, "info"))
    severity = verdict.problem.severity
    return Skip(
        problem=replace(verdict.problem, severity="warning" if severity == "error" else severity)
    )


def _only(site: Site, verdict: Keep, found: Sequence[_Trial]) -> Verdict:
    # What the lock pins is likelier than what was written with its digest.
    likely = [it for it in found if "@" not in it.image] or found
    sources = tuple(dict.fromkeys(it.source for it in likely))
    if len(sources) > 1:
        message = f"{quoted(site.written)} is of {listed(sources)}: expected one upstream name"
        return _fail("ambiguous-source", message)
    images = tuple(dict.fromkeys(it.image for it in likely))
    if len(images) == 1:
        return _back(verdict, images[0])
    message = f"its digest stays, as the lock has it for {listed(images)}: {quoted(site.written)}"
    return _back(_with(verdict, _problem("ambiguous-tag", message)), found[-1].image)


def _back(verdict: Keep, image: str) -> Rewrite:
    return Rewrite(
        image=image,
        source=verdict.source,
        rule=verdict.rule,
        code="restored",
        problems=verdict.problems,
        keeps_style=True,
    )


def _with(verdict: Keep, problem: Problem) -> Keep:
    return replace(verdict, problems=(*verdict.problems, problem))


def _not_noted(site: Site) -> Problem:
    message = f"stays, as the note of its object does not speak of it: {quoted(site.written)}"
    return _problem("not-noted", message)


def _stale(note: str) -> Problem:
    message = f"its note is not followed, as the rules make another image of {quoted(note)}"
    return _problem("stale-note", message)


def _digest_kept(site: Site) -> Problem:
    message = f"its digest stays, as the lock would not bring it again: {quoted(site.written)}"
    return _problem("digest-kept", message)


def _problem(code: str, message: str, severity: Severity = "warning") -> Problem:
    return Problem(code=code, message=message, severity=severity)


def _fail(code: str, message: str) -> Fail:
    return Fail(problem=Problem(code=code, message=message, hint=_NOTE_HINT))

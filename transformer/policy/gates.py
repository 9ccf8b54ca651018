"""What must hold of the images that come out, whatever the rules made of them.

    web.yaml:8:12: error: "nginx" has no tag and no digest: expected a tag that stays (gate-latest)

Each distinct image is judged once, at whatever places it stands. What is kept, or is covered by no
rule, is judged like any other; what cannot be read, or fails, is not. An image that only looks like
one, or is one by the shape of a name, never fails a run: it is a warning at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from transformer.config.policy import Gate, Policy, Waiver, day_number
from transformer.errors import Problem, Severity
from transformer.find.suspects import Sighting
from transformer.image.platform import absent
from transformer.image.prefix import full_name
from transformer.image.reference import DEFAULT_TAG, Reference, normalize
from transformer.image.repository import Pattern
from transformer.lock.lock import Lock, LockEntry
from transformer.messages import counted, listed, quoted, shown
from transformer.model import Decision, Keep, Result, Rewrite, Site, final_image
from transformer.places.glob import glob_matches
from transformer.policy.held import Held
from transformer.records import record, replace
from transformer.report.suspect_results import failed


@record
class Finding:
    """What a gate has against an image at a place; `names` are those that the image goes by.

    `site` is None for a suspect. Where a `waiver` lets it pass, the result is information; one that
    would, and is over, has `ended`.
    """

    gate: Gate
    result: Result
    names: tuple[str, ...]
    site: Site | None = None
    waiver: Waiver | None = None
    ended: Waiver | None = None


@record
class _Complaint:
    gate: Gate
    problem: Problem


@record
class _Image:
    # What gates look at: an image as it is when the run is done.
    site: Site
    verdict: Rewrite | Keep
    final: str
    policy: Policy
    lock: Lock | None
    today: str

    @property
    def reference(self) -> Reference:
        return normalize(self.final)

    @property
    def entry(self) -> LockEntry | None:
        lock = self.lock
        if lock is None:
            return None
        return lock.get(self.verdict.source) or lock.get(self.reference.key)

    @property
    def no_entry(self) -> str:
        # Where a command line wants no lock, no gate passes by it.
        return "no entry" if self.lock is not None else "no lock"


def judge(
    decisions: Iterable[Decision],
    suspects: Iterable[Sighting],
    policy: Policy,
    lock: Lock | None,
    held: Held | None,
    today: str,
) -> Iterator[Finding]:
    """What the gates of a policy have against the images of a run, in the order of their sites.

    Takes the decisions and suspects of the run, the policy, the lock, without which what it should
    say is missing, who holds which pull secrets, None where nobody pulls anything, and the day as
    2026-12-31, which must be there where the age of images is judged.
    """
    judged: dict[tuple[str, str, str], list[_Complaint]] = {}
    for site, verdict in decisions:
        if not isinstance(verdict, Rewrite | Keep):
            continue
        final = final_image(site, verdict)
        key = (site.written, final, site.names)
        if key not in judged:
            image = _Image(
                site=site, verdict=verdict, final=final, policy=policy, lock=lock, today=today
            )
            judged[key] = list(_complaints(image))
        complaints = judged[key]
        if held is not None and "pullSecrets" in policy.levels:
            complaints = [*complaints, *_of_secrets(site, verdict, final, held)]
        for it in complaints:
            yield _finding(site, it, policy, (site.written, final, verdict.source))
    if "suspects" in policy.levels:
        yield from _of_suspects(suspects, policy)


def is_asked(gate: Gate, site: Site) -> bool:
    """Whether a gate is about what stands at a site; one without steps is pulled by nobody."""
    if gate == "pullSecrets":
        return bool(site.steps) and _is_pulled(site)
    return gate in _CHECKS and site.names in _CHECKS[gate][0]


def _complaints(image: _Image) -> Iterator[_Complaint]:
    for gate, (names, check) in _CHECKS.items():
        if gate in image.policy.levels and image.site.names in names:
            yield from check(image)


def _of_registry(image: _Image) -> Iterator[_Complaint]:
    is_prefix = image.site.names == "prefix"
    name = full_name(image.final) if is_prefix else image.reference.name
    if not any(it.covers(name) for it in image.policy.registries):
        allowed = listed(map(_written, image.policy.registries))
        host = shown(name.partition("/")[0])
        message = f"{quoted(image.final)} is pulled from {host}: expected {allowed}"
        yield _complaint("registries", "gate-registries", message)


def _written(pattern: Pattern) -> str:
    return f"*.{pattern.name}".removesuffix(".") if pattern.is_wildcard else pattern.name


def _of_repository(image: _Image) -> Iterator[_Complaint]:
    path, most = image.reference.path, image.policy.max_depth
    depth = path.count("/") + 1
    if most and depth > most:
        message = f"{quoted(image.final)} has a path of {depth} parts: expected {most} at most"
        yield _complaint("repositories", "gate-repositories", message)
    allowed = image.policy.repositories
    if allowed and not any(glob_matches(glob, path) for glob in allowed):
        message = f"{quoted(image.final)} has the path {shown(path)}: expected {listed(allowed)}"
        yield _complaint("repositories", "gate-repositories", message)


def _of_tag(image: _Image) -> Iterator[_Complaint]:
    written = normalize(image.site.written)
    expected = "expected a tag that names a release"
    if written.tag == DEFAULT_TAG:
        message = f"{quoted(written.original)} has the tag {DEFAULT_TAG}: {expected}"
        yield _complaint("latest", "gate-latest", message)
    elif not written.tag and not written.digest:
        message = f"{quoted(written.original)} has no tag, which is {DEFAULT_TAG}: {expected}"
        yield _complaint("latest", "gate-latest", message)


def _of_digest(image: _Image) -> Iterator[_Complaint]:
    if "@" not in image.final:
        message = f"{quoted(image.final)} has no digest: expected one"
        yield _complaint("digest", "gate-digest", message, "mirrorpin lock writes digests down")


def _of_platforms(image: _Image) -> Iterator[_Complaint]:
    wanted, entry = image.policy.platforms, image.entry
    missing = absent(wanted, entry.platforms) if entry else wanted
    if missing:
        known = listed(entry.platforms, "no platforms") if entry else image.no_entry
        message = (
            f"{quoted(image.verdict.source)} is locked with {known}: expected {', '.join(missing)}"
        )
        yield _complaint("platforms", "gate-platforms", message)


def _of_age(image: _Image) -> Iterator[_Complaint]:
    most, entry = image.policy.max_days, image.entry
    created = entry.descriptor.created if entry else ""
    if not created:
        known = "no time at which it was made" if entry else image.no_entry
        expected = f"expected one of the last {counted(most, 'day')}"
        message = f"{quoted(image.verdict.source)} is locked with {known}: {expected}"
        yield _complaint("age", "gate-age", message, "mirrorpin lock --created notes it")
        return
    made = created[:10]
    age = day_number(image.today) - day_number(made)
    if age > most:
        old = f"was made on {made}, {counted(age, 'day')} ago"
        message = f"{quoted(image.verdict.source)} {old}: expected {most} at most"
        yield _complaint("age", "gate-age", message)


_EVERY = frozenset(("image", "repository", "prefix"))
_NAMED = frozenset(("image", "repository"))
_WHOLE = frozenset(("image",))

_Check: TypeAlias = "Callable[[_Image], Iterator[_Complaint]]"

# What a site must name for a gate to be asked of it, and who asks. Pull secrets are asked for at
# each place, and suspects are no images yet.
_CHECKS: Mapping[Gate, tuple[frozenset[str], _Check]] = MappingProxyType(
    {
        "registries": (_EVERY, _of_registry),
        "repositories": (_NAMED, _of_repository),
        "latest": (_WHOLE, _of_tag),
        "digest": (_WHOLE, _of_digest),
        "platforms": (_WHOLE, _of_platforms),
        "age": (_WHOLE, _of_age),
    }
)


def _is_pulled(site: Site) -> bool:
    # What a string names is pulled by other pods, and what only looks like an image by nobody.
    return not (site.by_shape or site.is_suspect or site.started is not None)


def _of_secrets(
    site: Site, verdict: Rewrite | Keep, final: str, held: Held
) -> Iterator[_Complaint]:
    missing = [name for name in verdict.pull_secrets if name not in held.names(site)]
    if missing and _is_pulled(site):
        message = f"{quoted(final)} is pulled without pull secret: expected {listed(missing)}"
        yield _complaint("pullSecrets", "gate-pull-secrets", message)


def _of_suspects(suspects: Iterable[Sighting], policy: Policy) -> Iterator[Finding]:
    severity: Severity = "error" if policy.levels["suspects"] == "fail" else "warning"
    for it in failed(suspects):
        problem = replace(it.problem, code="gate-suspects", severity=severity)
        result = replace(it, problem=problem)
        yield Finding(gate="suspects", result=result, names=(it.current,))


def _complaint(gate: Gate, code: str, message: str, hint: str = "") -> _Complaint:
    return _Complaint(gate=gate, problem=Problem(code=code, message=message, hint=hint))


def _finding(site: Site, it: _Complaint, policy: Policy, names: tuple[str, ...]) -> Finding:
    is_guess = site.by_shape or site.is_suspect
    fails = policy.levels[it.gate] == "fail" and not is_guess
    problem = replace(
        it.problem,
        severity="error" if fails else "warning",
        position=site.position,
    )
    result = Result(problem=problem, resource=site.resource, field=site.field, current=site.value)
    return Finding(gate=it.gate, result=result, names=tuple(dict.fromkeys(names)), site=site)

"""What must hold of the images that come out, whatever the rules made of them.

    web.yaml:8:12: error: "nginx" has no tag and no digest: expected a tag that stays (gate-latest)

Each distinct image is judged once, at whatever places it stands. What is kept, or is covered by no
rule, is judged like any other; what cannot be read, or fails, is not. An image that only looks like
one, or is one by the shape of a name, never fails a run: it is a warning at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transformer.config.policy import Gate, Policy
from transformer.errors import Problem, Severity
from transformer.find.suspects import Sighting
from transformer.image.platform import absent
from transformer.image.prefix import full_name
from transformer.image.reference import DEFAULT_TAG, Reference, normalize
from transformer.image.repository import Pattern
from transformer.lock.lock import Lock
from transformer.messages import listed, quoted, shown
from transformer.model import (
    Account,
    Decision,
    Grant,
    Keep,
    Pod,
    Result,
    Rewrite,
    SecretField,
    Site,
    final_image,
)
from transformer.places.glob import glob_matches
from transformer.pull_secrets.grants import DEFAULT_ACCOUNT
from transformer.records import record, replace
from transformer.report.suspect_results import failed


@record
class Finding:
    """What a gate has against an image at a place; `names` are those that the image goes by."""

    gate: Gate
    result: Result
    names: tuple[str, ...]


@record
class _Complaint:
    gate: Gate
    problem: Problem


def judge(
    decisions: Iterable[Decision],
    suspects: Iterable[Sighting],
    policy: Policy,
    lock: Lock | None,
    held: Held,
) -> Iterator[Finding]:
    """What the gates of a policy have against the images of a run, in the order of their sites.

    Takes the decisions and suspects of the run, the policy, the lock, which must be there where
    platforms are judged, and who holds which pull secrets.
    """
    judged: dict[tuple[str, str, str], list[_Complaint]] = {}
    for site, verdict in decisions:
        if not isinstance(verdict, Rewrite | Keep):
            continue
        final = final_image(site, verdict)
        key = (site.written, final, site.names)
        if key not in judged:
            judged[key] = list(_of_image(site, verdict, final, policy, lock))
        complaints = judged[key]
        if "pullSecrets" in policy.levels:
            complaints = [*complaints, *_of_secrets(site, verdict, final, held)]
        for it in complaints:
            yield _finding(site, it, policy, (site.written, final, verdict.source))
    if "suspects" in policy.levels:
        yield from _of_suspects(suspects, policy)


def _of_image(
    site: Site, verdict: Rewrite | Keep, final: str, policy: Policy, lock: Lock | None
) -> Iterator[_Complaint]:
    is_prefix = site.names == "prefix"
    name = full_name(final) if is_prefix else normalize(final).name
    yield from _of_registry(name, final, policy)
    if is_prefix:
        return
    reference = normalize(final)
    yield from _of_repository(reference, final, policy)
    if site.names == "image":
        yield from _of_tag(normalize(site.written), policy)
        yield from _of_digest(final, policy)
        yield from _of_platforms(verdict, reference, policy, lock)


def _of_registry(name: str, final: str, policy: Policy) -> Iterator[_Complaint]:
    if "registries" in policy.levels and not any(it.covers(name) for it in policy.registries):
        allowed = listed(map(_written, policy.registries))
        message = (
            f"{quoted(final)} is pulled from {shown(name.partition('/')[0])}: expected {allowed}"
        )
        yield _complaint("registries", "gate-registries", message)


def _written(pattern: Pattern) -> str:
    return f"*.{pattern.name}".removesuffix(".") if pattern.is_wildcard else pattern.name


def _of_repository(reference: Reference, final: str, policy: Policy) -> Iterator[_Complaint]:
    if "repositories" not in policy.levels:
        return
    depth = reference.path.count("/") + 1
    if policy.max_depth and depth > policy.max_depth:
        message = (
            f"{quoted(final)} has a path of {depth} parts: expected {policy.max_depth} at most"
        )
        yield _complaint("repositories", "gate-repositories", message)
    allowed = policy.repositories
    if allowed and not any(glob_matches(glob, reference.path) for glob in allowed):
        message = (
            f"{quoted(final)} has the path {shown(reference.path)}: expected {listed(allowed)}"
        )
        yield _complaint("repositories", "gate-repositories", message)


def _of_tag(written: Reference, policy: Policy) -> Iterator[_Complaint]:
    if "latest" not in policy.levels:
        return
    expected = "expected a tag that names a release"
    if written.tag == DEFAULT_TAG:
        message = f"{quoted(written.original)} has the tag {DEFAULT_TAG}: {expected}"
        yield _complaint("latest", "gate-latest", message)
    elif not written.tag and not written.digest:
        message = f"{quoted(written.original)} has no tag, which is {DEFAULT_TAG}: {expected}"
        yield _complaint("latest", "gate-latest", message)


def _of_digest(final: str, policy: Policy) -> Iterator[_Complaint]:
    if "digest" in policy.levels and "@" not in final:
        message = f"{quoted(final)} has no digest: expected one"
        yield _complaint("digest", "gate-digest", message, "mirrorpin lock writes digests down")


def _of_platforms(
    verdict: Rewrite | Keep, reference: Reference, policy: Policy, lock: Lock | None
) -> Iterator[_Complaint]:
    if "platforms" not in policy.levels:
        return
    assert lock is not None
    entry = lock.get(verdict.source) or lock.get(reference.key)
    missing = absent(policy.platforms, entry.platforms) if entry else policy.platforms
    if missing:
        known = listed(entry.platforms, "no platforms") if entry else "no entry"
        message = f"{quoted(verdict.source)} is locked with {known}: expected {', '.join(missing)}"
        yield _complaint("platforms", "gate-platforms", message)


def _of_secrets(
    site: Site, verdict: Rewrite | Keep, final: str, held: Held
) -> Iterator[_Complaint]:
    # What a string names is pulled by other pods, and what only looks like an image by nobody.
    if site.by_shape or site.is_suspect or site.started is not None:
        return
    missing = [name for name in verdict.pull_secrets if name not in held.names(site)]
    if missing:
        message = f"{quoted(final)} is pulled without pull secret: expected {listed(missing)}"
        yield _complaint("pullSecrets", "gate-pull-secrets", message)


class Held:
    """Who holds which pull secrets when the run is done."""

    __slots__ = ("_accounts", "_granted")

    def __init__(self, grants: Iterable[Grant], accounts: Sequence[Account]) -> None:
        self._granted: dict[int, tuple[str, ...]] = {}
        for grant in grants:
            mine = self._granted.get(id(grant.holder), ())
            self._granted[id(grant.holder)] = (*mine, *grant.names)
        self._accounts: Mapping[tuple[str, str], Account] = {
            (it.resource.namespace, it.resource.name): it for it in accounts
        }

    def names(self, site: Site) -> tuple[str, ...]:
        """All that whoever pulls the image at a site holds."""
        holders = (site.pod, *site.pods, site.holder)
        return tuple(name for it in holders if it is not None for name in self._of(it))

    def _of(self, holder: Pod | SecretField) -> tuple[str, ...]:
        own = (*holder.secrets.names, *self._granted.get(id(holder), ()))
        if own or isinstance(holder, SecretField):
            return own
        # Admission copies the list of the account into a pod that has none.
        key = (holder.resource.namespace, holder.account or DEFAULT_ACCOUNT)
        account = self._accounts.get(key)
        if account is None:
            return ()
        return (*account.secrets.names, *self._granted.get(id(account), ()))


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
    return Finding(gate=it.gate, result=result, names=tuple(dict.fromkeys(names)))

"""Exactly one verdict for every site.

An image is decided once for each rule that it meets, however often it occurs: parsing, matching,
renaming and pinning are remembered, and a site costs a look-up. A verdict depends on the image, and
through `where` on the object and container it is in; never on another site, but for collisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.config import Config
from transformer.digests import Lock, key
from transformer.errors import Problem, Severity
from transformer.mirrors import Mirrors, RenameFault, Rule, Target, compile_rules, in_scope, rename
from transformer.model import Decision, Fail, Keep, Rewrite, Site, Skip, Verdict
from transformer.records import record, replace
from transformer.reference import BadReference, Reference, normalize, placeholder

_PLACEHOLDER_HINT = "substitute it before mirrorpin, or set `invalid: warn` to leave it alone"


@record
class _Choices:
    """What the rules say about one image, before any `where` is looked at."""

    reference: Reference
    rules: tuple[Rule, ...]
    target: Target | None


@record
class Decisions:
    """One decision for each site, in order, and the rules that no image met."""

    decisions: tuple[Decision, ...]
    unused: tuple[Rule, ...]


def decide(sites: Iterable[Site], config: Config, lock: Lock | None) -> Decisions:
    """Decide every site.

    Takes the sites of the whole run, the configuration, and the lock where `digests.mode` is
    `lock`. Two sources that land on one name turn every site of both into a failure.
    """
    judge = _Judge(config, lock)
    decisions = _collide([(site, judge.verdict(site)) for site in sites])
    unused = tuple(rule for rule in config.rules if rule.index not in judge.met)
    return Decisions(decisions=tuple(decisions), unused=unused)


class _Judge:
    def __init__(self, config: Config, lock: Lock | None) -> None:
        self.config = config
        self.lock = lock
        self.mirrors: Mirrors = compile_rules(config.rules)
        self.choices: dict[str, _Choices | Verdict] = {}
        self.verdicts: dict[tuple[str, int], Verdict] = {}
        self.met: set[int] = set()

    def verdict(self, site: Site) -> Verdict:
        if site.by_structure and self.config.structure == "warn":
            return _looks_like_an_image(site)
        image = site.value
        choices = self.choices.get(image)
        if choices is None:
            choices = self.choices[image] = self._read(site)
        if not isinstance(choices, _Choices):
            return choices
        rule = _first_in_scope(choices, site)
        memo = (image, rule.index if rule else -1)
        verdict = self.verdicts.get(memo)
        if verdict is None:
            verdict = self.verdicts[memo] = self._judge(choices, rule, site)
        return verdict

    def _read(self, site: Site) -> _Choices | Verdict:
        text = site.value.rstrip("\n") if site.spot.style in ("|", ">") else site.value
        if not text:
            message = f"left alone: {site.resource} names no image"
            return Skip(problem=Problem(code="empty", message=message, severity="info"))
        unexpanded = placeholder(text)
        if unexpanded:
            message = f'must not hold a placeholder: "{unexpanded}"'
            return self._unreadable("placeholder", message, _PLACEHOLDER_HINT)
        try:
            return self._choices(normalize(text))
        except BadReference as error:
            return self._unreadable(error.code, error.message, error.hint)

    def _unreadable(self, code: str, message: str, hint: str) -> Verdict:
        severity: Severity = "error" if self.config.invalid == "fail" else "warning"
        problem = Problem(code=code, message=message, severity=severity, hint=hint)
        return Fail(problem=problem) if severity == "error" else Skip(problem=problem)

    def _choices(self, reference: Reference) -> _Choices:
        return _Choices(
            reference=reference,
            rules=self.mirrors.candidates(reference),
            target=self.mirrors.targets(reference),
        )

    def _judge(self, choices: _Choices, rule: Rule | None, site: Site) -> Verdict:
        reference = choices.reference
        if rule is None:
            if choices.target is not None:
                return self._already_mirrored(choices.target, reference)
            return self._unmatched(reference)
        self.met.add(rule.index)
        if rule.block:
            message = f'image must not be used, `{rule.label}` blocks it: "{reference.original}"'
            return _fail("blocked", message)
        if rule.keep:
            keep = Keep(
                source=key(reference), rule=rule.label, code="kept", pull_secrets=rule.pull_secrets
            )
            return self._pin(keep, reference, reference.name, (key(reference),))
        try:
            name = rename(rule, reference)
        except RenameFault as fault:
            return _fail(fault.code, fault.message, fault.hint)
        moved = replace(reference, domain=name.partition("/")[0], path=name.partition("/")[2])
        again = self._choices(moved)
        if not self._settles(again, site):
            message = f'must not be rewritten again by the next run: "{name}" (`{rule.label}`)'
            hint = "keep the target with a rule of its own: {source: ..., keep: true}"
            return _fail("not-convergent", message, hint)
        rewrite = Rewrite(
            image=name,
            source=reference.name,
            rule=rule.label,
            code="mirrored",
            pull_secrets=self._secrets(again.target),
        )
        return self._pin(rewrite, reference, name, (key(reference),))

    def _secrets(self, target: Target | None) -> tuple[str, ...]:
        # Every rule that leads to the target counts, so that a second run asks for the same names.
        rules = target.rules if target is not None else ()
        names = [name for rule in rules for name in rule.pull_secrets]
        return tuple(dict.fromkeys((*names, *self.config.pull_secrets.names)))

    def _settles(self, choices: _Choices, site: Site) -> bool:
        rule = _first_in_scope(choices, site)
        return rule.keep if rule is not None else choices.target is not None

    def _already_mirrored(self, target: Target, reference: Reference) -> Verdict:
        rule = target.rules[0]
        self.met.update(it.index for it in target.rules)
        sources = tuple(
            source for it in target.rules if (source := it.source_of(reference)) is not None
        )
        keep = Keep(
            source=key(reference),
            rule=rule.label,
            code="already-mirrored",
            pull_secrets=self._secrets(target),
        )
        return self._pin(keep, reference, reference.name, (*sources, key(reference)))

    def _unmatched(self, reference: Reference) -> Verdict:
        message = f'no rule covers "{reference.original}" ({reference.name})'
        hint = f"add a rule to `spec.mirrors`: {{source: {reference.domain}, target: ...}}"
        if self.config.unmatched == "fail":
            return _fail("no-rule", message, hint)
        problem = Problem(code="no-rule", message=message, severity="warning", hint=hint)
        keep = Keep(source=key(reference), rule="", code="no-rule")
        verdict = self._pin(keep, reference, reference.name, (key(reference),))
        if self.config.unmatched == "warn" and isinstance(verdict, Rewrite | Keep):
            verdict = replace(verdict, problems=(problem, *verdict.problems))
        return verdict

    def _pin(
        self, verdict: Rewrite | Keep, reference: Reference, name: str, lock_keys: Sequence[str]
    ) -> Verdict:
        mode = self.config.digests.mode
        digest = reference.digest
        problem = None
        if mode in ("lock", "resolve") and self.lock is not None:
            entries = (self.lock.get(lock_key) for lock_key in lock_keys)
            entry = next((it for it in entries if it is not None), None)
            is_told = entry is not None and not entry.is_answer
            if entry and is_told and digest and reference.tag and entry.digest != digest:
                message = (
                    f'digest must be the one in the lock, "{entry.digest}" '
                    f'({entry.position}): "{reference.original}"'
                )
                return _fail("digest-mismatch", message, "update the lock, or the manifest")
            digest = digest or (entry.digest if entry is not None else "")
            if not digest:
                problem = self.lock.faults.get(lock_keys[0]) or self._unpinned(
                    "not-locked", f'"{lock_keys[0]}" is not in {self.lock.name}'
                )
        elif mode == "require" and not digest:
            problem = self._unpinned("no-digest", f'must carry a digest: "{reference.original}"')
        if problem is not None and problem.severity == "error":
            return Fail(problem=problem)
        return self._written(verdict, reference, name, digest, problem)

    def _unpinned(self, code: str, message: str) -> Problem:
        hint = "add it to the lock, or set `digests.missing: warn`" if code == "not-locked" else ""
        severity: Severity = "error" if self.config.digests.missing == "fail" else "warning"
        return Problem(code=code, message=message, severity=severity, hint=hint)

    def _written(
        self,
        verdict: Rewrite | Keep,
        reference: Reference,
        name: str,
        digest: str,
        problem: Problem | None,
    ) -> Verdict:
        tag = reference.tag if self.config.digests.keep_tag or not digest else ""
        if isinstance(verdict, Keep):
            if digest == reference.digest:
                return replace(verdict, problems=(problem,) if problem else ())
            # Only a digest is added: the name stays as it was written.
            name = _name_as_written(reference)
            verdict = Rewrite(
                image="",
                source=reference.name,
                rule=verdict.rule,
                code="pinned",
                pull_secrets=verdict.pull_secrets,
            )
        image = name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
        return replace(verdict, image=image, problems=(problem,) if problem else ())


def _looks_like_an_image(site: Site) -> Skip:
    message = f'left alone: "{site.value}" looks like an image, and {site.resource} is unknown'
    hint = "name the place in `spec.fields`, or set `structure: rewrite`"
    problem = Problem(code="by-structure", message=message, severity="warning", hint=hint)
    return Skip(problem=problem)


def _first_in_scope(choices: _Choices, site: Site) -> Rule | None:
    floor = choices.target.length if choices.target is not None else 0
    for rule in choices.rules:
        if rule.source_length > floor and (
            rule.where is None or in_scope(rule.where, site.resource, site.container)
        ):
            return rule
    return None


def _name_as_written(reference: Reference) -> str:
    written = reference.original.partition("@")[0]
    return written.removesuffix(f":{reference.tag}") if reference.tag else written


def _fail(code: str, message: str, hint: str = "") -> Fail:
    return Fail(problem=Problem(code=code, message=message, hint=hint))


def _collide(decisions: list[Decision]) -> list[Decision]:
    sources: dict[str, dict[str, str]] = {}
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite) and verdict.code == "mirrored":
            name = _name(verdict.image)
            sources.setdefault(name, {}).setdefault(verdict.source, site.value)
    clashes = {name: tuple(origins) for name, origins in sources.items() if len(origins) > 1}
    if not clashes:
        return decisions
    return [
        (site, _collision(verdict, clashes) if isinstance(verdict, Rewrite) else verdict)
        for site, verdict in decisions
    ]


def _name(image: str) -> str:
    name = image.partition("@")[0]
    head, colon, tail = name.rpartition(":")
    return head if colon and "/" not in tail else name


def _collision(verdict: Rewrite, clashes: dict[str, tuple[str, ...]]) -> Verdict:
    name = _name(verdict.image)
    if verdict.code != "mirrored" or name not in clashes:
        return verdict
    others = " and ".join(f'"{source}"' for source in clashes[name])
    message = f'must not land on one name: {others} become "{name}"'
    hint = "put the host into the target, e.g. registry.example.com/docker.io, or use a template"
    return _fail("collision", message, hint)

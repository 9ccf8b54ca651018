"""What has to be at the mirrors: each image once, from where it comes to where it goes.

    docker.io/library/nginx:1.27@sha256:6965...
      -> registry.example.com/docker.io/library/nginx:1.27

What a rule keeps, and what its mirror builds itself (`allowDifferent`), is not copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from transformer.config.config import Config, PullSecrets
from transformer.config.mirrors import Mirrors, RenameFault, Rule, compile_rules
from transformer.config.template_language import Budget
from transformer.errors import Position, Problem, Severity
from transformer.image.reference import Reference, normalize
from transformer.lock.lock import Lock, LockEntry
from transformer.lock.wanted import final_of
from transformer.messages import counted, quoted
from transformer.model import Decision, Fail, Keep, Rewrite, Site, Skip
from transformer.records import record, replace

UNKNOWN_HINT = "write its upstream name, or give its rule a target in place of a template"


@record
class Copy:
    """One image to be at a mirror: where it comes from, and the name that it has there.

    `source` has its tag, its digest, or both; `target` has the tag, and no digest. One that has no
    tag is pulled by its digest alone. `platforms` are those that it is known to need, or to have;
    `is_index` is true where it is known to be for several. `tag_holds` is true where the tag was
    seen to stand for the digest. `subject` is the digest of what it belongs to, for a signature and
    the like; one that is `carried` comes with another. `notes` say of some of the places what it is
    for.
    """

    source: Reference
    target: Reference
    rule: Rule
    platforms: tuple[str, ...] = ()
    is_index: bool = False
    tag_holds: bool = False
    subject: str = ""
    carried: bool = False
    places: tuple[Position, ...] = ()
    notes: Mapping[Position, str] = MappingProxyType({})

    @property
    def digest(self) -> str:
        return self.source.digest

    @property
    def origin(self) -> Reference:
        """What to copy: by digest where it is known, as the tag may have moved on."""
        return replace(self.source, tag="") if self.digest else self.source

    @property
    def destination(self) -> Reference:
        """What to write: the tag, or without one the digest."""
        return self.target if self.target.tag else replace(self.target, digest=self.digest)


@record
class Plan:
    """The copies in order of first use, and what is to be said about them."""

    copies: tuple[Copy, ...]
    problems: tuple[Problem, ...] = ()


def planned(config: Config) -> Config:
    """The configuration with which manifests are searched for a plan.

    What is not locked is copied by its tag, and nobody is authorised. What no target has is to be
    at the first.
    """
    rules = tuple(replace(rule, pull_secrets=(), on_absent="fail") for rule in config.rules)
    mode = "lock" if config.digests.mode in ("lock", "resolve") else "off"
    digests = replace(config.digests, mode=mode, missing="warn", unpinnable="info", platforms=())
    return replace(config, rules=rules, digests=digests, pull_secrets=PullSecrets())


def of_decisions(decisions: Iterable[Decision], config: Config, lock: Lock | None) -> Plan:
    """The plan for manifests, given the configuration as it was read, and the lock if any.

    The decisions are those that were made with what `planned` makes of the configuration.
    """
    draft = _Draft(config, lock)
    for site, verdict in decisions:
        if not isinstance(verdict, Skip | Fail) and verdict.code != "no-rule":
            draft.add(site, verdict)
    return draft.plan()


def of_lock(lock: Lock, config: Config) -> Plan:
    """The plan for the entries of a lock, as they are pulled where no rule with a `where` applies.

    An entry that its rule blocks, or cannot rename, is an error among the problems.
    """
    draft = _Draft(config, lock)
    mirrors, budget = compile_rules(planned(config).rules), Budget()
    for key in lock:
        entry = lock.get(key)
        assert entry is not None
        try:
            final, rule = final_of(key, mirrors, budget, entry.targets)
        except RenameFault as fault:
            draft.say(fault.code, fault.message, entry.position, fault.hint)
            continue
        if rule is not None and not rule.keep:
            source = replace(normalize(key), digest=entry.digest)
            draft.note(source, final, draft.rules[rule.label], entry.position)
    return draft.plan()


class _Group:
    # What is known of one source and target, whatever digest is written there.
    def __init__(self, source: Reference, target: Reference, rule: Rule) -> None:
        self.source = source
        self.target = target
        self.rule = rule
        self.places: dict[str, list[Position]] = {}
        self.platforms: set[str] = set()
        self.notes: dict[Position, str] = {}


class _Draft:
    def __init__(self, config: Config, lock: Lock | None) -> None:
        self.config = config
        self.lock = lock
        self.mirrors: Mirrors = compile_rules(config.rules)
        self.rules: Mapping[str, Rule] = {rule.label: rule for rule in config.rules}
        self.known: dict[tuple[str, str, str], tuple[Reference, Reference] | None] = {}
        self.groups: dict[tuple[str, str], _Group] = {}
        self.problems: dict[tuple[str, str], Problem] = {}

    def add(self, site: Site, verdict: Rewrite | Keep) -> None:
        rule = self.rules[verdict.rule]
        if rule.keep:
            return
        position = site.position
        written = site.written
        if site.names != "image":
            message = f"{quoted(written)} is {_PARTS}: expected its tag, to be planned"
            self.say("not-whole", message, position, severity="warning")
            return
        image = verdict.image if isinstance(verdict, Rewrite) else ""
        memo = (written, image, verdict.rule)
        if memo not in self.known:
            self.known[memo] = self._understood(written, verdict, position)
        known = self.known[memo]
        if known is not None:
            self.note(*known, rule, position, site.platforms, site.note)

    def note(
        self,
        source: Reference,
        final: Reference,
        rule: Rule,
        position: Position,
        platforms: Iterable[str] = (),
        note: str = "",
    ) -> None:
        source = source.with_tag_default()
        target = replace(final, tag=source.tag, digest="")
        if rule.allow_different:
            message = f"is built by its mirror, as `{rule.label}` allows: {quoted(target.name)}"
            self.say("built-there", message, position, severity="info")
            return
        key = (f"{source.name}:{source.tag or source.digest}", target.name)
        group = self.groups.setdefault(key, _Group(source, target, rule))
        group.places.setdefault(source.digest, []).append(position)
        group.platforms.update(platforms)
        if note:
            group.notes[position] = note

    def say(
        self,
        code: str,
        message: str,
        position: Position,
        hint: str = "",
        severity: Severity = "error",
    ) -> None:
        problem = Problem(
            code=code, message=message, severity=severity, position=position, hint=hint
        )
        self.problems.setdefault((code, message), problem)

    def plan(self) -> Plan:
        copies = tuple(copy for group in self.groups.values() for copy in self._copies(group))
        return Plan(copies=copies, problems=tuple(self.problems.values()))

    def _understood(
        self, written: str, verdict: Rewrite | Keep, position: Position
    ) -> tuple[Reference, Reference] | None:
        reference, _ = self.mirrors.upstream(normalize(written))
        if isinstance(verdict, Rewrite):
            final = normalize(verdict.image)
            reference = replace(reference, digest=final.digest)
            if verdict.code == "mirrored":
                return reference, final
        origin = self._origin(reference)
        if origin is None:
            message = f"is at its mirror, and not known where from: {quoted(written)}"
            self.say("unknown-source", message, position, UNKNOWN_HINT, "warning")
            return None
        return replace(reference, domain=origin.domain, path=origin.path), reference

    def _origin(self, reference: Reference) -> Reference | None:
        # Of several upstream names that lead to one, the one that the lock has.
        target = self.mirrors.targets(reference)
        rules = target.rules if target else ()
        keys = tuple(dict.fromkeys(filter(None, (it.source_of(reference) for it in rules))))
        if len(keys) > 1 and self.lock is not None:
            keys = tuple(key for key in keys if self.lock.get(key) is not None)
        return normalize(keys[0]) if len(keys) == 1 else None

    def _copies(self, group: _Group) -> Iterable[Copy]:
        # A site that writes no digest, as its field takes none, means the one that others have.
        places = group.places
        digests = [it for it in places if it]
        source, target = group.source, group.target
        entry = self.lock.get(source.key) if self.lock is not None else None
        if not digests and entry is not None:
            digests = [entry.digest]
        if len(digests) < 2:
            every = tuple(it for found in places.values() for it in found)
            yield self._copy(group, "".join(digests), target, entry, every)
            return
        first = places[digests[0]][0]
        message = f"{quoted(source.key)} has {counted(len(digests), 'digest')} and one tag to keep"
        hint = "only the first keeps its tag at the mirror; what has none may be cleaned up there"
        self.say("two-digests", message, first, hint, "warning")
        for digest in places:
            kept = digest in ("", digests[0])
            name = target if kept else replace(target, tag="")
            yield self._copy(group, digest, name, entry, tuple(places[digest]))

    def _copy(
        self,
        group: _Group,
        digest: str,
        target: Reference,
        entry: LockEntry | None,
        places: tuple[Position, ...],
    ) -> Copy:
        wanted = (*self.config.digests.platforms, *group.platforms)
        fits = entry if entry is not None and entry.digest == digest else None
        offered = tuple(fits.platforms) if fits is not None else ()
        media_type = fits.descriptor.media_type if fits is not None else ""
        return Copy(
            source=replace(group.source, digest=digest),
            target=target,
            rule=group.rule,
            platforms=tuple(sorted({*wanted, *offered})),
            is_index=".index." in media_type or ".list." in media_type,
            places=places,
            notes={it: group.notes[it] for it in places if it in group.notes},
        )


_PARTS = "a part of a name"

"""From an image to the rules that cover it, and to its new name.

    mirrors:
    - source: docker.io                         docker.io/library/nginx
      target: registry.example.com/docker.io    registry.example.com/docker.io/library/nginx
    - source: docker.io/acme                    docker.io/acme/web
      target: registry.example.com/acme         registry.example.com/acme/web

As in containers-registries.conf(5), version 2, on normalised names: a source matches at the borders
of path components, the longest one wins whatever the order, and `*.host` stands for hosts below it
with and without a port, never for the bare host. Unlike there, a host without a port never matches
one with a port, `*` is everything, and a rule gives a name only: tag and digest stay the image's
own. A look-up costs the same for one rule and for hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from transformer.config.rule import Rule, Sourced, holds
from transformer.config.scope import Where, in_scope
from transformer.config.template_language import Budget, BudgetSpent, TemplateFault
from transformer.config.templates import CompiledTemplate, render_target
from transformer.errors import ConfigError, Problem
from transformer.image.reference import HUB, NAME, Reference
from transformer.image.registries import refusal
from transformer.image.repository import (
    MAX_NAME,
    Pattern,
    host_as_folder,
    is_canonical,
    parse_source,
    without_port,
)
from transformer.messages import quoted
from transformer.records import record, replace

__all__ = [
    "Mirrors",
    "RenameFault",
    "Rule",
    "Sourced",
    "Target",
    "Where",
    "compile_rules",
    "in_scope",
    "rename",
]


@record
class Target:
    """A name that images are mirrored under, and the rules that mirror there, in their order.

    `pull_secrets` are theirs. `origins` are those of them that say something of their own about
    where an image came from.
    """

    name: str
    rules: tuple[Rule, ...]
    pull_secrets: tuple[str, ...] = ()
    origins: tuple[Rule, ...] = ()

    @property
    def length(self) -> int:
        return len(self.name)


class RenameFault(Exception):
    """A rule gives an image no name that can be used."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Mirrors:
    """The rules of a configuration, indexed by what they match."""

    __slots__ = ("_has_names", "_names", "_targets", "_wildcards", "target_hosts")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._names: dict[str, list[Sourced]] = {}
        self._wildcards: dict[str, list[Sourced]] = {}
        self._has_names = any(rule.same_as for rule in rules)
        for source, its in groupby(sorted(rules, key=_precedence), lambda it: it.source):
            pattern = parse_source(source)
            index = self._wildcards if pattern.is_wildcard else self._names
            index.setdefault(pattern.name, []).append(Sourced(pattern, tuple(its)))
        led: dict[str, list[Rule]] = {}
        for rule in rules:
            for prefix in rule.prefixes:
                led.setdefault(prefix, []).append(rule)
        self._targets = {name: _target(name, its) for name, its in led.items()}
        self.target_hosts = frozenset(it.partition("/")[0] for it in led)

    def sources(self, reference: Reference) -> tuple[Sourced, ...]:
        """The rules whose source matches a normalised reference, by source, the longest first."""
        found = [
            it
            for folder in _folders(reference.name)
            for it in self._names.get(folder, ())
            if holds(it.pattern, reference)
        ]
        if self._wildcards:
            found += self._covering(reference.domain)
        return tuple(found)

    def candidates(self, reference: Reference) -> tuple[Rule, ...]:
        """Every rule whose source matches a normalised reference, the most specific first.

        Of one source, rules with a `where` come before those without, then the order of the
        configuration counts.
        """
        sources = self.sources(reference)
        return tuple(rule for it in sources for rule in it.rules if rule.covers(reference))

    def upstream(self, reference: Reference) -> tuple[Reference, Rule | None]:
        """A normalised reference under the name that all names of its registry stand for.

        Returns it with the rule that says so; as it is, and None, where no rule does.
        """
        if not self._has_names:
            return reference, None
        rule = next((it for it in self.candidates(reference) if it.where is None), None)
        if rule is None or not rule.same_as:
            return reference, None
        target = self.targets(reference)
        if target is not None and target.length >= rule.source_length:
            return reference, None
        rest = reference.name[len(rule.source) :]
        domain, _, path = f"{rule.same_as}{rest}".partition("/")
        return replace(reference, domain=domain, path=path), rule

    def _covering(self, host: str) -> list[Sourced]:
        parents = [*_parents(host)]
        bare = without_port(host)
        if bare != host:
            # The longest text wins, and a port is part of it.
            parents = sorted((*parents, *_parents(bare)), key=len, reverse=True)
        return [found for it in (*parents, "") for found in self._wildcards.get(it, ())]

    def targets(self, reference: Reference) -> Target | None:
        """The longest target that a normalised reference lies under: it is already mirrored."""
        for folder in _folders(reference.name):
            if folder in self._targets:
                return self._targets[folder]
        return None

    def origins(self, reference: Reference) -> tuple[Rule, ...]:
        """The rules that may have led to a mirrored image, in the order of the configuration.

        Those that say the same of where it came from are there once.
        """
        targets = (self._targets.get(it) for it in _folders(reference.name))
        found = {rule.index: rule for it in targets if it is not None for rule in it.origins}
        return tuple(found[index] for index in sorted(found))


def compile_rules(rules: Iterable[Rule]) -> Mirrors:
    """Index rules, given in the order of the configuration."""
    return Mirrors(tuple(rules))


def rename(rule: Rule, reference: Reference, budget: Budget) -> str:
    """The name, host/path without tag and digest, that a rule gives a reference it matches.

    Takes a rule with a target or a template, and what the templates of the run may still cost.
    Raises `RenameFault` for a name that is longer than `MAX_NAME`, is no full image name, or cannot
    be rendered, and `ConfigError` at the rule where the budget is spent.
    """
    if rule.template is None:
        name = _moved(rule, reference)
    else:
        name = _rendered(rule, rule.template, reference, budget)
    if len(name) > MAX_NAME:
        raise RenameFault(
            "name-too-long",
            f"`{rule.label}` gives a name longer than {MAX_NAME} characters: "
            f"{quoted(name)} has {len(name)}",
            "a template can shorten it, for example with {{ source | crc32 }}",
        )
    if not is_canonical(name):
        hint = f"write a target with a folder, for example {HUB}/mirror"
        raise _no_name(rule, f"a short name on {HUB}", name, hint)
    refused = refusal(name)
    if refused is not None:
        message = f"`{rule.label}` gives {quoted(name)}: expected {refused.demand}"
        raise RenameFault("refused-name", message, refused.hint)
    return name


def _moved(rule: Rule, reference: Reference) -> str:
    pattern = parse_source(rule.source)
    if pattern.is_everything:
        return _below_target(rule, reference)
    if pattern.is_wildcard:
        return _behind_host(rule, pattern, reference)
    rest = reference.name[len(pattern.name) :]
    if not rest and "/" not in rule.target:
        hint = f"{rule.source} is a whole repository, so its target is one too"
        raise _no_name(rule, "a host without a path", rule.target, hint)
    return rule.target + rest


def _below_target(rule: Rule, reference: Reference) -> str:
    folder = host_as_folder(reference.domain)
    name = f"{rule.target}/{folder}/{reference.path}"
    # Hosts have capitals and brackets, and names have none behind their first slash.
    if folder != folder.lower() or "[" in folder:
        hint = f"give {reference.domain} a rule of its own"
        raise _no_name(rule, "capitals or brackets behind a host", name, hint)
    return name


def _behind_host(rule: Rule, pattern: Pattern, reference: Reference) -> str:
    # What the source leaves of the host is a port, which stays behind that of the target.
    bare = without_port(reference.domain)
    if bare == reference.domain or reference.domain.endswith(f".{pattern.name}"):
        return f"{rule.target}/{reference.path}"
    name = f"{rule.target}{reference.domain[len(bare) :]}/{reference.path}"
    if "/" in rule.target or without_port(rule.target) != rule.target:
        hint = f"give {reference.domain} a rule of its own"
        raise _no_name(rule, "a port behind anything but a host", name, hint)
    return name


def _rendered(rule: Rule, template: CompiledTemplate, reference: Reference, budget: Budget) -> str:
    import re

    variables = {
        "host": reference.domain,
        "repository": reference.path,
        "name": reference.path.rpartition("/")[2],
        "source": reference.name,
        "tag": reference.tag,
        "digest": reference.digest,
    }
    try:
        name = render_target(template, variables, budget)
    except TemplateFault as fault:
        message = f"`template` of `{rule.label}` {fault.message}, for {quoted(reference.name)}"
        if isinstance(fault, BudgetSpent):
            problem = Problem(
                code="bad-template", message=message, position=rule.position, hint=fault.hint
            )
            raise ConfigError(problem) from None
        raise RenameFault("bad-template", message, fault.hint) from None
    if not re.fullmatch(NAME, name):
        raise _no_name(rule, "anything but host/path", name, "")
    return name


def _no_name(rule: Rule, what: str, name: str, hint: str) -> RenameFault:
    message = f"`{rule.label}` gives {what}: {quoted(name)}"
    return RenameFault("bad-name", message, hint)


def _target(name: str, rules: Sequence[Rule]) -> Target:
    alike: dict[object, Rule] = {}
    for rule in rules:
        alike.setdefault((rule.source, rule.prefixes, rule.template is None), rule)
    return Target(
        name=name,
        rules=tuple(rules),
        pull_secrets=tuple(dict.fromkeys(name for it in rules for name in it.pull_secrets)),
        origins=tuple(alike.values()),
    )


def _precedence(rule: Rule) -> tuple[int, str, bool, int]:
    return -rule.source_length, rule.source, rule.where is None, rule.index


def _folders(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition("/")[0]


def _parents(host: str) -> Iterator[str]:
    _, dot, parent = host.partition(".")
    while dot:
        yield parent
        _, dot, parent = parent.partition(".")

"""The distinct images that manifests, or a lock, ask for: under which key, and from where.

A lock is keyed by upstream names, and a cluster pulls from mirrors. Here the two meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from types import MappingProxyType
from typing import TypeAlias

from transformer.config.config import Config
from transformer.config.mirrors import (
    Mirrors,
    RenameFault,
    Rule,
    compile_rules,
    in_scope,
    rename,
)
from transformer.config.template_language import Budget
from transformer.errors import Position
from transformer.image.reference import Reference, normalize
from transformer.lock.targets import Way, chosen_rules, ways
from transformer.model import Decision, Fail, Keep, Rewrite, Site, Skip
from transformer.records import record, replace


@record
class Wanted:
    """One image: its lock key, and the names, with their tag, that it is pulled by.

    `chains` has for each of its names the ways to it: the first that is there is the one.
    `others` are keys under which a lock may have it as well. `digests` has the digests that the
    manifests write beside the tag, each with the first site that does; `needs_digest` is true when
    a site writes none. `places` are those where it is used, in source order. `may_differ`: the
    first of its names may stand for other bytes than the source's. `platforms` are those that it
    must offer, beside what every image must. `signing` are the rules that say who must have signed
    it.
    """

    key: str
    others: tuple[str, ...] = ()
    chains: tuple[tuple[Way, ...], ...]
    digests: tuple[tuple[str, Site], ...] = ()
    needs_digest: bool = True
    places: tuple[Position, ...] = ()
    may_differ: bool = False
    platforms: tuple[str, ...] = ()
    signing: tuple[Rule, ...] = ()

    @property
    def finals(self) -> tuple[Reference, ...]:
        """The first of the ways to each of its names."""
        return tuple(chain[0].final for chain in self.chains)

    @property
    def source(self) -> Reference:
        """The upstream name with its tag."""
        return normalize(self.key)


# Keys of the lock, the ways to its final name, the digest that is written, whether bytes may
# differ, and the rules that say who must have signed.
_Known: TypeAlias = tuple[tuple[str, ...], tuple[Way, ...], str, bool, tuple[Rule, ...]]


class _Group:
    def __init__(self, others: tuple[str, ...]) -> None:
        self.others = others
        self.chains: dict[str, tuple[Way, ...]] = {}
        self.allowing: set[str] = set()
        self.signing: dict[int, Rule] = {}
        self.digests: dict[str, Site] = {}
        self.needs_digest = False
        self.sites: list[Site] = []


def wanted_images(decisions: Iterable[Decision], config: Config) -> dict[str, Wanted]:
    """The images of a run by lock key, in order of first use.

    Takes the decisions of a run that pinned nothing. An image with a digest and no tag has no key,
    and is not among them.
    """
    mirrors = compile_rules(config.rules)
    allowing = {rule.label for rule in config.rules if rule.allow_different}
    signing = {rule.label: rule for rule in config.rules if rule.signed_by is not None}
    choosing = {rule.label: rule for rule in config.rules if rule.chooses}
    known: dict[object, _Known] = {}
    groups: dict[str, _Group] = {}
    for site, verdict in decisions:
        # The lock is about images that rules cover.
        if isinstance(verdict, Skip | Fail) or verdict.code == "no-rule":
            continue
        # What takes no digest may be no whole image: nobody is asked for one.
        if site.digest == "none":
            continue
        image = verdict.image if isinstance(verdict, Rewrite) else ""
        rules: tuple[Rule, ...] = ()
        if verdict.rule in choosing and verdict.code == "mirrored":
            rules = _followed(mirrors, site, choosing[verdict.rule])
        memo = (site.value, image, verdict.rule, *(it.index for it in rules))
        if memo not in known:
            known[memo] = _understood(mirrors, site.written, verdict, allowing, signing, rules)
        keys, chain, digest, allows, demanding = known[memo]
        if digest and not chain[0].final.tag:
            continue
        name = " ".join(str(it.final) for it in chain)
        group = groups.setdefault(keys[0], _Group(keys[1:]))
        group.chains.setdefault(name, chain)
        if allows:
            group.allowing.add(name)
        group.signing |= {it.index: it for it in demanding}
        group.sites.append(site)
        if digest:
            group.digests.setdefault(digest, site)
        else:
            group.needs_digest = True
    return {name: _wanted(name, group) for name, group in groups.items()}


def _wanted(name: str, group: _Group) -> Wanted:
    return Wanted(
        key=name,
        others=group.others,
        chains=tuple(group.chains.values()),
        digests=tuple(group.digests.items()),
        needs_digest=group.needs_digest,
        places=tuple(site.position for site in group.sites),
        may_differ=next(iter(group.chains)) in group.allowing,
        platforms=tuple(dict.fromkeys(it for site in group.sites for it in site.platforms)),
        signing=tuple(group.signing.values()),
    )


def _followed(mirrors: Mirrors, site: Site, first: Rule) -> tuple[Rule, ...]:
    # The rules to follow at a site, one after the other, where those before have it at no target.
    reference, _ = mirrors.upstream(normalize(site.written))
    found = [
        it
        for it in _above(mirrors, reference)
        if site.artifact in it.artifacts and in_scope(it.where, site.resource, site.container)
    ]
    return tuple(found[found.index(first) :])


def _above(mirrors: Mirrors, reference: Reference) -> Iterator[Rule]:
    # Those that are more specific than the target that an image lies under, if any.
    target = mirrors.targets(reference)
    floor = target.length if target is not None else 0
    return (it for it in mirrors.candidates(reference) if it.source_length > floor)


def _understood(
    mirrors: Mirrors,
    text: str,
    verdict: Rewrite | Keep,
    allowing: Set[str],
    signing: Mapping[str, Rule],
    rules: Sequence[Rule],
) -> _Known:
    reference, _ = mirrors.upstream(normalize(text))
    target = None
    final = reference
    if rules:
        whole = replace(reference.with_tag_default(), digest="")
        chain = tuple(ways(rules, whole, Budget()))
        demanding = tuple(it for it in rules if it.label in signing)
        return (reference.key,), chain, reference.digest, verdict.rule in allowing, demanding
    if isinstance(verdict, Rewrite):
        final = replace(normalize(verdict.image), tag=reference.tag, digest=reference.digest)
    elif verdict.code == "already-mirrored":
        target = mirrors.targets(reference)
    rules = target.rules if target else ()
    sources = [rule.source_of(reference) for rule in rules]
    keys = tuple(dict.fromkeys((*filter(None, sources), reference.key)))
    allows = verdict.rule in allowing or any(it.allow_different for it in rules)
    way = Way(final=replace(final.with_tag_default(), digest=""))
    labels = dict.fromkeys((verdict.rule, *(it.label for it in rules)))
    demanding = tuple(signing[it] for it in labels if it in signing)
    return keys, (way,), reference.digest, allows, demanding


def of_key(name: str, position: Position, config: Config, budget: Budget) -> Wanted:
    """The image of a lock's entry, as it is pulled where no rule with a `where` applies.

    Takes the key, where it stands in the lock, and what templates may still cost. Raises
    `RenameFault` for one that its rule blocks or cannot rename.
    """
    mirrors = compile_rules(config.rules)
    final, rule = final_of(name, mirrors, budget)
    allows = rule is not None and rule.allow_different
    chain: tuple[Way, ...] = (Way(final=final),)
    if rule is not None and rule.chooses:
        reference, _ = mirrors.upstream(normalize(name))
        chain = tuple(ways(_unscoped(mirrors, reference), reference, budget))
    signing = (rule,) if rule is not None and rule.signed_by is not None else ()
    return Wanted(key=name, chains=(chain,), places=(position,), may_differ=allows, signing=signing)


def final_of(
    name: str,
    mirrors: Mirrors,
    budget: Budget,
    targets: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Reference, Rule | None]:
    """The name by which the image of a lock's key is pulled, and the rule that says so, if any.

    Takes the key, the rules, of which those with a `where` do not count, what templates may still
    cost, and the `targets` of the entry. Raises `RenameFault` as `of_key` does.
    """
    reference, _ = mirrors.upstream(normalize(name))
    rule = next(iter(chosen_rules(_unscoped(mirrors, reference), targets)), None)
    if rule is not None and rule.block:
        message = f'"{name}" is blocked by `{rule.label}`'
        raise RenameFault("blocked", message, "take it out of the lock with --prune")
    if rule is None or rule.keep:
        return reference, rule
    domain, _, path = rename(rule, reference, budget).partition("/")
    return replace(reference, domain=domain, path=path), rule


def _unscoped(mirrors: Mirrors, reference: Reference) -> tuple[Rule, ...]:
    return tuple(
        it for it in _above(mirrors, reference) if it.where is None and "images" in it.artifacts
    )

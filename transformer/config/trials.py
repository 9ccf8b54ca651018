"""Rules tried on one image, one by one, and in words why each wins or loses.

    lost  mirrors[1]  docker.io/acme   docker.io/library/nginx is another repository
    lost  mirrors[2]  docker.io        `where.namespaces` has edge-*, not "shop"
    won   mirrors[0]  docker.io        the first that covers it

What happens in a run is decided by `mirrors` and `scope`, with an index; here is the same order
and the same answer for people.
"""

from __future__ import annotations

from collections.abc import Iterable

from transformer.config.mirrors import Rule, Where
from transformer.config.scope import in_scope
from transformer.image.reference import Reference
from transformer.image.repository import parse_source, under
from transformer.messages import listed, quoted, shown
from transformer.model import Resource
from transformer.records import record, replace

# How an image is written that a rule with `only` is not for.
_WRITTEN = {"digests": "without", "tags": "with"}


@record
class Trial:
    """A rule that was tried: whether it is the one to follow, and why it is, or is not.

    `is_name` is for a rule that said under which other name the others were tried.
    """

    rule: Rule
    is_won: bool
    reason: str
    is_name: bool = False


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Rules in the order in which they are tried: names before wildcards, the longest first."""
    return sorted(rules, key=_precedence)


def _precedence(rule: Rule) -> tuple[bool, int, int, str, bool, int]:
    pattern = parse_source(rule.source)
    return (
        pattern.is_wildcard,
        -len(pattern.name),
        -rule.source_length,
        rule.source,
        rule.where is None,
        rule.index,
    )


def mismatch(rule: Rule, reference: Reference) -> str:
    """Why a rule's source does not cover a normalised reference; '' where it does."""
    if not rule.covers(reference):
        return f"`only` is {rule.only}, and the image is written {_WRITTEN[rule.only]} a digest"
    pattern = parse_source(rule.source)
    host, slash, _ = pattern.name.partition("/")
    if pattern.is_wildcard:
        is_below = pattern.holds_host(reference.domain)
        return "" if is_below else f"{shown(reference.domain)} is not a host below {pattern.name}"
    if reference.domain != host:
        return f"{shown(reference.domain)} is another host"
    if pattern.tag or pattern.digest:
        if reference.name != pattern.name:
            return f"{shown(reference.name)} is another repository"
        return _other_version(pattern.tag, pattern.digest, reference)
    if slash and not under(reference.name, pattern.name):
        return f"{shown(reference.name)} does not lie under it"
    return ""


def _other_version(tag: str, digest: str, reference: Reference) -> str:
    if digest:
        return "" if reference.digest == digest else "the image has not that digest"
    found = reference.with_tag_default().tag
    return "" if found == tag else f"the image has {f'the tag {found}' if found else 'no tag'}"


def out_of_scope(where: Where | None, resource: Resource, container: str) -> str:
    """Why a rule's scope does not cover a container of an object; '' where it does."""
    if where is None or in_scope(where, resource, container):
        return ""
    facts = {
        "namespaces": (where.namespaces, resource.namespace),
        "kinds": (where.kinds, resource.kind),
        "containers": (where.containers, container),
    }
    for key, (globs, text) in facts.items():
        if not in_scope(replace(Where(), **{key: globs}), resource, container):
            return f"`where.{key}` has {listed(globs)}, not {quoted(text)}"
    wanted = (f"{key}={value}" for key, value in where.labels)
    return f"`where.selector` wants labels that the object does not have: {listed(wanted)}"


def try_rules(
    rules: Iterable[Rule], reference: Reference, resource: Resource, container: str, floor: int
) -> list[Trial]:
    """Try rules on an image in a container of an object, each in its turn.

    Takes all rules, the normalised reference, the object, the container's name, and the length of
    the target that the image lies under already, 0 for none.
    """
    trials: list[Trial] = []
    winner: Rule | None = None
    for rule in in_order(rules):
        reason = mismatch(rule, reference) or out_of_scope(rule.where, resource, container)
        if not reason and winner is not None:
            reason = f"`{winner.label}` was tried before it"
        elif not reason and rule.source_length <= floor:
            reason = "the target that the image lies under already is as long or longer"
        elif not reason:
            winner = rule
        trials.append(
            Trial(rule=rule, is_won=rule is winner, reason=reason or "the first that covers it")
        )
    return trials

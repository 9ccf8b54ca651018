"""The scope of a rule: which objects and containers it is for.

    where: {namespaces: [edge-*], kinds: [DaemonSet], selector: {matchLabels: {tier: edge}}}

Namespaces, kinds and containers are globs, in which `*` stands for any characters and nothing else
is special; one of them must match, and every label must be on the object itself.
"""

from __future__ import annotations

from transformer.model import Resource
from transformer.places.glob import glob_matches
from transformer.records import record

ANY = ("*",)


@record
class Where:
    """The scope of a rule: globs, in which only `*` is special, and labels that an object has."""

    namespaces: tuple[str, ...] = ANY
    kinds: tuple[str, ...] = ANY
    containers: tuple[str, ...] = ANY
    labels: tuple[tuple[str, str], ...] = ()

    def covers(self, other: Where) -> bool:
        """Whether everything in the other scope is in this one."""
        return (
            _all_match(self.namespaces, other.namespaces)
            and _all_match(self.kinds, other.kinds)
            and _all_match(self.containers, other.containers)
            and set(self.labels) <= set(other.labels)
        )


def in_scope(where: Where | None, resource: Resource, container: str) -> bool:
    """Whether a scope covers a container, '' outside of any, of an object.

    An object without a namespace has '' for it, which `*` matches.
    """
    if where is None:
        return True
    return (
        _any_matches(where.namespaces, resource.namespace)
        and _any_matches(where.kinds, resource.kind)
        and _any_matches(where.containers, container)
        and all(resource.labels.get(name) == value for name, value in where.labels)
    )


def _any_matches(globs: tuple[str, ...], text: str) -> bool:
    return globs == ANY or any(glob_matches(glob, text) for glob in globs)


def _all_match(globs: tuple[str, ...], others: tuple[str, ...]) -> bool:
    # Only a `*` matches a `*`: a glob that matches another's text matches all that it stands for.
    return all(_any_matches(globs, other) for other in others)

"""The scope of a rule: which objects and containers it is for.

    where: {namespaces: [edge-*], kinds: [DaemonSet], selector: {matchLabels: {tier: edge}}}

Namespaces, kinds and containers are globs, in which `*` stands for any characters and nothing else
is special; one of them must match, and every label must be on the object itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from transformer.model import Resource
from transformer.places.glob import glob_matches
from transformer.records import record

Labels: TypeAlias = "tuple[tuple[str, str], ...]"

ANY = ("*",)

# Pairs of globs that are compared in all, a second's work.
MAX_COMPARED = 1_000_000


@record
class Where:
    """The scope of a rule: globs, in which only `*` is special, and labels that an object has."""

    namespaces: tuple[str, ...] = ANY
    kinds: tuple[str, ...] = ANY
    containers: tuple[str, ...] = ANY
    labels: Labels = ()

    @property
    def holds_volumes(self) -> bool:
        """Whether it is also for what is in no container."""
        return _any_matches(self.containers, "")

    def is_for(self, kind: str) -> bool:
        """Whether each kind that it names is this one, as far as globs say."""
        return all(glob_matches(it, kind) for it in self.kinds)

    def covers(self, other: Where) -> bool:
        """Whether everything in the other scope is in this one."""
        return (
            _all_match(self.namespaces, other.namespaces)
            and _all_match(self.kinds, other.kinds)
            and _all_match(self.containers, other.containers)
            and set(self.labels) <= set(other.labels)
        )


class Scopes:
    """Scopes in their order, to be asked which of them cover another, or an object.

    Only those that may are compared, so that thousands of scopes of one source cost no more each;
    and not more pairs of globs in all than `most`: after that none is found.
    """

    __slots__ = ("_indexes", "_left", "_scopes")

    def __init__(self, most: float = float("inf")) -> None:
        self._left = most
        self._scopes: list[Where] = []
        self._indexes: tuple[dict[object, list[int]], ...] = ({}, {}, {}, {})

    def add(self, where: Where) -> None:
        # Each by what it must have, of several the rarest so far: many may have a label in common.
        globs = [map(_of_glob, it) for it in _globs(where)]
        for index, its in zip(self._indexes, (*globs, [where.labels or (None,)]), strict=True):
            for key in {min(keys, key=lambda it: len(index.get(it, ()))) for keys in its}:
                index.setdefault(key, []).append(len(self._scopes))
        self._scopes.append(where)

    def covering(self, where: Where) -> Iterator[int]:
        """The numbers of the scopes that cover this one, counted from 0, in their order."""
        keys: list[Iterable[object]] = [_ends(it[0]) for it in _globs(where)]
        likely = (
            [index[key] for key in its if key in index]
            for index, its in zip(self._indexes, (*keys, (None, *where.labels)), strict=True)
        )
        fewest = min(likely, key=lambda found: sum(map(len, found)))
        numbers = sorted({number for found in fewest for number in found})
        return (it for it in numbers if self._covers(self._scopes[it], where))

    def _covers(self, scope: Where, other: Where) -> bool:
        pairs = zip(_globs(scope), _globs(other), strict=True)
        self._left -= sum(len(globs) * len(others) for globs, others in pairs)
        return self._left >= 0 and scope.covers(other)


def _of_glob(glob: str) -> tuple[tuple[str, bool], ...]:
    # What a text begins with, or with true ends with, that the glob matches.
    return (glob.partition("*")[0], False), (glob.rpartition("*")[2], True)


def _ends(text: str) -> Iterator[tuple[str, bool]]:
    for length in range(len(text) + 1):
        yield text[:length], False
        yield text[length:], True


def _globs(where: Where) -> tuple[tuple[str, ...], ...]:
    return where.namespaces, where.kinds, where.containers


def scope_of(resource: Resource, container: str) -> Where:
    """The scope that holds a container of an object and nothing else."""
    return Where(
        namespaces=(resource.namespace,),
        kinds=(resource.kind,),
        containers=(container,),
        labels=tuple(resource.labels.items()),
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

"""Pull secrets whose name kustomize has made: `registry-pull` is `registry-pull-bm4mtdbm8c`.

kustomize ends the name of what its secretGenerator makes with a hash, and follows it everywhere in
what it builds (api/hasher/hasher.go: ten characters that are no vowels, and not 0, 1, 3). Whoever
reads its output sees the whole name, and a pod that names the short one pulls with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from transformer.errors import Problem
from transformer.messages import listed, quoted
from transformer.model import Decision, Keep, Resource, Result, Rewrite, Site
from transformer.records import record, replace

_hash = re.compile("-[2456789bcdfghkmt]{10}").fullmatch

# A namespace, and a name that the rules grant.
Key: TypeAlias = "tuple[str, str]"

# Secrets by their names, and these by their namespaces.
There: TypeAlias = "Mapping[str, Mapping[str, Resource]]"


@record
class Renamed:
    """Decisions whose names are those in the stream, all names in their order, and what to say."""

    decisions: Sequence[Decision]
    order: tuple[str, ...]
    results: tuple[Result, ...] = ()


def rename(
    decisions: Sequence[Decision], order: Sequence[str], secrets: Iterable[Resource]
) -> Renamed:
    """Give granted names the hash that they have in the stream.

    Takes the run's decisions, all names of the configuration in their order, and the Secrets of the
    stream that hold credentials for registries.
    """
    there = by_namespace(secrets)
    first = _first_sites(decisions, there) if there else {}
    if not first:
        return Renamed(decisions=decisions, order=tuple(order))
    meant = {key: meant_by(key[1], there[key[0]]) for key in first}
    names = {key: found[0] for key, found in meant.items() if len(found) == 1}
    return Renamed(
        decisions=[_renamed(it, names) for it in decisions],
        order=tuple(dict.fromkeys(_in_order(order, names))),
        results=tuple(_results(first, meant, there)),
    )


def by_namespace(secrets: Iterable[Resource]) -> dict[str, dict[str, Resource]]:
    """Secrets by their names, and these by their namespaces."""
    there: dict[str, dict[str, Resource]] = {}
    for secret in secrets:
        there.setdefault(secret.namespace, {})[secret.name] = secret
    return there


def _first_sites(decisions: Iterable[Decision], there: There) -> dict[Key, Site]:
    first: dict[Key, Site] = {}
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite | Keep) and site.resource.namespace in there:
            for name in verdict.pull_secrets:
                first.setdefault((site.resource.namespace, name), site)
    return first


def meant_by(name: str, secrets: Mapping[str, Resource]) -> list[str]:
    """The names of Secrets that a name may mean: itself, or with a hash behind it."""
    if name in secrets or any(name in it.previous_names for it in secrets.values()):
        # kustomize itself follows the name of a secret that is still to get its hash.
        return [name]
    return [it for it in secrets if it.startswith(name) and _hash(it[len(name) :])]


def owners(key: Key, there: There) -> list[str]:
    """The other namespaces that have a Secret which a name may mean."""
    return [it for it in there if it and it != key[0] and meant_by(key[1], there[it])]


def _renamed(decision: Decision, names: Mapping[Key, str]) -> Decision:
    site, verdict = decision
    if not isinstance(verdict, Rewrite | Keep) or not verdict.pull_secrets:
        return decision
    namespace = site.resource.namespace
    new = tuple(names.get((namespace, name), name) for name in verdict.pull_secrets)
    return decision if new == verdict.pull_secrets else (site, replace(verdict, pull_secrets=new))


def _in_order(order: Iterable[str], names: Mapping[Key, str]) -> Iterator[str]:
    for name in order:
        yield name
        yield from (whole for (_, short), whole in names.items() if short == name)


def _results(
    first: Mapping[Key, Site],
    meant: Mapping[Key, Sequence[str]],
    there: There,
) -> Iterator[Result]:
    for key, site in first.items():
        namespace, name = key
        if len(meant[key]) > 1:
            message = f"pull secret {quoted(name)} could be any of {listed(meant[key])}"
            hint = "name the one that is meant in `pullSecrets`, or take the others out"
            yield _warning("ambiguous-pull-secret", message, hint, site)
        elif not meant[key] and not (namespace and owners(key, there)):
            where = f"namespace {quoted(namespace)}" if namespace else "its namespace"
            message = (
                f"pull secret {quoted(name)} is not among the manifests: {where} has"
                f" {listed(there[namespace])}"
            )
            hint = "name one of these in `pullSecrets`, or see that the other is there"
            yield _warning("other-pull-secret", message, hint, site)


def _warning(code: str, message: str, hint: str, site: Site) -> Result:
    position = site.position
    problem = Problem(code=code, message=message, severity="warning", position=position, hint=hint)
    return Result(problem=problem, resource=site.resource)

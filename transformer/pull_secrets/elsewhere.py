"""Pull secrets that the stream has in another namespace than the pods that name them.

A pod can only use a secret of its own namespace, and pulls without a word about it with none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from transformer.errors import Position, Problem
from transformer.messages import listed, quoted, shown
from transformer.model import Decision, Keep, Pod, Resource, Result, Rewrite
from transformer.pull_secrets.generated import Key, There, by_namespace, meant_by, owners
from transformer.pull_secrets.held import held_secrets
from transformer.yamltext.documents import Document

# Who names a secret first, and where.
_Use: TypeAlias = "tuple[Resource, Position]"


def elsewhere_results(
    decisions: Iterable[Decision],
    pods: Iterable[Pod],
    secrets: Iterable[Resource],
    documents: Sequence[Document],
) -> list[Result]:
    """A warning for each name that pods of a namespace use and that only others have.

    Takes the decisions of the run with the names that they grant, its pods, the Secrets of the
    stream that hold credentials for registries, and its documents, which are only read again where
    there is something to say. Whoever writes no namespace may mean any, and is not spoken of.
    """
    there = by_namespace(secrets)
    if not there.keys() - {""}:
        return []
    lost = {
        key: use
        for key, use in _uses(decisions, pods)
        if key[0] and owners(key, there) and not _is_in((key[0], ""), key[1], there)
    }
    if not lost:
        return []
    # What a controller makes a Secret of is there as well.
    there = by_namespace(held_secrets(documents))
    return [
        _result(key, use, owners(key, there))
        for key, use in lost.items()
        if not _is_in((key[0], ""), key[1], there)
    ]


def _uses(decisions: Iterable[Decision], pods: Iterable[Pod]) -> Iterator[tuple[Key, _Use]]:
    uses: dict[Key, _Use] = {}
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite | Keep):
            for name in verdict.pull_secrets:
                key = (site.resource.namespace, name)
                if key not in uses:
                    uses[key] = site.resource, site.position
    for pod in pods:
        for name in pod.secrets.names:
            key = (pod.resource.namespace, name)
            if key not in uses:
                start = pod.secrets.spot.spot.start
                uses[key] = pod.resource, pod.document.position(start)
    yield from uses.items()


def _is_in(namespaces: Iterable[str], name: str, there: There) -> bool:
    return any(meant_by(name, there.get(it, {})) for it in namespaces)


def _result(key: Key, use: _Use, others: Sequence[str]) -> Result:
    namespace, name = key
    resource, position = use
    message = (
        f"pull secret {quoted(name)} is in {listed(others)} only: expected in "
        f"namespace {quoted(namespace)} for its pods"
    )
    hint = f"mirrorpin secrets --from-login --namespace {shown(namespace)} makes it"
    problem = Problem(
        code="secret-elsewhere", message=message, severity="warning", position=position, hint=hint
    )
    return Result(problem=problem, resource=resource)

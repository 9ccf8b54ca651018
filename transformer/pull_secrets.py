"""Which pod or service account gets which pull secret names.

    pullSecrets:
      attachTo: pods            # pods | serviceAccounts | both | none
      names: [registry-pull]    # beside the names of the rules

A pod needs the union of what its final images need, in the order of the rules. Admission copies
the list of a pod's service account only into a pod whose own list is empty
(kubernetes.io/docs/tasks/configure-pod-container/configure-service-account), so the first name
that we add would end that: the names of an account in the stream are carried over. Nothing is
removed, and nothing is added twice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

from transformer.errors import Problem
from transformer.model import Account, Decision, Grant, Keep, Pod, Result, Rewrite
from transformer.records import record
from transformer.wording import quoted

DEFAULT_ACCOUNT = "default"

AccountKey: TypeAlias = "tuple[str, str]"
Key = TypeVar("Key", bound=Hashable)


@record
class Grants:
    """Who gets what, pods before accounts; what to say about it; and the names by namespace."""

    grants: tuple[Grant, ...] = ()
    results: tuple[Result, ...] = ()
    namespaces: tuple[tuple[str, tuple[str, ...]], ...] = ()


def plan_grants(
    pods: Iterable[Pod],
    accounts: Sequence[Account],
    decisions: Iterable[Decision],
    attach_to: str,
    order: Sequence[str],
) -> Grants:
    """Plan what every pod and service account of the run must get.

    Takes all pods and accounts of the run, its decisions, `pullSecrets.attachTo`, and every name of
    the configuration in its order, which is that of the names added. An account that comes later in
    the stream than its pods counts like any other.
    """
    needs = _needs(decisions, order)
    needy = [(pod, needs[id(pod)]) for pod in pods if id(pod) in needs]
    known = _by_name(accounts)
    asked = _union(((_account_of(pod), names) for pod, names in needy), order)
    grants: list[Grant] = []
    results: tuple[Result, ...] = ()
    if attach_to != "none":
        for pod, names in needy:
            # A list of its own is all that counts for a pod: its account's is not asked.
            if attach_to != "serviceAccounts" or pod.secrets.names:
                grants += _grant(pod, (*_inherited(pod, known), *names))
    if attach_to in ("serviceAccounts", "both"):
        for key in filter(known.__contains__, asked):
            grants += _grant(known[key], asked[key])
    if attach_to == "serviceAccounts":
        lost = [it for it in needy if not it[0].secrets.names and _account_of(it[0]) not in known]
        results = tuple(_no_accounts(lost, order))
    by_namespace = _union(((pod.resource.namespace, names) for pod, names in needy), order)
    return Grants(grants=tuple(grants), results=results, namespaces=tuple(by_namespace.items()))


def _union(
    pairs: Iterable[tuple[Key, Iterable[str]]], order: Sequence[str]
) -> dict[Key, tuple[str, ...]]:
    union: dict[Key, set[str]] = {}
    for key, names in pairs:
        union.setdefault(key, set()).update(names)
    return {key: tuple(it for it in order if it in names) for key, names in union.items()}


def _account_of(pod: Pod) -> AccountKey:
    return pod.resource.namespace, pod.account or DEFAULT_ACCOUNT


def _inherited(pod: Pod, known: Mapping[AccountKey, Account]) -> tuple[str, ...]:
    account = known.get(_account_of(pod))
    return account.secrets.names if account is not None and not pod.secrets.names else ()


def _no_accounts(
    lost: Sequence[tuple[Pod, Iterable[str]]], order: Sequence[str]
) -> Iterator[Result]:
    first = {_account_of(pod): pod for pod, _ in reversed(lost)}
    for key, names in _union(((_account_of(pod), it) for pod, it in lost), order).items():
        yield _no_account(first[key], key[1], names)


def _by_name(accounts: Sequence[Account]) -> dict[AccountKey, Account]:
    # Inside kustomize a pod may still call its account by a name without prefix and suffix.
    known: dict[AccountKey, Account] = {}
    for account in accounts:
        known[account.resource.namespace, account.resource.name] = account
    for account in accounts:
        for name in account.resource.previous_names:
            known.setdefault((account.resource.namespace, name), account)
    return known


def _needs(decisions: Iterable[Decision], order: Sequence[str]) -> dict[int, tuple[str, ...]]:
    return _union(
        (
            (id(site.pod), verdict.pull_secrets)
            for site, verdict in decisions
            if site.pod is not None and isinstance(verdict, Rewrite | Keep) and verdict.pull_secrets
        ),
        order,
    )


def _grant(holder: Pod | Account, names: Iterable[str]) -> list[Grant]:
    missing = tuple(name for name in dict.fromkeys(names) if name not in holder.secrets.names)
    return [Grant(holder=holder, names=missing)] if missing else []


def _no_account(pod: Pod, account: str, names: Iterable[str]) -> Result:
    wanted = ", ".join(map(quoted, names))
    problem = Problem(
        code="no-service-account",
        message=(
            f"service account {quoted(account)} must get {wanted}, and is not among the manifests"
        ),
        severity="warning",
        position=pod.document.position(pod.secrets.spot.spot.start),
        hint="add the ServiceAccount, or set `pullSecrets.attachTo` to pods",
    )
    return Result(problem=problem, resource=pod.resource)

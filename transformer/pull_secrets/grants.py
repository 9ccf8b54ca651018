"""Which pod, service account or custom resource gets which pull secret names.

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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from transformer.errors import Problem
from transformer.messages import quoted
from transformer.model import Account, Decision, Grant, Grants, Keep, Pod, Result, Rewrite
from transformer.pull_secrets.field_grants import (
    Names,
    grant_missing,
    outside_pods,
    plan_fields,
    union,
)
from transformer.pull_secrets.started_grants import plan_started
from transformer.records import replace
from transformer.yamltext.path import Steps

DEFAULT_ACCOUNT = "default"

AccountKey: TypeAlias = "tuple[str, str]"

# A list in a document: the same for every holder of it.
ListKey: TypeAlias = "tuple[int, Steps]"


def plan_grants(
    pods: Iterable[Pod],
    accounts: Sequence[Account],
    decisions: Sequence[Decision],
    attach_to: str,
    order: Sequence[str],
) -> Grants:
    """Plan what every pod, service account and custom resource of the run must get.

    Takes all pods and accounts of the run, its decisions, `pullSecrets.attachTo`, and every name of
    the configuration in its order, which is that of the names added. An account that comes later in
    the stream than its pods counts like any other.
    """
    needs = needs_of(decisions, order)
    needy = [(pod, needs[id(pod)]) for pod in pods if id(pod) in needs]
    bare = outside_pods(decisions)
    grants: list[Grant] = []
    results: list[Result] = []
    if attach_to != "none":
        of_fields, field_results = plan_fields(bare, order)
        grants, results = _attach(needy, accounts, attach_to, order, of_fields)
        string_grants, string_results = plan_started(decisions, order)
        grants += (*of_fields, *string_grants)
        results += (*field_results, *string_results)
    asking = [(pod.resource.namespace, names) for pod, names in needy]
    asking += [(site.resource.namespace, names) for site, names in bare]
    namespaces = tuple(union(asking, order).items())
    return Grants(
        grants=tuple(_united(grants, order)), results=tuple(results), namespaces=namespaces
    )


def _united(grants: Iterable[Grant], order: Sequence[str]) -> Iterable[Grant]:
    # A mapping that looks like a pod spec can hold a field that the catalogue knows as well.
    united: dict[ListKey, Grant] = {}
    for grant in grants:
        key = _list_key(grant)
        other = united.get(key)
        if other is not None:
            names = dict.fromkeys((*other.names, *grant.names))
            inherited = (name for name in names if name not in order)
            grant = replace(grant, names=(*inherited, *filter(names.__contains__, order)))
        united[key] = grant
    return united.values()


def _list_key(grant: Grant) -> ListKey:
    holder = grant.holder
    # One text can hold several lists.
    within = (grant.frame.start,) if grant.frame is not None else ()
    return id(holder.document), (*holder.resource.steps, *grant.steps, *within)


def _with_lists(needy: Iterable[tuple[Pod, Names]], of_fields: Iterable[Grant]) -> set[int]:
    # Pods that have a list of their own, or get one, as it is a field of the resource as well.
    filled = {_list_key(grant) for grant in of_fields}
    return {
        id(pod)
        for pod, names in needy
        if pod.secrets.names or (filled and _list_key(Grant(holder=pod, names=names)) in filled)
    }


def _attach(
    needy: Sequence[tuple[Pod, Names]],
    accounts: Sequence[Account],
    attach_to: str,
    order: Sequence[str],
    of_fields: Iterable[Grant],
) -> tuple[list[Grant], list[Result]]:
    listed = _with_lists(needy, of_fields)
    known = by_name(accounts)
    asked = union(((account_of(pod), names) for pod, names in needy), order)
    grants: list[Grant] = []
    results: list[Result] = []
    for pod, names in needy:
        # A list of its own is all that counts for a pod: its account's is not asked.
        if attach_to != "serviceAccounts" or id(pod) in listed:
            grants += grant_missing(pod, (*_inherited(pod, known), *names))
    if attach_to in ("serviceAccounts", "both"):
        for key in filter(known.__contains__, asked):
            grants += grant_missing(known[key], asked[key])
    if attach_to == "serviceAccounts":
        lost = [it for it in needy if id(it[0]) not in listed and account_of(it[0]) not in known]
        results += _no_accounts(lost, order)
    return grants, results


def account_of(pod: Pod) -> AccountKey:
    """The key of the service account that a pod runs under."""
    return pod.resource.namespace, pod.account or DEFAULT_ACCOUNT


def _inherited(pod: Pod, known: Mapping[AccountKey, Account]) -> tuple[str, ...]:
    account = known.get(account_of(pod))
    return account.secrets.names if account is not None and not pod.secrets.names else ()


def _no_accounts(
    lost: Sequence[tuple[Pod, Iterable[str]]], order: Sequence[str]
) -> Iterator[Result]:
    first = {account_of(pod): pod for pod, _ in reversed(lost)}
    for key, names in union(((account_of(pod), it) for pod, it in lost), order).items():
        yield _no_account(first[key], key[1], names)


def by_name(accounts: Iterable[Account]) -> dict[AccountKey, Account]:
    """Service accounts by their keys, the names included that they had before.

    Inside kustomize a pod may still call its account by a name without prefix and suffix.
    """
    accounts = tuple(accounts)
    known: dict[AccountKey, Account] = {}
    for account in accounts:
        known[account.resource.namespace, account.resource.name] = account
    for account in accounts:
        for name in account.resource.previous_names:
            known.setdefault((account.resource.namespace, name), account)
    return known


def needs_of(decisions: Iterable[Decision], order: Sequence[str]) -> dict[int, Names]:
    """The names that each pod needs, by its `id`: those of its images, in the order given."""
    return union(
        (
            (id(pod), verdict.pull_secrets)
            for site, verdict in decisions
            if isinstance(verdict, Rewrite | Keep) and verdict.pull_secrets
            for pod in (site.pod, *site.pods)
            if pod is not None
        ),
        order,
    )


def _no_account(pod: Pod, account: str, names: Iterable[str]) -> Result:
    wanted = ", ".join(map(quoted, names))
    problem = Problem(
        code="no-service-account",
        message=(
            f"service account {quoted(account)} is not among the manifests: expected "
            f"it, to get {wanted}"
        ),
        severity="warning",
        position=pod.document.position(pod.secrets.spot.spot.start),
        hint="add the ServiceAccount, or set `pullSecrets.attachTo` to pods",
    )
    return Result(problem=problem, resource=pod.resource)

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

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from transformer.errors import Problem
from transformer.model import Account, Decision, Grant, Keep, Pod, Result, Rewrite
from transformer.records import record

DEFAULT_ACCOUNT = "default"

AccountKey: TypeAlias = "tuple[str, str]"


@record
class Grants:
    """The grants of a run in source order, what to say about them, and the names by namespace."""

    grants: tuple[Grant, ...] = ()
    results: tuple[Result, ...] = ()
    namespaces: tuple[tuple[str, tuple[str, ...]], ...] = ()


def plan_grants(
    pods: Sequence[Pod],
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
    if attach_to == "none" or not needs:
        return Grants()
    known = _by_name(accounts)
    wanted: dict[AccountKey, dict[str, None]] = {}
    namespaces: dict[str, dict[str, None]] = {}
    grants: list[Grant] = []
    results: list[Result] = []
    for pod in pods:
        names = needs.get(id(pod))
        if not names:
            continue
        namespaces.setdefault(pod.resource.namespace, {}).update(dict.fromkeys(names))
        key = (pod.resource.namespace, pod.account or DEFAULT_ACCOUNT)
        own = pod.secrets.names
        if attach_to != "pods":
            if (
                attach_to == "serviceAccounts"
                and key not in known
                and key not in wanted
                and not own
            ):
                results.append(_no_account(pod, key[1], tuple(names)))
            wanted.setdefault(key, {}).update(dict.fromkeys(names))
        if attach_to != "serviceAccounts" or own:
            inherited = () if own or key not in known else known[key].secrets.names
            grants += _grant(pod, (*inherited, *names))
    for key, asked in wanted.items():
        if key in known:
            grants += _grant(known[key], tuple(name for name in order if name in asked))
    return Grants(
        grants=tuple(grants),
        results=tuple(results),
        namespaces=tuple((namespace, tuple(asked)) for namespace, asked in namespaces.items()),
    )


def _by_name(accounts: Sequence[Account]) -> dict[AccountKey, Account]:
    # Inside kustomize a pod may still call its account by a name without prefix and suffix.
    known: dict[AccountKey, Account] = {}
    for account in accounts:
        known[account.resource.namespace, account.resource.name] = account
    for account in accounts:
        for name in account.resource.previous_names:
            known.setdefault((account.resource.namespace, name), account)
    return known


def _needs(decisions: Iterable[Decision], order: Sequence[str]) -> dict[int, list[str]]:
    needs: dict[int, set[str]] = {}
    for site, verdict in decisions:
        if site.pod is not None and isinstance(verdict, Rewrite | Keep) and verdict.pull_secrets:
            needs.setdefault(id(site.pod), set()).update(verdict.pull_secrets)
    return {pod: [name for name in order if name in names] for pod, names in needs.items()}


def _grant(holder: Pod | Account, names: tuple[str, ...]) -> list[Grant]:
    missing = tuple(name for name in dict.fromkeys(names) if name not in holder.secrets.names)
    return [Grant(holder=holder, names=missing)] if missing else []


def _no_account(pod: Pod, account: str, names: tuple[str, ...]) -> Result:
    quoted = ", ".join(f'"{name}"' for name in names)
    problem = Problem(
        code="no-service-account",
        message=f'service account "{account}" must get {quoted}, and is not among the manifests',
        severity="warning",
        position=pod.document.position(pod.secrets.spot.spot.start),
        hint="add the ServiceAccount, or set `pullSecrets.attachTo` to pods",
    )
    return Result(problem=problem, resource=pod.resource)

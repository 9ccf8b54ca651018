"""Which pull secrets a run has added: those behind what was there, as far as adding explains them.

    imagePullSecrets: [{name: own}, {name: registry-pull}]      registry-pull is from a rule

A run adds what is missing behind what is there, in the order of the configuration. So the shortest
beginning of a list from which a run would make the whole of it is what was there before. A name
that stands elsewhere was there; one that would be added again goes, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from transformer.edit.removals import Removal
from transformer.model import Account, Decision, Keep, Pod, SecretField, Site
from transformer.places.place import PULL_SECRETS
from transformer.pull_secrets.field_grants import Names, Need, outside_pods, union
from transformer.pull_secrets.grants import AccountKey, account_of, by_name, needs_of
from transformer.records import record, replace
from transformer.yamltext.edit import NameList
from transformer.yamltext.path import Steps

# What a run would see to, given the names that are there.
Wanted: TypeAlias = "Callable[[Names], Names]"


@record
class Added:
    """What was added to the lists of a run, and the fields in strings that stay as they are."""

    removals: tuple[Removal, ...] = ()
    left: tuple[SecretField, ...] = ()


def added_names(
    pods: Sequence[Pod],
    accounts: Sequence[Account],
    decisions: Iterable[Decision],
    attach_to: str,
    order: Sequence[str],
) -> Added:
    """What a run has added, given what `plan_grants` is given.

    Of the decisions, those count that keep an image which needs pull secrets.
    """
    if attach_to == "none":
        return Added()
    kept = [it for it in decisions if isinstance(it[1], Keep)]
    needs = needs_of(kept, order)
    needy = [(pod, needs[id(pod)]) for pod in pods if id(pod) in needs]
    asked = union(((account_of(pod), names) for pod, names in needy), order)
    asked = asked if attach_to != "pods" else {}
    removals = [*_of_accounts(accounts, asked)]
    keeps = {id(it.resource): it.keep for it in removals}
    known = by_name(replace(it, secrets=_first(it, keeps.get(id(it.resource)))) for it in accounts)
    for pod, names in needy:
        wanted = _of_pod(pod, names, known, attach_to)
        removals += _removals(pod, (*pod.steps, PULL_SECRETS), wanted)
    for field, names in _fields(outside_pods(kept), order):
        removals += _removals(field, field.steps, _always(names))
    in_texts = _fields(_started(kept), order)
    left = (field for field, names in in_texts if set(names) & set(field.secrets.names))
    return Added(removals=tuple(removals), left=tuple(left))


def _of_accounts(
    accounts: Iterable[Account], asked: Mapping[AccountKey, Names]
) -> Iterator[Removal]:
    known = by_name(accounts)
    for key, names in asked.items():
        if key in known:
            yield from _removals(known[key], (PULL_SECRETS,), _always(names))


def _always(names: Names) -> Wanted:
    return lambda _: names


def _first(account: Account, count: int | None) -> NameList:
    return replace(account.secrets, names=account.secrets.names[:count])


def _of_pod(pod: Pod, names: Names, known: Mapping[AccountKey, Account], attach_to: str) -> Wanted:
    account = known.get(account_of(pod))
    inherited = account.secrets.names if account is not None else ()

    def wanted(there: Names) -> Names:
        if there:
            return names
        return () if attach_to == "serviceAccounts" else (*inherited, *names)

    return wanted


def _fields(needs: Iterable[Need], order: Sequence[str]) -> Iterator[tuple[SecretField, Names]]:
    pairs = [(_field_of(site), names) for site, names in needs]
    fields = {id(field): field for field, _ in pairs if field is not None}
    for key, names in union(((id(field), names) for field, names in pairs), order).items():
        if key in fields:
            yield fields[key], names


def _field_of(site: Site) -> SecretField | None:
    return site.started.secrets if site.started is not None else site.holder


def _started(decisions: Iterable[Decision]) -> Iterator[Need]:
    for site, verdict in decisions:
        if site.started is not None and isinstance(verdict, Keep):
            yield site, verdict.pull_secrets


def _removals(holder: Pod | Account | SecretField, at: Steps, wanted: Wanted) -> Iterator[Removal]:
    there = holder.secrets.names
    for keep in range(len(there)):
        before = there[:keep]
        if there[keep:] == tuple(it for it in wanted(before) if it not in before):
            yield Removal(
                document=holder.document,
                resource=holder.resource,
                steps=at,
                keep=keep,
                most=len(at),
            )
            return

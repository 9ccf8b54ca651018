"""What the pods need that a program starts from its strings: a place for the names, or a word.

    env: [{name: STRIMZI_IMAGE_PULL_SECRETS, value: own}]       grows to own,registry-pull
    args: [--acme-http01-solver-image=...]                      a warning says where to set it

The pod that holds such a string is started by others, and has pull secrets of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.errors import Problem
from transformer.messages import quoted, shown
from transformer.model import Decision, Grant, Keep, Result, Rewrite, SecretField, Site, Started
from transformer.pull_secrets.field_grants import Names, Need, grant_missing, owner_of, union

_ANYWHERE = "set it where it makes its pods, or at their service accounts"


def plan_started(
    decisions: Iterable[Decision], order: Sequence[str]
) -> tuple[list[Grant], list[Result]]:
    """Plan what the strings get that name pull secrets, and say where they are not known.

    Takes the decisions of the run, and all names in their order.
    """
    needs = [
        (site, verdict.pull_secrets)
        for site, verdict in decisions
        if site.started is not None and isinstance(verdict, Rewrite | Keep) and verdict.pull_secrets
    ]
    if not needs:
        return [], []
    grants = [it for field, names in _fields(needs, order) for it in grant_missing(field, names)]
    return grants, list(_unknown(needs, order))


def _of(site: Site) -> Started:
    assert site.started is not None
    return site.started


def _fields(needs: Iterable[Need], order: Sequence[str]) -> Iterator[tuple[SecretField, Names]]:
    fields: dict[tuple[int, int, int], SecretField] = {}
    wanted: list[tuple[tuple[int, int, int], Names]] = []
    for site, names in needs:
        field = _of(site).secrets
        if field is not None:
            within = field.frame.start if field.frame is not None else 0
            key = (id(field.document), field.secrets.spot.spot.start, within)
            fields.setdefault(key, field)
            wanted.append((key, names))
    for key, names in union(wanted, order).items():
        yield fields[key], names


def _unknown(needs: Iterable[Need], order: Sequence[str]) -> Iterator[Result]:
    lost = [
        ((*owner_of(site), _of(site).at), site, names)
        for site, names in needs
        if _of(site).secrets is None and not set(names) <= set(_of(site).names)
    ]
    first = {key: site for key, site, _ in reversed(lost)}
    for key, names in union(((key, names) for key, _, names in lost), order).items():
        yield _say(first[key], names)


def _say(site: Site, names: Iterable[str]) -> Result:
    at, wanted = _of(site).at, ", ".join(map(quoted, names))
    problem = Problem(
        code="started-pods",
        message=f"`{shown(str(site.resource))}` names images of other pods, which need {wanted}",
        severity="warning" if at else "info",
        position=site.position,
        hint=f"set it at {at}" if at else _ANYWHERE,
    )
    return Result(problem=problem, resource=site.resource)

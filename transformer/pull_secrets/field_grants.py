"""Which field of a custom resource gets which pull secret names.

    kind: OpenTelemetryCollector      # an image and no field: a warning says where to set it
    kind: WasmPlugin
    spec: {imagePullSecret: hub}      # takes one name: a second one is a warning

Images that are in no pod spec are pulled by pods that a controller makes. What accounts those will
have is the controller's business, so the resource's own field is all that can be written.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeAlias, TypeVar

from transformer.errors import Problem
from transformer.messages import quoted, shown
from transformer.model import (
    Account,
    Decision,
    Grant,
    Keep,
    Pod,
    Result,
    Rewrite,
    SecretField,
    Site,
)
from transformer.places.place import COMPOSE
from transformer.yamltext.path import Steps, field_path

Names: TypeAlias = "tuple[str, ...]"
Key = TypeVar("Key", bound=Hashable)

# A site, and the names that its final image needs.
Need: TypeAlias = "tuple[Site, Names]"

_ANYWHERE = (
    "the service account of the pods, or give the kind a `pullSecrets` field in `spec.fields`"
)


def union(pairs: Iterable[tuple[Key, Iterable[str]]], order: Sequence[str]) -> dict[Key, Names]:
    """What each key is paired with, together, in order of the keys' first sight.

    Takes pairs of a key and names, and all names in their order.
    """
    together: dict[Key, set[str]] = {}
    for key, names in pairs:
        together.setdefault(key, set()).update(names)
    return {key: tuple(it for it in order if it in names) for key, names in together.items()}


def grant_missing(holder: Pod | Account | SecretField, names: Iterable[str]) -> list[Grant]:
    """The grant of those names that a holder has not, or no grant."""
    missing = tuple(name for name in dict.fromkeys(names) if name not in holder.secrets.names)
    return [Grant(holder=holder, names=missing)] if missing else []


def outside_pods(decisions: Iterable[Decision]) -> list[Need]:
    """The sites that are in no pod spec and whose final images need names, with the names."""
    return [
        (site, verdict.pull_secrets)
        for site, verdict in decisions
        if not (site.pod or site.pods or site.started)
        and isinstance(verdict, Rewrite | Keep)
        and verdict.pull_secrets
    ]


def plan_fields(needs: Sequence[Need], order: Sequence[str]) -> tuple[list[Grant], list[Result]]:
    """Plan what fields of custom resources get, and say which cannot hold what is needed.

    Takes what sites outside of pod specs need, and all names in their order.
    """
    grants: list[Grant] = []
    results: list[Result] = []
    for field, names in _fields(needs, order):
        if field.secrets.items == "string" and len({*field.secrets.names, *names}) > 1:
            results.append(_one_name(field, names))
        else:
            grants += grant_missing(field, names)
    results += _no_fields(needs, order)
    return grants, results


def _fields(needs: Iterable[Need], order: Sequence[str]) -> Iterator[tuple[SecretField, Names]]:
    fields: dict[tuple[int, Steps], SecretField] = {}
    wanted: list[tuple[tuple[int, Steps], Names]] = []
    for site, names in needs:
        field = site.holder
        if field is not None:
            key = (id(field.document), field.resource.steps + field.steps)
            fields.setdefault(key, field)
            wanted.append((key, names))
    for key, names in union(wanted, order).items():
        yield fields[key], names


def _one_name(field: SecretField, names: Iterable[str]) -> Result:
    path, there = field_path(field.steps), "".join(field.secrets.names)
    wanted = ", ".join(map(quoted, names))
    held = f"it holds {quoted(there)}, and " if there else ""
    problem = Problem(
        code="one-pull-secret",
        message=f"`{shown(path)}` takes one pull secret: {held}its images need {wanted}",
        severity="warning",
        position=field.document.position(field.secrets.spot.spot.start),
        hint="put the credentials for all of them into one secret",
    )
    return Result(problem=problem, resource=field.resource, field=path, current=there)


def _no_fields(needs: Iterable[Need], order: Sequence[str]) -> Iterator[Result]:
    # What Compose runs is pulled by whoever is logged in there.
    lost = [
        (owner_of(site), site, names)
        for site, names in needs
        if site.holder is None and site.resource.kind != COMPOSE
    ]
    first = {key: site for key, site, _ in reversed(lost)}
    for key, names in union(((key, names) for key, _, names in lost), order).items():
        yield _no_field(first[key], names)


def owner_of(site: Site) -> tuple[str, ...]:
    """The object of a site, by name: what is in strings of an object is the object's."""
    it = site.resource
    return site.document.source.name, it.api_version, it.kind, it.namespace, it.name


def _no_field(site: Site, names: Iterable[str]) -> Result:
    wanted = ", ".join(map(quoted, names))
    at = site.secrets_at or _ANYWHERE
    lacks = "sets no pull secrets" if site.secrets_at else "has no known field for pull secrets"
    problem = Problem(
        code="no-pull-secret-field",
        message=f"`{shown(str(site.resource))}` {lacks}, and its images need {wanted}",
        severity="warning",
        position=site.position,
        hint=f"set it at {at}",
    )
    return Result(problem=problem, resource=site.resource)

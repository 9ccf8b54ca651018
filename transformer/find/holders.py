"""Who holds the pull secrets for images that are in no pod spec: the field, or pods, nearest by.

spec:
  image: quay.io/acme/operand      # for spec.imagePullSecrets
  driver: {image: ...}             # for spec.driver.imagePullSecrets, where the kind has it
  podTemplate: {spec: {...}}       # for the pods themselves, in kinds without such a field
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TypeAlias

from transformer.find.forms import is_meant
from transformer.find.found import Found
from transformer.find.name_lists import secret_field
from transformer.find.search import Gathering
from transformer.model import Pod, Resource, SecretField
from transformer.places.place import PULL_SECRETS, Place, parse_path
from transformer.places.trie import Branch, Hit, follow
from transformer.records import record, replace
from transformer.yamltext.nodes import resolve
from transformer.yamltext.path import EACH, EVERY, Step, Steps
from transformer.yamltext.tree import Mapping, Slot, SyntaxFault

_NOTHING = ("match", "none")

# Of how many kinds the places are remembered: thousands of objects have few.
_KINDS = 1024


def give_holders(
    search: Gathering, root: Slot, branch: Branch, resource: Resource, sites: int
) -> None:
    """Say of every site of an object that is in no pod who holds pull secrets for it.

    Takes what was gathered, the object's slot, its paths, the object, and how many sites were there
    before it. Notes a fault for a field that is written in another form.
    """
    found = search.found
    numbers = range(sites, len(found.sites))
    own = [number for number in numbers if not found.sites[number].has_holder]
    inner = [it for it in found.inner if it.resource is resource]
    if not own and not inner:
        return
    met = [_met(search, root, place, resource) for place in branch.holders]
    for number in own:
        site = found.sites[number]
        near = _nearest(site.steps, branch, met, search.pods)
        at = site.secrets_at or near.absent
        found.sites[number] = replace(site, holder=near.holder, pods=near.pods, secrets_at=at)
        note_pods(found, near.pods)
    for it in inner:
        near = _nearest(it.steps, branch, met, search.pods)
        it.holder, it.pods = near.holder, near.pods
        note_pods(found, near.pods)


def note_pods(found: Found, pods: Iterable[Pod]) -> None:
    """Note pods that hold pull secrets for what is in none, each once."""
    known = {id(pod) for pod in found.pods}
    found.pods += (pod for pod in pods if id(pod) not in known)


# A place for pull secrets, and the fields that it is in an object.
_Met: TypeAlias = "tuple[Place, list[SecretField]]"


@record
class _Near:
    """A field or pods, or the paths of those that an object could have."""

    holder: SecretField | None = None
    pods: tuple[Pod, ...] = ()
    absent: str = ""


def _nearest(steps: Steps, branch: Branch, met: Sequence[_Met], pods: Sequence[Pod]) -> _Near:
    # The field of a component that has none yet is not made up for by that of another component.
    met = [it for it in met if _is_meant_for(steps, it[0], branch)]
    nearest = max((_nearness(steps, place.steps) for place, _ in met), default=-1)
    fields = [
        field
        for place, fields in met
        for field in fields
        if _nearness(steps, place.steps) == nearest or _is_around(place.steps[:-1], steps)
    ]
    near_field = max((_nearness(steps, it.steps) for it in fields), default=-1)
    near_pod = max((_nearness(steps, it.steps) for it in pods), default=-1)
    if near_field < near_pod:
        return _Near(pods=tuple(it for it in pods if _nearness(steps, it.steps) == near_pod))
    for it in fields:
        if _nearness(steps, it.steps) == near_field:
            return _Near(holder=it)
    return _Near(absent=_absent(steps, [place for place, _ in met], branch))


def _absent(steps: Steps, places: Sequence[Place], branch: Branch) -> str:
    paths = [(it.steps, it.path) for it in places]
    if not paths:
        pods = (it for it in _places(branch) if it.form == "podSpec")
        paths = [((*it.steps, PULL_SECRETS), f"{it.path}.{PULL_SECRETS}") for it in pods]
    nearest = max((_nearness(steps, at) for at, _ in paths), default=-1)
    return " or ".join(f"`{path}`" for at, path in paths if _nearness(steps, at) == nearest)


def _is_meant_for(steps: Steps, place: Place, branch: Branch) -> bool:
    # One name is for the images beside it, if any, and the field of one item for that item; what
    # Helm charts call global is for all.
    owner = place.steps[:-1]
    if place.items in ("string", "object") and owner[-1:] != ("global",):
        return _is_around(owner, steps) or not _has_images(branch, owner)
    apart = place.steps[_nearness(steps, place.steps) :]
    return EACH not in apart and EVERY not in apart


@lru_cache(_KINDS)
def _has_images(branch: Branch, owner: Steps) -> bool:
    below: Branch | None = branch
    for step in owner:
        below = _below(below, step) if below is not None else None
    return below is not None and any(it.form not in _NOTHING for it in _places(below))


def _below(branch: Branch, step: Step) -> Branch | None:
    if step == EACH:
        return branch.lists
    return branch.values if step == EVERY else branch.keys.get(step)


@lru_cache(_KINDS)
def _places(branch: Branch) -> tuple[Place, ...]:
    below = (*branch.keys.values(), branch.lists, branch.values)
    inner = (_places(it) for it in below if it is not None)
    return (*branch.places, *chain.from_iterable(inner))


def _is_around(owner: Steps, steps: Steps) -> bool:
    return _nearness(steps, owner) == len(owner)


def _nearness(site: Steps, steps: Steps) -> int:
    # How many steps lead to both.
    common = 0
    for one, other in zip(site, steps, strict=False):
        if one != other and not (other == EACH and isinstance(one, int)) and other != EVERY:
            break
        common += 1
    return common


def _met(search: Gathering, root: Slot, place: Place, resource: Resource) -> _Met:
    return place, list(_fields(search, root, place, resource))


def _is_meant(place: Place, owner: Mapping, slot: Slot, root: Slot, resource: Resource) -> bool:
    # The field itself may be absent: its conditions are about what is beside it.
    return is_meant(Hit(place=place, parent=owner, slot=slot, steps=()), root, resource)


def _is_unread(search: Gathering, resource: Resource, at: Steps) -> bool:
    steps = (*resource.steps, *at)
    return any(steps[: len(it)] == it for it in search.unread)


def _fields(
    search: Gathering, root: Slot, place: Place, resource: Resource
) -> Iterator[SecretField]:
    around = len(parse_path(place.optional)) if place.optional else 0
    keys = tuple(map(str, place.steps[-1 - around :]))
    above = place.steps[: -len(keys)]
    faults: list[SyntaxFault] = []
    # A field whose surroundings are not there is nobody's.
    for slot, at in follow(root, above, faults.append):
        owner = resolve(slot)
        if isinstance(owner, Mapping) and _is_meant(place, owner, slot, root, resource):
            # An image there was not seen, and a list beside it might make it one.
            if _is_unread(search, resource, at):
                continue
            # A pod that is there has more than its own list.
            if any(pod.steps == (*at, *keys[:-1]) for pod in search.pods):
                continue
            try:
                yield secret_field(
                    search.spots,
                    search.document,
                    resource,
                    owner,
                    keys,
                    at,
                    place.items,
                )
            except SyntaxFault as fault:
                faults.append(fault)
    said = {it.problem.message for it in search.found.results}
    for it in faults:
        # Another place may lead there as well.
        if it.message not in said:
            search.fail(it, resource, place.steps, place.severity)

"""Who holds the pull secrets for images that are in no pod spec: the field, or pods, nearest by.

spec:
  image: quay.io/acme/operand      # for spec.imagePullSecrets
  driver: {image: ...}             # for spec.driver.imagePullSecrets, where the kind has it
  podTemplate: {spec: {...}}       # for the pods themselves, in kinds without such a field
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.errors import Severity
from transformer.fields import Place
from transformer.gathering import Found, Gathering
from transformer.model import Pod, Resource, SecretField
from transformer.nodes import resolve
from transformer.paths import Branch, follow
from transformer.records import replace
from transformer.secret_fields import secret_field
from transformer.steps import Steps
from transformer.tree import Mapping, Slot, SyntaxFault


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
    fields = [field for place in branch.holders for field in _fields(search, root, place, resource)]
    for number in own:
        site = found.sites[number]
        holder, pods = _nearest(site.steps, fields, search.pods)
        secrets_at = site.secrets_at or _absent(branch)
        found.sites[number] = replace(site, holder=holder, pods=pods, secrets_at=secrets_at)
        _note_pods(found, pods)
    for it in inner:
        it.holder, it.pods = _nearest(it.steps, fields, search.pods)
        _note_pods(found, it.pods)


def _absent(branch: Branch) -> str:
    return " or ".join(f"`{place.path}`" for place in branch.holders)


def _note_pods(found: Found, pods: Iterable[Pod]) -> None:
    known = {id(pod) for pod in found.pods}
    found.pods += (pod for pod in pods if id(pod) not in known)


def _nearest(
    steps: Steps, fields: list[SecretField], pods: list[Pod]
) -> tuple[SecretField | None, tuple[Pod, ...]]:
    near_field = max((_nearness(steps, it.steps) for it in fields), default=-1)
    near_pod = max((_nearness(steps, it.steps) for it in pods), default=-1)
    if near_field < near_pod:
        return None, tuple(it for it in pods if _nearness(steps, it.steps) == near_pod)
    return next((it for it in fields if _nearness(steps, it.steps) == near_field), None), ()


def _nearness(site: Steps, steps: Steps) -> int:
    # How many steps lead to both.
    common = 0
    for one, other in zip(site, steps, strict=False):
        if one != other:
            break
        common += 1
    return common


def _fields(
    search: Gathering, root: Slot, place: Place, resource: Resource
) -> Iterator[SecretField]:
    *above, last = place.steps
    faults: list[SyntaxFault] = []
    # A field whose surroundings are not there is nobody's.
    for slot, at in follow(root, above, faults.append):
        search.found.met.add(id(place))
        owner = resolve(slot)
        if isinstance(owner, Mapping):
            try:
                yield secret_field(
                    search.places,
                    search.document,
                    resource,
                    owner,
                    (str(last),),
                    at,
                    place.items,
                )
            except SyntaxFault as fault:
                faults.append(fault)
    severity: Severity = "warning" if place.origin == "shipped" else "error"
    for it in faults:
        search.fail(it, resource, place.steps, severity)

"""What stands at a place, form by form: the sites of each.

A string is one image, or has images in it; a mapping may hold the parts of one, or have images for
keys; a string may be a document of its own. What a place says is not an image is entered and left.
"""

from __future__ import annotations

from collections.abc import Callable

from transformer.errors import Problem
from transformer.find.embedded import InnerSource
from transformer.find.name_lists import name_list
from transformer.find.pods import containers, pod_spec
from transformer.find.search import Gathering
from transformer.find.string_sites import enter_string, placed
from transformer.messages import shown
from transformer.model import Account, Resource, Result, Site
from transformer.places.glob import glob_matches
from transformer.places.place import PULL_SECRET_TYPES, parse_path
from transformer.places.trie import Hit, through_list, wrong_type
from transformer.yamltext.nodes import is_null, lookup, offset_of, resolve, text_of, visible
from transformer.yamltext.path import EVERY, field_path
from transformer.yamltext.tree import Mapping, Sequence, Slot

_INCOMPLETE_HINT = "write it out, with its registry, or mirror what the controller pulls by default"

# In a condition: whatever is not empty.
_SOMETHING = "?*"


def enter_hit(search: Gathering, hit: Hit, root: Slot, resource: Resource) -> None:
    """Note what stands at a place.

    Takes the place that was met, the slot of the object that it is in, and the object. Raises
    `SyntaxFault` where something of another type stands there.
    """
    place = hit.place
    if place.origin == "user":
        search.found.met.add(id(place))
    if (place.versions or place.when) and not is_meant(hit, root, resource):
        return
    if place.origin == "user" and place.form not in ("containers", "match", "none"):
        _refuse_list(hit)
    if place.form == "split":
        _split(search, hit, root, resource)
    else:
        _FORMS[place.form](search, hit, resource)


def is_meant(hit: Hit, root: Slot, resource: Resource) -> bool:
    """Whether a place that was met counts: in the object's version, and beside what is there."""
    place = hit.place
    if place.versions and resource.api_version.rpartition("/")[2] not in place.versions:
        return False
    return not place.when or _is_beside(hit, root)


def _is_beside(hit: Hit, root: Slot) -> bool:
    within = resolve(hit.slot) if hit.place.form == "split" else hit.parent
    for key, globs in hit.place.when:
        value = _value_at(resolve(root) if key[0] == "/" else within, key)
        if not any(bool(value) if it == _SOMETHING else glob_matches(it, value) for it in globs):
            return False
    return True


def _value_at(start: object, key: str) -> str:
    node, slot = start, None
    for step in parse_path(key.removeprefix("/")):
        if not isinstance(node, Mapping):
            return ""
        slot = lookup(node, (step,), last_wins=True).get(str(step))
        if slot is None:
            return ""
        node = resolve(slot)
    return text_of(slot)


def _refuse_list(hit: Hit) -> None:
    # A user's path that ends at a list mostly means what is in it.
    if isinstance(resolve(hit.slot), Sequence):
        is_mapping = hit.place.form in ("podSpec", "split", "keys")
        fault = wrong_type(hit.steps, "a mapping" if is_mapping else "a string", hit.slot)
        fault.hint = through_list(hit.steps)
        raise fault


def _containers(search: Gathering, hit: Hit, resource: Resource) -> None:
    sites = search.found.sites
    before = len(sites)
    containers(search, hit.slot, resource, hit.steps)
    sites[before:] = [placed(site, hit.place) for site in sites[before:]]


def _pod_spec(search: Gathering, hit: Hit, resource: Resource) -> None:
    pod_spec(search, hit.slot, resource, hit.steps)


def _keys(search: Gathering, hit: Hit, resource: Resource) -> None:
    node = resolve(hit.slot)
    if is_null(hit.slot):
        return
    if not isinstance(node, Mapping):
        raise wrong_type(hit.steps, "a mapping", hit.slot)
    # What stands behind a key has its steps too.
    if not search.enter(resource, (*hit.steps, EVERY)):
        return
    for key, _ in visible(node):
        # A key that is a collection is not a string, and nothing that an object can have.
        if key.value is None:
            continue
        site = Site(
            document=search.document,
            resource=resource,
            steps=(*hit.steps, key.value),
            value=key.value,
            spot=search.spots.spot(node, key),
            anchor=search.anchor(key),
            is_key=True,
        )
        search.found.sites.append(placed(site, hit.place))


def _split(search: Gathering, hit: Hit, root: Slot, resource: Resource) -> None:
    from transformer.find.split import Incomplete, split_site

    try:
        site = split_site(search, hit, root, resource)
    except Incomplete as fault:
        _warn_incomplete(search, hit, resource, str(fault))
        return
    if site is not None:
        search.found.sites.append(site)


def _document(search: Gathering, hit: Hit, resource: Resource) -> None:
    value = search.text(hit.slot, resource, hit.steps)
    if value is not None:
        inner = InnerSource(
            search.document,
            resource,
            hit.steps,
            value,
            search.spots.spot(hit.parent, hit.slot),
            search.anchor(hit.slot),
            hit.place,
        )
        search.found.inner.append(inner)


def _settings(search: Gathering, hit: Hit, resource: Resource) -> None:
    from transformer.find.settings import enter_settings

    value = search.text(hit.slot, resource, hit.steps)
    if value is not None:
        enter_settings(search, hit, resource, value)


def enter_account(search: Gathering, mapping: Mapping, resource: Resource) -> None:
    """Note a ServiceAccount. Raises `SyntaxFault` where its list of pull secrets is none."""
    secrets = name_list(search.spots, mapping, (), "metadata")
    account = Account(document=search.document, resource=resource, secrets=secrets)
    search.found.accounts.append(account)


def enter_secret(search: Gathering, mapping: Mapping, resource: Resource) -> None:
    """Note a Secret that holds credentials for registries."""
    if text_of(lookup(mapping, ("type",), last_wins=True).get("type")) in PULL_SECRET_TYPES:
        search.found.secrets.append(resource)


def _left_alone(search: Gathering, hit: Hit, resource: Resource) -> None:
    search.enter(resource, hit.steps)


def _warn_incomplete(search: Gathering, hit: Hit, resource: Resource, why: str) -> None:
    field = field_path(hit.steps)
    problem = Problem(
        code="incomplete",
        message=f"left alone: `{shown(field)}` {why}",
        severity="warning",
        position=search.document.position(offset_of(hit.slot)),
        hint=_INCOMPLETE_HINT,
    )
    search.found.results.append(Result(problem=problem, resource=resource, field=field))


_FORMS: dict[str, Callable[[Gathering, Hit, Resource], None]] = {
    "image": enter_string,
    "uri": enter_string,
    "pairs": enter_string,
    "repository": enter_string,
    "registry": enter_string,
    "podSpec": _pod_spec,
    "containers": _containers,
    "keys": _keys,
    "document": _document,
    "toml": _settings,
    "ini": _settings,
    "match": _left_alone,
    "none": _left_alone,
}

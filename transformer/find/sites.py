"""Documents times places: every image site, pod and service account, in source order.

Builtin, shipped and user-defined places are followed by path. A kind that the table does not know
is searched by structure: a mapping with a `containers` list of mappings with `name` and `image` is
taken for a pod spec. A string that is a document of its own is searched in turn. This pass decides
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from transformer.find.candidates import SCHEMA
from transformer.find.embedded import InnerSource
from transformer.find.forms import enter_account, enter_hit, enter_secret, is_meant
from transformer.find.found import Found
from transformer.find.lists import Item, document_objects, passed_over
from transformer.find.objects import Object, objects
from transformer.find.pods import pod_spec
from transformer.find.scope import Scope
from transformer.find.search import Gathering
from transformer.find.structure import may_hold_manifest, pod_specs
from transformer.model import Resource
from transformer.places.catalogue import may_hold_strings
from transformer.places.own_kinds import is_of_kubernetes
from transformer.places.place import BUILTIN_KINDS, Place
from transformer.places.trie import Branch, Hit, compile_paths, follow, walk
from transformer.records import replace
from transformer.yamltext.documents import Document
from transformer.yamltext.nodes import resolve
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import Mapping, Slot, SyntaxFault, Tree

if TYPE_CHECKING:
    from transformer.places.known_strings import Strings

# Before everything what is not an image, and pods and documents before what may be in one.
_RANKS = {"match": 0, "none": 0, "podSpec": 1, "containers": 1, "document": 1}
_LAST = 2

_SECRET = ("", "Secret")


def find(document: Document, tree: Tree, scope: Scope) -> Found:
    """Find the sites, pods and service accounts of one document.

    Takes the document, its tree, and what to look for. A place that cannot be read becomes an
    error among the results, and the search goes on behind it. Raises `SyntaxFault` for aliases that
    expand beyond all bounds, and for an item of which nobody can tell what it is.
    """
    search = Gathering(document, tree, scope.with_pods, _strings(tree, scope))
    if isinstance(document, Item):
        search.warn_repeated_keys()
        _find_objects(search, scope, document_objects(document, tree, scope.with_labels))
    else:
        _find_in_document(search, scope)
    found = search.found
    found.sites.sort(key=lambda site: site.spot.start)
    warnings = search.kept_warnings()
    found.results[:0] = warnings
    found.warned = len(warnings)
    return found


def _find_in_document(search: Gathering, scope: Scope) -> None:
    source = search.document.source
    try:
        if isinstance(source, InnerSource):
            search.warn_repeated_keys()
            _find_inside(search, source, scope)
        else:
            left = passed_over(search.tree, scope.may_hold)
            search.warn_repeated_keys(left)
            root = search.tree.root
            found = objects(
                root,
                kind=scope.kind_of(root),
                with_labels=scope.with_labels,
                passed_over={id(it) for it in left},
            )
            _find_objects(search, scope, found)
    except SyntaxFault as fault:
        search.fail(fault, None)


def _strings(tree: Tree, scope: Scope) -> Strings | None:
    if not (scope.env or scope.args or may_hold_strings(tree.text)):
        return None
    from transformer.places.known_strings import known_strings

    return known_strings(scope.env, scope.args, shapes=scope.shapes, pin=scope.pin)


def _find_objects(
    search: Gathering, scope: Scope, found: Iterable[Object], outer: Resource | None = None
) -> None:
    for mapping, resource, reason in found:
        key = (resource.group, resource.kind)
        owner = resource if outer is None else _part_of(outer, resource)
        if reason:
            search.leave_alone(mapping, owner, reason)
            if key[1] == SCHEMA and scope.passes_schemas:
                search.pass_over_spec(mapping)
            continue
        if key == _SECRET and search.with_pods:
            enter_secret(search, mapping, owner)
        _find_in(search, mapping, owner, key, scope)


def _part_of(outer: Resource, resource: Resource) -> Resource:
    # An object in another is known as that one, and found where it is.
    within = (*outer.within, *resource.steps[len(outer.steps) :])
    return replace(outer, steps=resource.steps, within=within)


def _find_in(
    search: Gathering, mapping: Mapping, resource: Resource, key: tuple[str, str], scope: Scope
) -> None:
    before = len(search.found.sites)
    pods, search.pods = search.pods, []
    branch = scope.table.get(key)
    hits = _hits(search, mapping, branch, resource) if branch is not None else []
    if branch is not None and branch.holders:
        _note_met(search, mapping, branch)
    if len(hits) > 1:
        hits.sort(key=lambda hit: _RANKS.get(hit.place.form, _LAST))
    early = next((at for at, it in enumerate(hits) if it.place.form not in _RANKS), len(hits))
    for hit in hits[:early]:
        _enter_early(search, hit, mapping, resource, scope)
    if scope.structure != "off" and key not in BUILTIN_KINDS and search.may_hold_pods:
        _enter_structure(search, mapping, resource, hits[:early], is_list=key[1].endswith("List"))
    for hit in hits[early:]:
        _enter(search, hit, mapping, resource)
    _enter_unknown(search, mapping, resource, hits, early, before, scope)
    if branch is not None and search.with_pods:
        if branch.is_account:
            _enter_account(search, mapping, resource)
        if key not in BUILTIN_KINDS or search.strings is not None:
            _give_holders(search, mapping, branch, resource, before)
    search.pods = pods


def _note_met(search: Gathering, root: Slot, branch: Branch) -> None:
    # A field for pull secrets may be absent, but not what it is in.
    for place in branch.holders:
        if place.origin == "user" and follow(root, place.steps[:-1], lambda _: None):
            search.found.met.add(id(place))


def _give_holders(
    search: Gathering, root: Slot, branch: Branch, resource: Resource, before: int
) -> None:
    from transformer.find.holders import give_holders

    give_holders(search, root, branch, resource, before)


def _enter_annotations(
    search: Gathering, mapping: Mapping, hits: list[Hit], resource: Resource
) -> None:
    # Of the object, and of the templates of its pods.
    assert search.strings is not None
    owners: list[tuple[Slot, Steps]] = [(mapping, ())]
    owners += ((hit.parent, hit.steps[:-1]) for hit in hits if hit.place.form == "podSpec")
    for owner, at in owners:
        for hit in _hits(search, owner, search.strings.annotations, resource, at):
            _enter(search, replace(hit, steps=(*at, *hit.steps)), owner, resource)


def _enter_early(search: Gathering, hit: Hit, root: Slot, resource: Resource, scope: Scope) -> None:
    if hit.place.form != "document" or not isinstance(resolve(hit.slot), Mapping):
        _enter(search, hit, root, resource)
        return
    # What could be a string is written out.
    search.found.met.add(id(hit.place))
    if not is_meant(hit, root, resource):
        return
    inner = replace(
        resource,
        steps=(*resource.steps, *hit.steps),
        within=(*resource.within, *hit.steps),
    )
    if search.enter(resource, hit.steps):
        _find_within(search, hit.slot, hit.place, inner, scope)


def _find_inside(search: Gathering, inner: InnerSource, scope: Scope) -> None:
    root = search.tree.root
    resource = replace(inner.resource, steps=(), within=inner.path)
    search.is_guess = inner.place.origin == "shape"
    # A patch is of a pod that has its pull secrets elsewhere.
    search.with_pods &= inner.place.inside != "podSpec"
    if root is not None:
        _find_within(search, root, inner.place, resource, scope)
    search.found.sites[:] = (
        site
        if site.has_holder
        else replace(site, holder=inner.holder, pods=inner.pods, secrets_at=inner.place.secrets_at)
        for site in search.found.sites
    )
    if search.is_guess:
        search.found.sites[:] = (replace(site, by_structure=True) for site in search.found.sites)


def _find_within(
    search: Gathering, root: Slot, place: Place, resource: Resource, scope: Scope
) -> None:
    if place.inside == "manifests":
        within = objects(root, resource.steps, with_labels=scope.with_labels)
        _find_objects(search, scope, within, resource)
    elif place.inside == "podSpec":
        try:
            pod_spec(search, root, resource, ())
        except SyntaxFault as fault:
            search.fail(fault, resource, severity=place.severity)
    else:
        assert not isinstance(place.inside, str)
        before = len(search.found.sites)
        branch = compile_paths(place.inside)
        for hit in _hits(search, root, branch, resource):
            _enter(search, hit, root, resource)
        if search.with_pods:
            _give_holders(search, root, branch, resource, before)


def _hits(
    search: Gathering, root: Slot, branch: Branch, resource: Resource, owner: Steps = ()
) -> list[Hit]:
    def fail(fault: SyntaxFault, below: Branch, at: Steps) -> None:
        search.unread.add((*resource.steps, *owner, *at))
        search.fail(fault, resource, severity="warning" if below.is_shipped else "error")

    return walk(root, branch, fail)


def _enter(search: Gathering, hit: Hit, root: Slot, resource: Resource) -> None:
    try:
        enter_hit(search, hit, root, resource)
    except SyntaxFault as fault:
        at = hit.steps if fault.code == "wrong-type" else ()
        search.fail(fault, resource, at, hit.place.severity)


def _enter_structure(
    search: Gathering, mapping: Mapping, resource: Resource, hits: list[Hit], *, is_list: bool
) -> None:
    ignored = _ignored(is_list)
    left = _left(search, hits, resource)
    lists = {hit.steps[:-1] for hit in hits if hit.place.form == "containers"}
    for node, at in pod_specs(mapping, ignored):
        # What a place says is not an image is none, however deep it holds what looks like one.
        is_left = any(at[: len(steps)] == steps for steps in left)
        if is_left or (*resource.steps, *at) in search.entered:
            continue
        # Where the catalogue knows a list of containers, it knows where pull secrets are, too.
        with_pods, search.with_pods = search.with_pods, search.with_pods and at not in lists
        try:
            pod_spec(search, node, resource, at, by_structure=True)
        except SyntaxFault as fault:
            search.fail(fault, resource, at)
        search.with_pods = with_pods


def _enter_unknown(
    search: Gathering,
    mapping: Mapping,
    resource: Resource,
    hits: list[Hit],
    early: int,
    before: int,
    scope: Scope,
) -> None:
    if scope.structure != "off":
        _enter_guesses(search, mapping, resource, hits[:early], before)
    if search.strings is not None:
        _enter_annotations(search, mapping, hits, resource)


def _enter_guesses(
    search: Gathering,
    mapping: Mapping,
    resource: Resource,
    hits: list[Hit],
    before: int,
) -> None:
    if is_of_kubernetes(resource):
        if resource.kind == "ConfigMap" and may_hold_manifest(search.tree.text):
            from transformer.find.guesses import enter_manifests

            enter_manifests(search, mapping, resource)
        return
    if not search.has_likely_images(mapping, search.found.sites[before:]):
        return
    from transformer.find.guesses import enter_guesses

    ignored = _ignored(resource.kind.endswith("List"))
    enter_guesses(search, mapping, resource, ignored, _left(search, hits, resource))


def _ignored(is_list: bool) -> tuple[str, ...]:
    # What a list lists has been searched already, each by its own kind.
    return ("status", "items") if is_list else ("status",)


def _left(search: Gathering, hits: list[Hit], resource: Resource) -> list[Steps]:
    return [hit.steps for hit in hits if _is_left(search, hit, resource)]


def _is_left(search: Gathering, hit: Hit, resource: Resource) -> bool:
    # Unless its conditions are not met.
    is_entered = (*resource.steps, *hit.steps) in search.entered
    return hit.place.form in ("match", "none") and is_entered


def _enter_account(search: Gathering, mapping: Mapping, resource: Resource) -> None:
    try:
        enter_account(search, mapping, resource)
    except SyntaxFault as fault:
        search.fail(fault, resource)

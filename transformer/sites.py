"""Documents times places: every image site, pod and service account, in source order.

Builtin and user-defined places are followed by path. A kind that the table does not know is
searched by structure: a mapping with a `containers` list of mappings with `name` and `image` is
taken for a pod spec. This pass decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.errors import Problem
from transformer.fields import CONTAINER_LISTS, VOLUMES, Table, follow, wrong_type
from transformer.model import Account, Pod, Resource, Result, Site, Spot, Steps, field_path
from transformer.nodes import (
    RepeatedKey,
    is_null,
    lookup,
    offset_of,
    repeated_keys,
    resolve,
    text_of,
)
from transformer.objects import LEFT_ALONE, objects
from transformer.source import Document
from transformer.spots import Places, name_list
from transformer.tree import RENDER_HINT, Collection, Mapping, Sequence, Slot, SyntaxFault, Tree

_POD_KEYS = frozenset(
    {*CONTAINER_LISTS, VOLUMES, "imagePullSecrets", "serviceAccountName", "serviceAccount"}
)
_STRING_TAGS = (None, "!", "tag:yaml.org,2002:str")

_CONTAINER_KEYS = frozenset({"name", "image"})


class Found:
    """What a document holds. `results` are faults and warnings that no decision can change."""

    __slots__ = ("accounts", "pods", "results", "sites")

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.pods: list[Pod] = []
        self.accounts: list[Account] = []
        self.results: list[Result] = []

    def spots(self) -> Iterator[Spot]:
        """Every spot of the document that a plan may change."""
        for site in self.sites:
            yield site.spot
        anchors = {id(site.anchor): site.anchor for site in self.sites if site.anchor is not None}
        for anchor in anchors.values():
            yield anchor.definition
            yield from anchor.aliases
        holders: tuple[Pod | Account, ...] = (*self.pods, *self.accounts)
        for holder in holders:
            yield holder.secrets.spot.spot


def find(
    document: Document,
    tree: Tree,
    table: Table,
    structure: str = "rewrite",
    *,
    with_pods: bool = True,
    with_labels: bool = True,
) -> Found:
    """Find the sites, pods and service accounts of one document.

    Takes the document, its tree, the table of places, and what to do with kinds that it does not
    know: `off` does not look at them; otherwise their sites are marked `by_structure`. Pods and
    accounts are noted only when pull secrets are wanted, labels when rules look at them. A place
    that cannot be read becomes an error among the results, and the search goes on behind it.
    """
    found = Found()
    search = _Search(document, tree, found, with_pods)
    search.warn_repeated_keys()
    try:
        for mapping, resource, reason in objects(tree.root, with_labels=with_labels):
            if reason:
                search.leave_alone(mapping, resource, reason)
            elif (resource.group, resource.kind) in table:
                search.enter_places(mapping, resource, table)
            elif structure != "off" and resource.api_version:
                search.enter_structure(mapping, resource)
    except SyntaxFault as fault:
        search.fail(fault, None)
    found.sites.sort(key=lambda site: site.spot.start)
    return found


class _Search:
    def __init__(self, document: Document, tree: Tree, found: Found, with_pods: bool) -> None:
        self.document = document
        self.tree = tree
        self.found = found
        self.with_pods = with_pods
        self.places = Places(tree)

    def warn_repeated_keys(self) -> None:
        for mapping in self.tree.mappings:
            children = mapping.children
            size = len(children)
            if size > 2 and len({key.value for key in children[::2]}) * 2 != size:
                for first, second in repeated_keys(mapping):
                    self._warn_repeated(first, second)

    def _warn_repeated(self, first: Slot, second: Slot) -> None:
        line = self.document.position(offset_of(first)).line
        problem = Problem(
            code="repeated-key",
            message=f"key `{first.value}` must not be repeated: first at line {line}",
            severity="warning",
            position=self.document.position(offset_of(second)),
        )
        self.found.results.append(Result(problem=problem))

    def fail(self, fault: SyntaxFault, resource: Resource | None, at: Steps = ()) -> None:
        problem = fault_problem(self.document, fault)
        # The warning about the same place says less.
        self.found.results[:] = [
            it for it in self.found.results if it.problem.position != problem.position
        ]
        self.found.results.append(Result(problem=problem, resource=resource, field=field_path(at)))

    def leave_alone(self, mapping: Mapping, resource: Resource, reason: str) -> None:
        problem = Problem(
            code=reason,
            message=f"left alone: {resource} {LEFT_ALONE[reason]}",
            severity="info",
            position=self.document.position(offset_of(mapping)),
        )
        self.found.results.append(Result(problem=problem, resource=resource))

    def enter_places(self, mapping: Mapping, resource: Resource, table: Table) -> None:
        for steps, form in table[resource.group, resource.kind]:
            try:
                if form == "pullSecrets":
                    if self.with_pods:
                        self._account(mapping, resource)
                    continue
                for parent, slot, at in follow(mapping, steps):
                    if form == "podSpec":
                        self._pod_spec(slot, resource, at)
                    else:
                        self._image(parent, slot, resource, at)
            except SyntaxFault as fault:
                self.fail(fault, resource)

    def enter_structure(self, mapping: Mapping, resource: Resource) -> None:
        # Aliases cannot make this walk long: `Places` has counted every use and set the bound.
        stack: list[tuple[Slot, Steps]] = [(mapping, ())]
        while stack:
            slot, at = stack.pop()
            node = resolve(slot)
            if isinstance(node, Sequence):
                stack.extend((item, (*at, index)) for index, item in enumerate(node.children))
            elif isinstance(node, Mapping):
                is_pod_spec = looks_like_pod_spec(node)
                if is_pod_spec:
                    self._try_pod_spec(node, resource, at)
                for key, value in zip(node.children[::2], node.children[1::2], strict=True):
                    if key.value is None or (not at and key.value == "status"):
                        continue
                    if isinstance(resolve(value), Collection) and not (
                        is_pod_spec and key.value in _POD_KEYS
                    ):
                        stack.append((value, (*at, key.value)))

    def _try_pod_spec(self, node: Mapping, resource: Resource, at: Steps) -> None:
        try:
            self._pod_spec(node, resource, at, by_structure=True)
        except SyntaxFault as fault:
            self.fail(fault, resource, at)

    def _account(self, mapping: Mapping, resource: Resource) -> None:
        secrets = name_list(self.places, mapping, (), "metadata")
        account = Account(document=self.document, resource=resource, secrets=secrets)
        self.found.accounts.append(account)

    def _pod_spec(
        self, slot: Slot, resource: Resource, at: Steps, *, by_structure: bool = False
    ) -> None:
        node = resolve(slot)
        if is_null(slot):
            return
        if not isinstance(node, Mapping):
            raise wrong_type(at, "a mapping", slot)
        keys = lookup(node, _POD_KEYS)
        pod = self._pod(node, keys, resource, at) if self.with_pods else None
        before = len(self.found.sites)
        for key, value in keys.items():
            if key in CONTAINER_LISTS:
                self._containers(value, resource, pod, (*at, key), by_structure)
            elif key == VOLUMES:
                self._volumes(value, resource, pod, (*at, key), by_structure)
        if pod is not None and len(self.found.sites) > before:
            self.found.pods.append(pod)

    def _pod(self, node: Mapping, keys: dict[str, Slot], resource: Resource, at: Steps) -> Pod:
        return Pod(
            document=self.document,
            resource=resource,
            steps=at,
            account=text_of(keys.get("serviceAccountName") or keys.get("serviceAccount")),
            secrets=name_list(self.places, node, at),
        )

    def _containers(
        self, slot: Slot, resource: Resource, pod: Pod | None, at: Steps, by_structure: bool
    ) -> None:
        for index, item in self._items(slot, at):
            keys = lookup(item, _CONTAINER_KEYS)
            if "image" in keys:
                self._image(
                    item,
                    keys["image"],
                    resource,
                    (*at, index, "image"),
                    pod,
                    text_of(keys.get("name")),
                    by_structure,
                )

    def _volumes(
        self, slot: Slot, resource: Resource, pod: Pod | None, at: Steps, by_structure: bool
    ) -> None:
        for index, item in self._items(slot, at):
            image = lookup(item, ("image",)).get("image")
            source = resolve(image) if image is not None else None
            if isinstance(source, Mapping):
                reference = lookup(source, ("reference",)).get("reference")
                if reference is not None:
                    steps = (*at, index, "image", "reference")
                    self._image(source, reference, resource, steps, pod, "", by_structure)

    def _items(self, slot: Slot, at: Steps) -> Iterator[tuple[int, Mapping]]:
        node = resolve(slot)
        if is_null(slot):
            return
        if not isinstance(node, Sequence):
            raise wrong_type(at, "a list", slot)
        for index, item in enumerate(node.children):
            entry = resolve(item)
            if isinstance(entry, Mapping):
                yield index, entry
            elif not is_null(item):
                raise wrong_type((*at, index), "a mapping", item)

    def _image(
        self,
        parent: Collection,
        slot: Slot,
        resource: Resource,
        at: Steps,
        pod: Pod | None = None,
        container: str = "",
        by_structure: bool = False,
    ) -> None:
        if is_null(slot):
            return
        node = resolve(slot)
        if isinstance(node, Collection) or node.tag not in _STRING_TAGS:
            fault = wrong_type(at, "a string", slot)
            fault.hint = RENDER_HINT if isinstance(node, Collection) and node.is_flow else ""
            self.fail(fault, resource, at)
            return
        self.found.sites.append(
            Site(
                document=self.document,
                resource=resource,
                steps=at,
                value=node.value,
                spot=self.places.spot(parent, slot),
                container=container,
                pod=pod,
                anchor=self.places.anchor(slot) if self.tree.aliases else None,
                by_structure=by_structure,
            )
        )


def looks_like_pod_spec(node: Mapping) -> bool:
    """True for a mapping whose `containers` lists a mapping with a `name` and an `image`."""
    items = resolve(_peek(node, "containers"))
    return isinstance(items, Sequence) and any(_is_container(item) for item in items.children)


def _is_container(item: Slot) -> bool:
    entry = resolve(item)
    return isinstance(entry, Mapping) and all(
        not isinstance(resolve(_peek(entry, key)), Collection) for key in _CONTAINER_KEYS
    )


def _peek(node: Mapping, key: str) -> Slot:
    # What cannot be read by key looks like nothing: the node itself, which is no scalar.
    try:
        return lookup(node, (key,)).get(key, node)
    except SyntaxFault:
        return node


def fault_problem(document: Document, fault: SyntaxFault) -> Problem:
    """A fault in a document's text as a problem with its position in the file."""
    message = fault.message
    if isinstance(fault, RepeatedKey):
        message = f"{message}: first at line {document.position(fault.first).line}"
    return Problem(
        code=fault.code,
        message=message,
        position=document.position(fault.offset),
        hint=fault.hint,
    )

"""Documents times places: every image site, pod and service account, in source order.

Builtin and user-defined places are followed by path. A kind that the table does not know is
searched by structure: a mapping with a `containers` list of mappings with `name` and `image` is
taken for a pod spec. This pass decides nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from transformer.errors import Problem
from transformer.faults import fault_problem
from transformer.fields import (
    BUILTIN_KINDS,
    CONTAINER_LISTS,
    VOLUMES,
    Form,
    PathForms,
    Table,
    follow,
    wrong_type,
)
from transformer.model import Account, Pod, Resource, Result, Site, Spot, Steps, field_path
from transformer.nodes import (
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
from transformer.structure import pod_specs
from transformer.tree import RENDER_HINT, Collection, Mapping, Sequence, Slot, SyntaxFault, Tree

_POD_KEYS = frozenset(
    {*CONTAINER_LISTS, VOLUMES, "imagePullSecrets", "serviceAccountName", "serviceAccount"}
)
_POD_FORMS = frozenset({"podSpec", "pullSecrets"})
_IMAGE_FORMS = frozenset({"image"})

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
    that cannot be read becomes an error among the results, and the search goes on behind it. Raises
    `SyntaxFault` for aliases that expand beyond all bounds.
    """
    found = Found()
    search = _Search(document, tree, found, with_pods)
    search.warn_repeated_keys()
    try:
        for mapping, resource, reason in objects(tree.root, with_labels=with_labels):
            if reason:
                search.leave_alone(mapping, resource, reason)
                continue
            key = (resource.group, resource.kind)
            places = table.get(key, ())
            # Pods first, whoever knows them: an image inside of one belongs to it.
            search.enter_places(mapping, resource, places, _POD_FORMS)
            if structure != "off" and resource.api_version and key not in BUILTIN_KINDS:
                search.enter_structure(mapping, resource)
            search.enter_places(mapping, resource, places, _IMAGE_FORMS)
    except SyntaxFault as fault:
        search.fail(fault, None)
    found.sites.sort(key=lambda site: site.spot.start)
    found.results[:0] = search.warnings.values()
    return found


class _Search:
    def __init__(self, document: Document, tree: Tree, found: Found, with_pods: bool) -> None:
        self.document = document
        self.tree = tree
        self.found = found
        self.with_pods = with_pods
        self.entered: set[Steps] = set()
        self.warnings: dict[int, Result] = {}
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
        self.warnings[offset_of(second)] = Result(problem=problem)

    def fail(self, fault: SyntaxFault, resource: Resource | None, at: Steps = ()) -> None:
        # A warning about the same place says less.
        self.warnings.pop(fault.offset, None)
        problem = fault_problem(self.document, fault)
        self.found.results.append(Result(problem=problem, resource=resource, field=field_path(at)))

    def leave_alone(self, mapping: Mapping, resource: Resource, reason: str) -> None:
        problem = Problem(
            code=reason,
            message=f"left alone: {resource} {LEFT_ALONE[reason]}",
            severity="info",
            position=self.document.position(offset_of(mapping)),
        )
        self.found.results.append(Result(problem=problem, resource=resource))

    def enter_places(
        self, mapping: Mapping, resource: Resource, places: PathForms, forms: Container[str]
    ) -> None:
        for steps, form in places:
            if form in forms:
                try:
                    self._enter_place(mapping, resource, steps, form)
                except SyntaxFault as fault:
                    self.fail(fault, resource)

    def _enter_place(self, mapping: Mapping, resource: Resource, steps: Steps, form: Form) -> None:
        if form == "pullSecrets":
            if self.with_pods:
                self._account(mapping, resource)
            return
        for parent, slot, at in follow(mapping, steps):
            if form == "podSpec":
                self._pod_spec(slot, resource, at)
            else:
                self._image(parent, slot, resource, at)

    def enter_structure(self, mapping: Mapping, resource: Resource) -> None:
        for node, at in pod_specs(mapping):
            if (*resource.steps, *at) not in self.entered:
                self._try_pod_spec(node, resource, at)

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
        self.entered.add((*resource.steps, *at))
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
            account=text_of(keys.get("serviceAccountName")) or text_of(keys.get("serviceAccount")),
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
        place = (*resource.steps, *at)
        if is_null(slot) or place in self.entered:
            return
        self.entered.add(place)
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

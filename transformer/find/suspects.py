"""What else looks like an image and is in no known place: listed, and left as it is.

    env: [{name: HELPER, value: "quay.io/acme/helper:1.0"}]     (env)
    args: ["--sidecar=quay.io/acme/sidecar:1.0"]                (arg)

A pass of its own over the texts of a run, behind the decisions: it reads again what may hold one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from transformer.config.config import Config
from transformer.errors import Position
from transformer.find.candidates import SCHEMA
from transformer.find.described import Described, described, reason
from transformer.find.embedded import InnerSource
from transformer.find.forms import is_meant
from transformer.find.likeness import images, is_named, is_versioned, named_images, without_scheme
from transformer.find.lists import Item, document_objects
from transformer.image.repository import under
from transformer.model import Decision, Resource, Site
from transformer.places.catalogue import ANY, Catalogue, shipped
from transformer.places.place import BUILTINS, SCALAR_FORMS, Place, part_steps
from transformer.places.trie import Hit, compile_paths, walk
from transformer.records import record
from transformer.yamltext.alignment import Misaligned, align
from transformer.yamltext.documents import Document
from transformer.yamltext.items import DEPTH
from transformer.yamltext.nodes import count_uses, offset_of, value_start
from transformer.yamltext.parsers import readable
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.tree import Alias, Mapping, RawEvent, Slot, SyntaxFault, Tree, read

# Groups that are read on a user's machine, and groups of machines, whose images no container runs.
_ELSEWHERE = frozenset(
    {
        "compute.cnrm.cloud.google.com",
        "core.gardener.cloud",
        "harvesterhci.io",
        "karpenter.k8s.aws",
        "kbld.k14s.io",
        "kind.x-k8s.io",
        "kops.k8s.io",
        "kustomize.config.k8s.io",
        "machine.openshift.io",
        "machineconfiguration.openshift.io",
        "rbac.authorization.k8s.io",
        "skaffold",
    }
)

# Machines of clusters, of which some are containers.
_CLUSTERS = "infrastructure.cluster.x-k8s.io"
_IN_CONTAINERS = ("Dev", "Docker", "Kubevirt")

# Forms of what is never changed, and why where the place does not say it.
_NEVER = {"match": "it matches images, and pulls none", "none": "it is not an image to pull"}

# Forms of places that are scalars.
_SPOKEN = frozenset({*_NEVER, *SCALAR_FORMS, "split"})


@record
class Sighting:
    """A text that looks like an image: characters `start` to `end` of a scalar, and why it is one.

    `reason` is that of `described.reason`; for what is never changed it says why that is so.
    """

    document: Document
    resource: Resource
    scalar: Described
    start: int
    end: int
    reason: str

    @property
    def value(self) -> str:
        """The whole scalar."""
        return self.scalar.slot.value or ""

    @property
    def image(self) -> str:
        return self.value[self.start : self.end]

    @property
    def field(self) -> str:
        """The field path from the object, as results name it."""
        return field_path(self.scalar.at)

    @property
    def position(self) -> Position:
        return _position(self.document, self.scalar.slot, self.start)


@record
class Seen:
    """What may be an image, and what is known never to be changed, in the order of the texts."""

    maybe: tuple[Sighting, ...]
    never: tuple[Sighting, ...]


def look(
    documents: Iterable[Document], decisions: Sequence[Decision], config: Config, parser: str = ""
) -> Seen:
    """Look for what else may be an image in documents of a run.

    Takes the documents, what was decided in the run, the configuration that it had, and the name of
    its YAML parser. What lies under a target of a rule is none. A document that cannot be read has
    nothing: the run has said so, where an image could be in it.
    """
    table = Catalogue((*BUILTINS, *config.fields))
    taken = Taken(site for site, _ in decisions)
    folders = {it for rule in config.rules for it in rule.prefixes}
    found: list[Sighting] = []
    for document in documents:
        try:
            tree = read(document.text, parser, DEPTH if isinstance(document, Item) else 0)
            found += sightings(document, tree, table, taken)
        except SyntaxFault:
            continue
    return Seen(
        maybe=tuple(it for it in found if it.scalar.is_open and not _lies_under(it.image, folders)),
        never=tuple(it for it in found if not it.scalar.is_open),
    )


def _lies_under(image: str, folders: Iterable[str]) -> bool:
    name = image.partition("@")[0]
    path, colon, tag = name.rpartition(":")
    name = path if colon and "/" not in tag else name
    return any(under(name, folder) for folder in folders)


_Key: TypeAlias = "tuple[int, int, Steps]"


class Taken:
    """By the place of a scalar of a file, the texts in it that are images for the run."""

    __slots__ = ("_texts",)

    def __init__(self, sites: Iterable[Site]) -> None:
        self._texts: dict[_Key, set[str]] = {}
        for site in sites:
            texts = [(part.steps, part.value) for part in site.parts] or [(site.steps, site.value)]
            for steps, text in texts:
                self._texts.setdefault(_key_of(site, steps), set()).add(text.rstrip("\n"))

    def at(self, document: Document, steps: Steps) -> set[str]:
        return self._texts.get((id(document.source), document.index, steps), set())


def _key_of(site: Site, steps: Steps) -> _Key:
    document, at = site.document, (*site.resource.steps, *steps)
    while isinstance(document.source, InnerSource):
        inner = document.source
        document, at = inner.document, (*inner.resource.steps, *inner.steps)
    return id(document.source), document.index, at


def sightings(document: Document, tree: Tree, table: Catalogue, taken: Taken) -> Iterator[Sighting]:
    """What else looks like an image in a document, given its tree and what the run knows.

    Raises `SyntaxFault` for aliases that expand beyond all bounds.
    """
    if tree.aliases:
        count_uses(tree)
    for mapping, resource, left_alone in document_objects(document, tree, with_labels=False):
        if left_alone and resource.kind != SCHEMA:
            continue
        for scalar in described(mapping, _spoken(table, mapping, resource), resource):
            why = _why(resource, scalar)
            texts = taken.at(document, (*resource.steps, *scalar.at)) if why else set()
            for start, end in _images(scalar, resource) if why else ():
                if (scalar.slot.value or "")[start:end] not in texts:
                    yield Sighting(
                        document=document,
                        resource=resource,
                        scalar=scalar,
                        start=start,
                        end=end,
                        reason=why,
                    )


def _spoken(table: Catalogue, mapping: Mapping, resource: Resource) -> dict[Steps, Place]:
    # Places that say of a scalar what it is: what such a one left alone, it had a reason for.
    branch = table.get((resource.group, resource.kind))
    hits = walk(mapping, branch, lambda *_: None) if branch is not None else []
    owners: list[tuple[Slot, Steps]] = [(mapping, ())]
    owners += ((hit.parent, hit.steps[:-1]) for hit in hits if hit.place.form == "podSpec")
    spoken = {
        at: hit.place
        for hit in hits
        if hit.place.form in _SPOKEN and is_meant(hit, mapping, resource)
        for at in _steps_of(hit)
    }
    annotations = compile_paths(it for it in shipped(ANY, "*") if it.form in _SPOKEN)
    for owner, at in owners:
        for hit in walk(owner, annotations, lambda *_: None):
            spoken.update(((*at, *steps), hit.place) for steps in _steps_of(hit))
    return spoken


def _steps_of(hit: Hit) -> Iterator[Steps]:
    if hit.place.form != "split":
        yield hit.steps
        return
    for _, keys in hit.place.parts:
        yield from (part_steps(hit.steps, key) for key in keys.split("|"))


def _why(resource: Resource, scalar: Described) -> str:
    place = scalar.place
    if place is None or scalar.is_open:
        return "" if _is_elsewhere(resource) else reason(resource, scalar)
    return place.reason or _NEVER[place.form] if place.form in _NEVER else ""


def _is_elsewhere(resource: Resource) -> bool:
    is_machine = resource.group == _CLUSTERS and "Machine" in resource.kind
    return resource.group in _ELSEWHERE or (
        is_machine and not resource.kind.startswith(_IN_CONTAINERS)
    )


def _images(scalar: Described, resource: Resource) -> Iterable[tuple[int, int]]:
    value = scalar.slot.value or ""
    start, end = without_scheme(value)
    is_one_line = "\n" not in value[start:end]
    if scalar.place is not None and scalar.place.form == "match" and is_one_line:
        return [(0, end)]
    said = scalar.said if is_one_line else ""
    if said == "other":
        return []
    if resource.kind == "Secret" and said != "image":
        return named_images(value)
    if scalar.may_be_versioned and is_versioned(value[start:end]):
        return [(start, end)]
    text, alone = value[start:end], scalar.may_be_a_word
    if said and is_named(text, said, alone=alone, vague=scalar.is_vague and not scalar.is_part):
        return [(start, end)]
    return images(value, scalar.said)


def _position(document: Document, slot: Slot, start: int) -> Position:
    if isinstance(slot, Alias):
        return document.position(offset_of(slot))
    event: RawEvent = slot
    begin = value_start(document.text, event)
    if start:
        written = readable(document.text[begin : event.end_mark.index])
        try:
            begin += align(written, event.style or "", event.value).start(start)
        except Misaligned:
            return document.position(begin)
    return document.position(begin)

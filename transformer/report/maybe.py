"""What else looks like an image: listed when it is asked for, never changed.

    env: [{name: HELPER, value: "quay.io/acme/helper:1.0"}]     (env)
    args: ["--sidecar=quay.io/acme/sidecar:1.0"]                (arg)

A pass of its own over the texts of a run, which reads them again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TypeAlias

from transformer.errors import Position
from transformer.find.embedded import InnerSource
from transformer.find.forms import is_meant
from transformer.find.objects import objects
from transformer.model import Decision, Resource, Site
from transformer.places.catalogue import ANY, Catalogue, shipped
from transformer.places.own_kinds import is_of_kubernetes
from transformer.places.place import Place
from transformer.places.trie import compile_paths, walk
from transformer.records import record
from transformer.report.likeness import Known, is_reference
from transformer.yamltext.alignment import Misaligned, align
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import count_uses, offset_of, resolve, value_start, visible
from transformer.yamltext.parsers import readable
from transformer.yamltext.path import Step, Steps, field_path
from transformer.yamltext.tree import (
    Alias,
    Collection,
    Mapping,
    RawEvent,
    Slot,
    SyntaxFault,
    Tree,
    read,
)

# What of a split image names it: `image: {repository: quay.io/acme/web, tag: "1.0"}`.
_NAMING = ("repository", "repo", "name", "reference", "ref")

# Forms of what is never changed, and why where the place does not say it.
_NEVER = {"match": "it matches images, and pulls none", "none": "it is no image to pull"}

# What says who an object is, and what a controller saw.
_NOT_SPEC = frozenset({"apiVersion", "kind", "status"})


@record
class Sighting:
    """A text that looks like an image, where it stands, and why it is listed.

    `reason` is env, arg, configmap, annotation, key-named-image or unknown-kind; for what is never
    changed it says why that is so.
    """

    image: str
    position: Position
    document: int
    resource: Resource
    field: str
    reason: str


@record
class Seen:
    """What may be an image, and what is known never to be changed, in the order of the texts."""

    maybe: tuple[Sighting, ...]
    never: tuple[Sighting, ...]


def look(
    sources: Iterable[Source], decisions: Iterable[Decision], table: Catalogue, parser: str = ""
) -> Seen:
    """Look for what else may be an image in the texts of a run.

    Takes its sources, what was decided in them, the table of places that it had, and the name of
    its YAML parser. A document that cannot be read has nothing: the run has said so, where an image
    could be in it.
    """
    search = _Search(tuple(decisions), table)
    for source in sources:
        for document in documents(source):
            try:
                _look_into(search, document, read(document.text, parser))
            except SyntaxFault:
                continue
    return Seen(maybe=tuple(search.maybe), never=tuple(search.never))


class _Search:
    def __init__(self, decisions: Sequence[Decision], table: Catalogue) -> None:
        self.known = Known(decisions)
        self.taken = _taken(decisions)
        self.table = table
        self.annotations = compile_paths(it for it in shipped(ANY, "*") if it.form in _NEVER)
        self.maybe: list[Sighting] = []
        self.never: list[Sighting] = []


_Key: TypeAlias = "tuple[int, int, Steps]"


def _taken(decisions: Iterable[Decision]) -> dict[_Key, set[str]]:
    # By the place of a scalar of a file, the texts in it that are images for the run.
    taken: dict[_Key, set[str]] = {}
    for site, _ in decisions:
        texts = [(part.steps, part.value) for part in site.parts] or [(site.steps, site.value)]
        for steps, text in texts:
            taken.setdefault(_key_of(site, steps), set()).add(text.rstrip("\n"))
    return taken


def _key_of(site: Site, steps: Steps) -> _Key:
    document, at = site.document, (*site.resource.steps, *steps)
    while isinstance(document.source, InnerSource):
        inner = document.source
        document, at = inner.document, (*inner.resource.steps, *inner.steps)
    return id(document.source), document.start, at


@record
class _Text:
    """A scalar with text: its slot, the steps from its object, and the place that is no image."""

    slot: Slot
    at: Steps
    never: Place | None


def _look_into(search: _Search, document: Document, tree: Tree) -> None:
    if tree.aliases:
        count_uses(tree)
    for mapping, resource, left_alone in objects(tree.root, with_labels=False):
        if not left_alone:
            for text in _texts(mapping, _never(search, mapping, resource), resource):
                _see(search, document, resource, text)


def _never(search: _Search, mapping: Mapping, resource: Resource) -> dict[Steps, Place]:
    branch = search.table.get((resource.group, resource.kind))
    hits = walk(mapping, branch, lambda *_: None) if branch is not None else []
    owners: list[tuple[Slot, Steps]] = [(mapping, ())]
    owners += ((hit.parent, hit.steps[:-1]) for hit in hits if hit.place.form == "podSpec")
    never = {
        hit.steps: hit.place
        for hit in hits
        if hit.place.form in _NEVER and is_meant(hit, mapping, resource)
    }
    for owner, at in owners:
        for hit in walk(owner, search.annotations, lambda *_: None):
            never[(*at, *hit.steps)] = hit.place
    return never


def _texts(top: Mapping, never: dict[Steps, Place], resource: Resource) -> Iterator[_Text]:
    ignored = _NOT_SPEC | {"items"} if resource.kind.endswith("List") else _NOT_SPEC
    stack: list[_Text] = [_Text(slot=top, at=(), never=None)]
    while stack:
        text = stack.pop()
        node = resolve(text.slot)
        if isinstance(node, Collection):
            inner = list(_inner(node, text.at, ignored))
            stack += (
                _Text(slot=slot, at=at, never=text.never or never.get(at))
                for slot, at in reversed(inner)
            )
        elif node.value:
            yield text


def _inner(node: Collection, at: Steps, ignored: Container[str]) -> Iterator[tuple[Slot, Steps]]:
    if not isinstance(node, Mapping):
        for index, item in enumerate(node.children):
            yield item, (*at, index)
        return
    for key, value in visible(node):
        name = key.value or ""
        is_other = name in ignored if not at else at[-1] == "metadata" and name != "annotations"
        if not is_other:
            yield value, (*at, name)


def _see(search: _Search, document: Document, resource: Resource, text: _Text) -> None:
    value = text.slot.value or ""
    steps = (*resource.steps, *text.at)
    taken = search.taken.get((id(document.source), document.start, steps), ())
    if text.never is None:
        reason, sightings = _reason(resource, text.at), search.maybe
    else:
        reason, sightings = text.never.reason or _NEVER[text.never.form], search.never
    for start, end in _images(search.known, text) if reason else ():
        if value[start:end] not in taken:
            sighting = Sighting(
                image=value[start:end],
                position=_position(document, text.slot, start),
                document=document.index,
                resource=resource,
                field=field_path(text.at),
                reason=reason,
            )
            sightings.append(sighting)


def _images(known: Known, text: _Text) -> Iterable[tuple[int, int]]:
    value = text.slot.value or ""
    end = len(value.rstrip("\n"))
    is_pattern = text.never is not None and text.never.form == "match" and "\n" not in value[:end]
    is_named = _is_named_image(text.at) and is_reference(value[:end])
    if is_pattern or is_named:
        return [(0, end)]
    return known.images(value)


def _reason(resource: Resource, at: Steps) -> str:
    place = (resource.group, resource.kind)
    if at[-3:-1] == ("metadata", "annotations"):
        return "annotation"
    if at[-1] == "value" and at[-3:-2] == ("env",):
        return "env"
    if isinstance(at[-1], int) and at[-2] in ("args", "command"):
        return "arg"
    if place == ("", "Secret"):
        return ""
    if place == ("", "ConfigMap"):
        return "configmap" if at[0] == "data" else ""
    if _is_named_image(at):
        return "key-named-image"
    return "" if is_of_kubernetes(resource) else "unknown-kind"


def _is_named_image(at: Steps) -> bool:
    if at[-1] in _NAMING and len(at) > 1:
        return _says_image(at[-2])
    # The image of a volume of Ceph is a disk.
    return _says_image(at[-1]) and at[-2:-1] != ("rbd",)


def _says_image(step: Step) -> bool:
    return str(step).lower().endswith("image")


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

"""The images as they were written, noted on the objects that use them.

    report:
      originalImages: true

    metadata:
      annotations:
        mirrorpin.dev/original-images: "web=nginx:1.27,init=busybox:1.36"

One `container=image` for each image that changes, in the order of the text; where a container has
no name of its own in the object, its field path stands for it. What an earlier run noted stays, so
that a second one changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence

from transformer.errors import Problem
from transformer.find.lists import document_objects
from transformer.model import Decision, Resource, Result, Rewrite, Site
from transformer.records import record
from transformer.yamltext.annotations import (
    ANNOTATIONS,
    METADATA,
    AnnotationSpot,
    annotate,
    annotation_spot,
)
from transformer.yamltext.documents import Document
from transformer.yamltext.edit import Edit
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Tree

ORIGINAL_IMAGES = "mirrorpin.dev/original-images"
PATH = (METADATA, ANNOTATIONS, ORIGINAL_IMAGES)

_HINT = "write it in plain block or flow style, or set `report: {originalImages: false}`"


@record
class NotePlace:
    """Where the images of an object are noted, or would be."""

    document: Document
    resource: Resource
    place: AnnotationSpot


@record
class Note:
    """What must be noted on an object: the annotation's whole value."""

    at: NotePlace
    value: str

    @property
    def steps(self) -> Steps:
        return PATH


def note_places(document: Document, tree: Tree, sites: Iterable[Site]) -> tuple[NotePlace, ...]:
    """The place for the note of every object of a document that has an image.

    Raises `SyntaxFault` where the objects of the document cannot be told.
    """
    wanted = {site.resource.steps for site in sites}
    if not wanted:
        return ()
    places = Spots(tree)
    return tuple(
        NotePlace(
            document=document,
            resource=resource,
            place=annotation_spot(places, owner, ORIGINAL_IMAGES),
        )
        for owner, resource, _ in document_objects(document, tree, with_labels=False)
        if resource.steps in wanted
    )


def plan_notes(places: Iterable[NotePlace], decisions: Iterable[Decision]) -> tuple[Note, ...]:
    """The notes to write, in the order of the places: those with something new to say."""
    images: dict[tuple[int, Steps], list[Decision]] = {}
    for decision in decisions:
        site = decision[0]
        images.setdefault((id(site.document), site.resource.steps), []).append(decision)
    notes = []
    for at in places:
        pairs = _pairs(images.get((id(at.document), at.resource.steps), ()))
        value = _noted(at.place.value, pairs)
        if value != at.place.value:
            notes.append(Note(at=at, value=value))
    return tuple(notes)


def _pairs(decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    names = Counter(site.container for site, _ in decisions)
    return [
        (_place(site, names), site.written)
        for site, verdict in decisions
        if isinstance(verdict, Rewrite)
    ]


def _place(site: Site, names: Counter[str]) -> str:
    name = site.container
    is_clear = name and names[name] == 1 and not {",", "="} & set(name)
    return name if is_clear else site.field


def _noted(old: str, pairs: Iterable[tuple[str, str]]) -> str:
    notes = old.split(",") if old else []
    known = {note.partition("=")[0].strip(): number for number, note in enumerate(notes)}
    for place, image in pairs:
        note = f"{place}={image}"
        if place in known:
            notes[known[place]] = note
        else:
            notes.append(note)
    return ",".join(notes)


def noted_images(value: str) -> dict[str, str]:
    """The images of a note by their places, as far as it can be read."""
    pairs = (it.partition("=") for it in value.split(","))
    return {place.strip(): image for place, separator, image in pairs if separator}


def without(value: str, places: Container[str]) -> str:
    """A note without what it says of some places."""
    return ",".join(it for it in value.split(",") if it.partition("=")[0].strip() not in places)


def places_in_note(sites: Sequence[Site]) -> list[str]:
    """What the sites of one object are called in its note, all of them."""
    names = Counter(site.container for site in sites)
    return [_place(site, names) for site in sites]


def note_edits(notes: Iterable[Note], text: str) -> tuple[list[Edit], list[Result]]:
    """The edits that write the notes of one document, and the objects where none can."""
    edits: list[Edit] = []
    results: list[Result] = []
    for note in notes:
        is_shared = note.at.place.spot.spot.uses > 1
        edit = annotate(note.at.place, note.value, text) if not is_shared else None
        if edit is not None:
            edits.append(edit)
        else:
            results.append(_impossible(note, is_shared))
    return edits, results


def _impossible(note: Note, is_shared: bool) -> Result:
    # Without metadata there is no place for annotations.
    field = field_path(PATH[: 1 if METADATA in note.at.place.keys else 2])
    code, state = "unsupported-layout", "is not a plain mapping"
    if is_shared:
        code, state = "shared-anchor", "is shared by an anchor"
    problem = Problem(
        code=code,
        message=f"`{field}` {state}, to note the original images",
        position=note.at.document.position(note.at.place.spot.spot.start),
        hint=_HINT,
    )
    return Result(problem=problem, resource=note.at.resource, field=field)

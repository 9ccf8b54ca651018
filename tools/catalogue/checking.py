"""What the catalogue and the definitions have to say of each other, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from tools.catalogue.definitions import Definition
from tools.catalogue.resolving import Answer, answer, resolve
from transformer.places.catalogue import entries, places_of
from transformer.places.crd_schema import Finding, findings
from transformer.places.overlaps import Spoken, claims
from transformer.places.place import BadPath, Place, parse_path, write_path
from transformer.records import record, replace

Key: TypeAlias = "tuple[str, str]"


@record
class Gone:
    """A place that no version of its kind has any longer, or has with another type."""

    place: Place
    answer: Answer
    versions: tuple[str, ...]
    seen: str


@record
class Field:
    """A field that looks like images, or their pull secrets, and who knows of it."""

    kind: Key
    finding: Finding
    by: str  # "catalogue", "structure", or "" for nobody


def by_kind(found: Iterable[Definition]) -> dict[Key, list[Definition]]:
    """The definitions of each kind, which is written as the catalogue does where it has it."""
    kinds: dict[Key, list[Definition]] = {}
    for it in found:
        known = {kind.lower(): kind for entry in entries(it.group) for kind in entry["kinds"]}
        kind = known.get(it.kind, it.kind)
        kinds.setdefault((it.group, kind), []).append(it)
    return kinds


def gone(kind: Key, held: Iterable[Definition]) -> Iterator[Gone]:
    """The places of the catalogue that none of the versions of a kind has."""
    held = list(held)
    for entry in _entries_of(kind):
        for place in places_of(*kind, entry):
            asked = [it for it in held if not place.versions or it.version in place.versions]
            answers = {answer(place, it.schema) for it in asked}
            if answers and answers <= {"gone", "other"}:
                yield Gone(
                    place=place,
                    answer="other" if "other" in answers else "gone",
                    versions=tuple(dict.fromkeys(it.version for it in asked)),
                    seen=entry.get("seen", ""),
                )


def right(kind: Key, held: Iterable[Definition]) -> tuple[str, ...]:
    """The versions of a kind in which its places are, each in one of them; none if one is gone."""
    held = list(held)
    return () if any(gone(kind, held)) else tuple(it.version for it in held)


def _entries_of(kind: Key) -> Iterator[dict[str, Any]]:
    group, name = kind
    yield from (entry for entry in entries(group) if name in entry["kinds"])


def fields(kind: Key, held: Iterable[Definition]) -> Iterator[Field]:
    """The fields of a kind that look like images, each once, whatever versions have it."""
    known = Spoken()
    for entry in _entries_of(kind):
        for place in places_of(*kind, entry):
            known.add(replace(place, when=(), versions=()))
    seen: set[object] = set()
    for definition in held:
        for finding in findings(definition.schema):
            suggested = _place(kind, finding)
            if suggested is not None and (finding.steps, finding.form) not in seen:
                seen.add((finding.steps, finding.form))
                yield Field(kind=kind, finding=finding, by=_known_by(suggested, known))


def _place(kind: Key, finding: Finding) -> Place | None:
    path = write_path(finding.steps)
    try:
        if parse_path(path) != finding.steps:
            return None
    except BadPath:
        return None
    group, name = kind
    return Place(group=group, kind=name, path=path, form=finding.form, parts=finding.parts)


def _known_by(place: Place, known: Spoken) -> str:
    # What is not an image may be said of all that is in a field.
    overlap = known.overlap(place)
    if overlap is not None and overlap.relation in ("same", "below"):
        return "catalogue"
    return "structure" if place.form == "podSpec" else ""


def strings(field: Field, held: Iterable[Definition]) -> int:
    """How many strings a field stands for, as far as the schemas have them."""
    place = _place(field.kind, field.finding)
    assert place is not None
    schemas = [it.schema for it in held]
    paths = list(claims(place))
    return sum(any(resolve(schema, it) == "there" for schema in schemas) for it in paths)

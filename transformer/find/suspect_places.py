"""The place of a suspect: the entry of the configuration that would name it.

{group: example.com, kind: Thing, path: spec.runtime}
{group: example.com, kind: Thing, path: spec.image, form: split, parts: {...}}
{group: "", kind: ConfigMap, path: data.notes, form: none, reason: ...}
"""

from __future__ import annotations

from transformer.find.candidates import SCHEMA
from transformer.find.likeness import SCHEMES
from transformer.find.suspects import Sighting
from transformer.image.parts import PartName
from transformer.places.names import Meaning
from transformer.places.place import Form, Place, write_path
from transformer.records import replace
from transformer.yamltext.nodes import visible
from transformer.yamltext.path import EACH
from transformer.yamltext.tree import Mapping

_REASON = "why this is not an image to pull"

_FORMS: dict[Meaning, Form] = {"repository": "repository", "registry": "registry"}

# Keys of a split image, and what of the others makes it more than a name.
_KEYS: tuple[tuple[PartName, tuple[str, ...]], ...] = (
    ("registry", ("registry",)),
    ("repository", ("repository", "repo", "name")),
    ("tag", ("tag",)),
    ("digest", ("digest",)),
)


def place_of(it: Sighting) -> Place:
    """The place of a suspect, as an item of `spec.fields`.

    What stands in the midst of a text cannot be named, nor what a schema fills in: their entries
    say that it is not an image.
    """
    at = it.scalar.at
    place = Place(
        group=it.resource.group,
        kind=it.resource.kind,
        path=write_path(tuple(EACH if isinstance(step, int) else step for step in at)),
        origin="user",
    )
    parts = _parts(it)
    if parts:
        path = write_path(tuple(EACH if isinstance(step, int) else step for step in at[:-1]))
        return replace(place, path=path, form="split", parts=parts)
    is_valued = it.scalar.name != at[-1] and at[-1] in ("value", "default")
    when = (("name", (it.scalar.name,)),) if is_valued else ()
    value = it.value.rstrip("\n")
    scheme = next((name for name in SCHEMES if value == name + it.image), "")
    if scheme:
        schemes = (scheme.removesuffix("://"),)
        return replace(place, form="uri", schemes=schemes, when=when)
    if value != it.image or it.resource.kind == SCHEMA:
        return replace(place, form="none", reason=_REASON, when=when)
    return replace(place, form=_FORMS.get(it.scalar.said, "image"), when=when)


def _parts(it: Sighting) -> tuple[tuple[PartName, str], ...]:
    # Registry, repository and tag side by side, below a key that says image.
    owner = it.scalar.owner
    if it.scalar.is_part and it.value == it.image and isinstance(owner, Mapping):
        keys = {key.value for key, _ in visible(owner)}
        found = [(name, next((key for key in known if key in keys), "")) for name, known in _KEYS]
        parts = tuple((name, key) for name, key in found if key)
        names = {name for name, _ in parts}
        if len(parts) > 1 and "repository" in names and it.scalar.name in dict(parts).values():
            return parts
    return ()

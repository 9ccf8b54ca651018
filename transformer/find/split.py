"""Images whose parts are fields of their own: where each part is, or could be written.

image:
  registry: quay.io
  repository: acme/app
  tag: "1.0"              # `digest: sha256:...` is added in front of it
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.find.search import Gathering, sibling, string_at
from transformer.image.parts import JOINS, Contradiction, PartName, capability, is_whole, joined
from transformer.image.reference import names_host
from transformer.model import Part, Resource, Site
from transformer.places.place import Place, parse_path
from transformer.places.trie import Hit, wrong_type
from transformer.records import record
from transformer.yamltext.annotations import scalar_spot
from transformer.yamltext.nodes import is_null, offset_of, resolve
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.tree import Mapping, Slot, SyntaxFault


class Incomplete(Exception):
    """The fields name no whole image: what is left out is known to the controller only."""


@record
class _Field:
    """A key of a mapping, and its slot: None where the key is absent."""

    owner: Mapping
    steps: Steps
    slot: Slot | None

    @property
    def key(self) -> str:
        return str(self.steps[-1])


def split_site(search: Gathering, hit: Hit, root: Slot, resource: Resource) -> Site | None:
    """The site of a split image, None where nothing of one is written.

    Takes the mapping that was met, the object's slot, and the object. Raises `Incomplete`, and
    `SyntaxFault` for parts of another type, or that contradict each other.
    """
    owner = resolve(hit.slot)
    if is_null(hit.slot):
        return None
    if not isinstance(owner, Mapping):
        raise wrong_type(hit.steps, "a mapping", hit.slot)
    place = hit.place
    parts = tuple(_parts(search, place, owner, hit.steps, root))
    values = {part.name: part.value for part in parts if part.value}
    if not values:
        return None
    if place.default and any(part.name == "registry" for part in parts):
        values.setdefault("registry", place.default)
    join = JOINS[place.join]
    try:
        value = joined(join, values)
    except Contradiction as fault:
        message = f"field `{field_path(hit.steps)}` {fault}"
        raise SyntaxFault("parts-disagree", message, offset_of(hit.slot)) from None
    if not value:
        _refuse_default(hit)
        return None
    _refuse_unknown_registry(place, values, value)
    main = next(it for it in reversed(parts) if it.name in ("repository", "name") and it.value)
    if not search.enter(resource, main.steps):
        return None
    has_digest_part = any(part.name == "digest" for part in parts)
    if is_whole(join, values):
        # What stands beside it is not looked at, and may be another image's.
        parts = (main,)
    digest = place.digest or capability(join, values, has_digest_part=has_digest_part)
    lacks_tag = join.needs_tag and digest == "none"
    return Site(
        document=search.document,
        resource=resource,
        steps=main.steps,
        value=value,
        spot=main.spot,
        digest=digest,
        reason=place.reason or ("there is no tag beside it" if lacks_tag else ""),
        parts=parts,
        join=join,
        default_registry=place.default,
        secrets_at=place.secrets_at,
    )


def _refuse_default(hit: Hit) -> None:
    # Where other things stand beside the parts, as a version does in `spec`, it means nothing.
    if "image" in str(hit.steps[-1]).lower():
        raise Incomplete("names no repository: the controller pulls its own")


def _refuse_unknown_registry(place: Place, values: dict[PartName, str], value: str) -> None:
    if JOINS[place.join].whole == "alone" and len(values) == 1 and not set("/:@") & set(value):
        raise Incomplete("names no repository: the controller pulls its own")
    has_registry = "registry" in dict(place.parts)
    if has_registry and "registry" not in values and not names_host(value):
        raise Incomplete("names no registry, and that of the controller is not known")


def _parts(
    search: Gathering, place: Place, owner: Mapping, at: Steps, root: Slot
) -> Iterator[Part]:
    for name, keys in place.parts:
        found = [_field(owner, at, root, key) for key in keys.split("|")]
        fields = [it for it in found if it is not None]
        field = next((it for it in fields if it.slot is not None and not is_null(it.slot)), None)
        if field is None and fields:
            yield _absent(search, name, fields[0])
        elif field is not None and field.slot is not None:
            # Images may share a part, such as a registry or a version.
            yield Part(
                name=name,
                steps=field.steps,
                value=string_at(field.slot, field.steps),
                spot=search.spots.spot(field.owner, field.slot),
                anchor=search.anchor(field.slot),
            )


def _absent(search: Gathering, name: PartName, field: _Field) -> Part:
    before = "tag" if sibling(field.owner, "tag") is not None else ""
    gap = scalar_spot(search.spots, field.owner, field.key, before)
    return Part(name=name, steps=field.steps, spot=gap.spot, gap=gap)


def _field(owner: Mapping, at: Steps, root: Slot, path: str) -> _Field | None:
    # None where there is no mapping that the key could be in.
    steps: Steps = at
    if path.startswith("/"):
        top = resolve(root)
        if not isinstance(top, Mapping):
            return None
        owner, steps, path = top, (), path[1:]
    *above, key = parse_path(path)
    for step in above:
        slot = sibling(owner, str(step))
        node = resolve(slot) if slot is not None else None
        if not isinstance(node, Mapping):
            return None
        owner, steps = node, (*steps, step)
    return _Field(owner=owner, steps=(*steps, key), slot=sibling(owner, str(key)))

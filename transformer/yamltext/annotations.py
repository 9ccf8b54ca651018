"""One annotation of an object: where it stands or could stand, and writing it there.

    metadata:         becomes   metadata:                   {"metadata":{"annotations":
      name: web                   annotations:               {"example.com/a":"b"},"name":"web"}}
                                    example.com/a: "b"
                                  name: web

What is missing around it is added with it, but for `metadata` itself. Nothing is removed.
"""

from __future__ import annotations

from transformer.records import record, replace
from transformer.yamltext.edit import Addition, Edit, ListSpot, Spot
from transformer.yamltext.json_text import json_text
from transformer.yamltext.nodes import is_null, lookup, offset_of, resolve, text_of
from transformer.yamltext.scalars import token
from transformer.yamltext.spots import Spots, absent_spot, empty_spot, null_spot
from transformer.yamltext.tree import MAPPING, MAPPING_END, Collection, Mapping, Slot, Token

METADATA = "metadata"
ANNOTATIONS = "annotations"

_STEP = 2


@record
class AnnotationSpot:
    """Where an annotation is, or would be, and its value, '' for none.

    `keys` are to be written in front of its value, each but the last with a mapping behind it;
    there are none where the annotation stands already, whose layout is `value`.
    """

    spot: ListSpot
    keys: tuple[str, ...] = ()
    value: str = ""


def annotation_spot(spots: Spots, owner: Mapping, name: str) -> AnnotationSpot:
    """The place of an annotation of an object, given the object's mapping."""
    slot = lookup(owner, (METADATA,), last_wins=True).get(METADATA)
    metadata = resolve(slot) if slot is not None else None
    if not isinstance(metadata, Mapping) or not metadata.children:
        return AnnotationSpot(keys=(METADATA, ANNOTATIONS, name), spot=_unsupported(owner))
    annotations = lookup(metadata, (ANNOTATIONS,), last_wins=True).get(ANNOTATIONS)
    if annotations is None:
        return AnnotationSpot(keys=(ANNOTATIONS, name), spot=absent_spot(spots, metadata))
    node = resolve(annotations)
    if is_null(annotations):
        return AnnotationSpot(keys=(name,), spot=null_spot(spots, metadata, annotations))
    if not isinstance(node, Mapping):
        return AnnotationSpot(spot=_unsupported(annotations))
    if not node.children:
        return AnnotationSpot(keys=(name,), spot=empty_spot(spots, metadata, node))
    found = lookup(node, (name,), last_wins=True).get(name)
    if found is None:
        return AnnotationSpot(keys=(name,), spot=absent_spot(spots, node))
    return _present(spots, node, found)


def scalar_spot(spots: Spots, owner: Mapping, key: str, before: str) -> ListSpot:
    """Where a key can be given a string, in front of another key, of which it has none yet.

    Takes the mapping, the key, and the other one: where there is no such key, it is the first.
    """
    slot = lookup(owner, (key,)).get(key)
    if slot is None:
        return absent_spot(spots, owner, before)
    return _present(spots, owner, slot).spot


def _present(spots: Spots, owner: Mapping, slot: Slot) -> AnnotationSpot:
    if isinstance(resolve(slot), Collection):
        return AnnotationSpot(spot=_unsupported(slot))
    if not is_null(slot):
        spot = ListSpot(layout="value", spot=spots.spot(owner, slot))
        return AnnotationSpot(spot=spot, value=text_of(slot))
    spot = null_spot(spots, owner, slot)
    return AnnotationSpot(spot=replace(spot, layout=spot.layout.replace("null", "value")))


def _unsupported(slot: Slot) -> ListSpot:
    start = offset_of(slot)
    return ListSpot(layout="unsupported", spot=Spot(start=start, end=start, first=0, last=0))


def annotate(place: AnnotationSpot, value: str, text: str) -> Edit | None:
    """The edit that gives an annotation a value, in the document's text.

    None for a layout that nothing can be added to.
    """
    write = _LAYOUTS.get(place.spot.layout)
    if write is None:
        return None
    inserted, tokens = write(place, value, text)
    return place.spot.spot.becomes(inserted, tokens)


def _value(place: AnnotationSpot, value: str, text: str) -> Addition:
    spot = place.spot.spot
    before = " " if spot.start == spot.end else ""
    old = text[spot.start : spot.end]
    behind = old[len(old.rstrip()) :] if spot.style in ("|", ">") else ""
    written = before + json_text(value) + behind
    return written, (token(value, '"', spot.anchor, spot.tag),)


def _absent_block(place: AnnotationSpot, value: str, _: str) -> Addition:
    spot = place.spot
    columns = range(spot.column, spot.column + _STEP * len(place.keys), _STEP)
    lines = [" " * column + f"{key}:" for column, key in zip(columns, place.keys, strict=True)]
    lines[-1] += f" {json_text(value)}"
    return "".join(line + spot.newline for line in lines), _tokens(place, value)


def _absent_inline(place: AnnotationSpot, value: str, text: str) -> Addition:
    # The first key of a list item: its dash stays in front of what is inserted.
    inserted, tokens = _absent_block(place, value, text)
    return inserted[place.spot.column :] + " " * place.spot.column, tokens


def _absent_flow(place: AnnotationSpot, value: str, text: str) -> Addition:
    spot = place.spot
    at = spot.spot.start
    indent = text[at - spot.column : at]
    behind = "," if spot.is_compact else ", "
    if spot.column and not indent.strip():
        behind = f",{spot.newline}{indent}"
    inserted, tokens = _empty(place, value, text)
    return inserted + behind, tokens


def _empty(place: AnnotationSpot, value: str, _: str) -> Addition:
    quote = '"' if place.spot.is_json else ""
    colon = ":" if place.spot.is_compact else ": "
    keys = "{".join(f"{quote}{key}{quote}{colon}" for key in place.keys)
    return keys + json_text(value) + "}" * (len(place.keys) - 1), _tokens(place, value)


def _null(place: AnnotationSpot, value: str, text: str) -> Addition:
    inserted, tokens = _empty(place, value, text)
    # Nothing at all stands directly behind its colon.
    before = " " if place.spot.spot.start == place.spot.spot.end else ""
    return f"{before}{{{inserted}}}", (MAPPING, *tokens, MAPPING_END)


def _tokens(place: AnnotationSpot, value: str) -> tuple[Token, ...]:
    quote = '"' if place.spot.is_json else ""
    tokens: list[Token] = []
    for key in place.keys:
        tokens += [token(key, quote), MAPPING]
    ends = [MAPPING_END] * (len(place.keys) - 1)
    return (*tokens[:-1], token(value, '"'), *ends)


_LAYOUTS = {
    "value": _value,
    "absent-block": _absent_block,
    "absent-inline": _absent_inline,
    "absent-flow": _absent_flow,
    "empty": _empty,
    "null": _null,
}

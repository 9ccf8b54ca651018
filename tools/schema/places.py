"""The JSON schema of places, from the tables that read them."""

from __future__ import annotations

from tools.schema.shapes import Schema, choice, described, mapping, text
from transformer.config import places as place_settings
from transformer.image.parts import JOINS, PARTS

_STEP = r'(?:\[\]|\{\}|\["[^"]+"\])'
_FIELD_PATH = rf"^(?:[^.\[\]{{}}]+{_STEP}*|{_STEP}+)(?:\.[^.\[\]{{}}]+{_STEP}*)*$"


def place_schema() -> Schema:
    """The schema of an item of `spec.fields`."""
    group: Schema = {
        "type": "string",
        "pattern": "^[^/]*$",
        "description": "The API group without version, '' for the core.",
    }
    properties = {"group": group, "kind": text("The kind."), **_place(_place({}))}
    return mapping(properties, place_settings.FIELD, required=place_settings.REQUIRED)


def _place(inner: dict[str, Schema]) -> dict[str, Schema]:
    # A place in a document has no kind of its own; deeper ones are left to the program.
    known = tuple(name for name in place_settings.FIELD if name not in ("group", "kind"))
    items: Schema = mapping(inner, known, required=("path",)) if inner else {"type": "object"}
    anything = {"type": "string"}
    some = {"type": "array", "items": anything, "uniqueItems": True}
    inside = [{"enum": list(place_settings.INSIDE)}, {"type": "array", "items": items}]
    either: Schema = {"anyOf": [anything, some]}
    parts: dict[str, Schema] = {part: text("A key, or several with |.") for part in PARTS}
    return {
        "path": text("Keys joined by dots, [] behind a list, {} behind a mapping.", _FIELD_PATH),
        "form": choice(place_settings.FORMS, "What stands there."),
        "parts": described(mapping(parts, PARTS), "Of a split image: the keys of its parts."),
        "join": choice(tuple(JOINS), "How a controller joins the parts."),
        "default": text("The registry that a controller supplies."),
        "digest": {"enum": list(place_settings.DIGEST), "description": "Where a digest goes."},
        "reason": text("Why it is not pinned, or no image."),
        "schemes": described(some, "Of an address: the schemes of images and registries."),
        "separator": text("What stands between pairs of name=image."),
        "holds": text("Characters of which an image holds one."),
        "when": {
            "type": "object",
            "additionalProperties": either,
            "description": "Values, globs, of keys beside it.",
        },
        "versions": described(some, "Versions of the group in which it is there."),
        "items": choice(place_settings.ITEMS, "How pull secrets are written."),
        "optional": text("The last keys above pull secrets: written where they are absent."),
        "artifact": choice(place_settings.ARTIFACTS, "What is pulled by the name."),
        "inside": {"anyOf": inside, "description": "What a document in a string holds."},
        "secretsAt": text("Where pull secrets are to be set, for a kind without a field for them."),
    }

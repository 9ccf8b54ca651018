"""JSON schemas, draft 7, of what commands write for programs."""

from __future__ import annotations

from tools.schema.shapes import DRAFT, HOST, ID, Schema, described, mapping, text
from transformer.image.reference import DIGEST as ANY_DIGEST
from transformer.image.reference import PATH, TAG
from transformer.plan import listing


def plan_schema() -> Schema:
    """The schema of what `mirrorpin plan --format json` writes."""
    number = {"type": "integer", "minimum": 0}
    note = described({"type": "string"}, "What it is for, where that is said; empty otherwise.")
    place: dict[str, Schema] = {
        "file": {"type": "string"},
        "line": number,
        "column": number,
        "note": note,
    }
    image: dict[str, Schema] = {
        "source": text(
            "The upstream name with its tag, if it has one.", f"^{HOST}/{PATH}(?::{TAG})?$"
        ),
        "digest": described(
            {"type": "string", "pattern": f"^(?:{ANY_DIGEST})?$"},
            "What to copy, whatever the tag stands for by now; empty where it is not known.",
        ),
        "target": text("The name at the mirror, with the tag.", f"^{HOST}/{PATH}(?::{TAG})?$"),
        "rule": text("The rule that says so, as messages name it."),
        "platforms": described(
            {"type": "array", "items": {"type": "string"}},
            "os/arch[/variant] that it must offer, or is known to offer.",
        ),
        "subject": described(
            {"type": "string", "pattern": f"^(?:{ANY_DIGEST})?$"},
            "What a signature or the like belongs to; empty for an image.",
        ),
        "places": described(
            {"type": "array", "items": mapping(place, listing.PLACE, required=listing.PLACE)},
            "Where it is used.",
        ),
    }
    images = {"type": "array", "items": mapping(image, listing.COLUMNS, required=listing.COLUMNS)}
    return {
        "$schema": DRAFT,
        "$id": f"{ID}/plan.json",
        "title": "mirrorpin plan",
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "images"],
        "properties": {"version": {"const": listing.VERSION}, "images": images},
    }


def secrets_schema() -> Schema:
    """The schema of what `secrets --format json` writes."""
    word, words = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    properties: dict[str, Schema] = {
        "namespace": described(word, "As the objects write it, empty for none."),
        "name": word,
        "held": described(word, "The kind of what brings it there, empty for nothing."),
        "elsewhere": described(words, "Other namespaces that have it."),
        "registries": described(words, "The hosts that it must open, with their ports."),
        "users": described(words, "What names it, as kind namespace/name."),
    }
    need = mapping(properties, tuple(properties), required=tuple(properties))
    return {
        "$schema": DRAFT,
        "$id": f"{ID}/secrets.json",
        "title": "pull secrets that namespaces need",
        **mapping(
            {"secrets": {"type": "array", "items": need}}, ("secrets",), required=("secrets",)
        ),
    }

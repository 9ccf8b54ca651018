"""The parts of a JSON schema, each of one shape that `settings` reads.

A mapping or list may be null, as `Setting` has it; a string must not be empty unless it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from transformer.config import envelope, rules
from transformer.image.reference import DOMAIN

Schema: TypeAlias = "dict[str, Any]"

DRAFT = "http://json-schema.org/draft-07/schema#"
# A name below that of the API, by which another schema may refer to it; nothing is fetched there.
ID = f"https://{envelope.API_VERSION}/schemas"

# A first component that is a registry's host, and not a folder on Docker Hub.
HOST = rf"(?=[^/]*[.:A-Z]|localhost(?:[/:@]|$)){DOMAIN}"


def keys(properties: Mapping[str, Schema], known: tuple[str, ...]) -> dict[str, Schema]:
    """The properties in the order of a table of known keys. Raises `KeyError` unless they agree."""
    unlike = set(properties).symmetric_difference(known)
    if unlike:
        raise KeyError(f"must stand in the table and have words: {', '.join(sorted(unlike))}")
    return {name: properties[name] for name in known}


def mapping(
    properties: Mapping[str, Schema], known: tuple[str, ...], required: tuple[str, ...] = ()
) -> Schema:
    """A mapping of known keys, all of which must have a schema."""
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": keys(properties, known),
    }
    return {**schema, "required": list(required)} if required else schema


def section(properties: Mapping[str, Schema], known: tuple[str, ...], said: str) -> Schema:
    """A mapping of known keys that may be null, as an absent one."""
    return described({**mapping(properties, known), "type": ["object", "null"]}, said)


def or_null(schema: Schema, kind: str) -> Schema:
    """A schema of one type that may be null as well."""
    return {"type": [kind, "null"], **schema}


def described(schema: Schema, said: str) -> Schema:
    """A schema with words for the editor, if there are any."""
    return {**schema, "description": said} if said else schema


def text(said: str, pattern: str = "", default: str = "") -> Schema:
    """A string that is not empty."""
    schema: Schema = {"type": "string", "minLength": 1}
    if pattern:
        schema["pattern"] = pattern
    if default:
        schema["default"] = default
    return described(schema, said)


def choice(options: tuple[str, ...], said: str) -> Schema:
    """One of several words, of which the first is the default."""
    return {"enum": list(options), "default": options[0], "description": said}


def flag(said: str, default: bool) -> Schema:
    """True or false."""
    return {"type": "boolean", "default": default, "description": said}


def strings() -> Schema:
    """The items of a list of distinct strings."""
    return {"items": {"type": "string", "minLength": 1}, "uniqueItems": True}


def names() -> Schema:
    """The items of a list of distinct object names."""
    name = {
        "type": "string",
        "maxLength": rules.MAX_OBJECT_NAME,
        "pattern": f"^(?:{rules.OBJECT_NAME})$",
    }
    return {"items": name, "uniqueItems": True}

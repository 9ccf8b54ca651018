"""Places as text: as items of `spec.fields`, and in the words of lists for people.

- {group: example.com, kind: App, path: "spec.images[]"}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from transformer.image.parts import JOINS
from transformer.places.place import TEXTS, Place

Data: TypeAlias = "dict[str, Any]"

HEAD = "spec:\n  fields:\n"

ORIGINS = {"builtin": "builtin", "shipped": "catalogue", "user": "user"}

# What every reader of YAML takes for the same string.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_NO_STRINGS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

_LEAST = Place(group="", kind="", path="")


def data_of(place: Place) -> Data:
    """A place as an item of `spec.fields`, without what goes without saying."""
    return {"group": place.group, "kind": place.kind, **_inner_data(place)}


def _inner_data(place: Place) -> Data:
    data: Data = {
        "path": place.path,
        "form": place.form,
        "parts": dict(place.parts),
        "join": place.join,
        "default": place.default,
        "digest": place.digest,
        "reason": place.reason,
        "schemes": list(place.schemes),
        "separator": place.separator,
        "holds": place.holds,
        "when": {key: _one_or_more(globs) for key, globs in place.when},
        "versions": list(place.versions),
        "items": place.items,
        "optional": place.optional,
        "artifact": place.artifact,
    }
    usual = _usual()
    data = {key: value for key, value in data.items() if value != usual.get(key)}
    if place.form in TEXTS:
        inside = place.inside
        data["inside"] = inside if isinstance(inside, str) else [_inner_data(it) for it in inside]
    if place.secrets_at and place.form not in ("podSpec", "pullSecrets", "match", "none"):
        data["secretsAt"] = place.secrets_at
    return data


def _usual() -> Data:
    return {
        "form": _LEAST.form,
        "parts": {},
        "join": _LEAST.join,
        "default": "",
        "digest": "",
        "reason": "",
        "schemes": [],
        "separator": _LEAST.separator,
        "holds": "",
        "when": {},
        "versions": [],
        "items": _LEAST.items,
        "optional": "",
        "artifact": _LEAST.artifact,
    }


def _one_or_more(globs: tuple[str, ...]) -> str | list[str]:
    return globs[0] if len(globs) == 1 else list(globs)


def digest_of(place: Place) -> str:
    """Where a place's images take a digest; '' where it has none, or what is in it says so."""
    if place.form in (*TEXTS, "pullSecrets", "account", "match", "none"):
        return ""
    if place.digest:
        return place.digest
    if place.form == "split":
        has_part = any(name == "digest" for name, _ in place.parts)
        return JOINS[place.join].digest or ("field" if has_part else "none")
    return "none" if place.form in ("repository", "registry") else "whole"


def flow(value: object) -> str:
    """Mappings, lists and strings as YAML on one line, which any reader takes for the same."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow(key)}: {flow(it)}' for key, it in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_STRINGS:
        return text
    # Beyond the first plane, JSON's escapes are two halves of a character.
    return json.dumps(text, ensure_ascii=max(text, default="") < "\U00010000")


def snippet(places: Iterable[Place]) -> str:
    """Places as the part of a configuration that names them."""
    items = "".join(f"  - {flow(data_of(place))}\n" for place in places)
    return HEAD + items if items else f"{HEAD.rstrip()} []\n"

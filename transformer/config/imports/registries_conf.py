"""registries.conf, version 2, and its drop-ins: containers-registries.conf(5).

A table is known by its prefix, or else by its location. Of several files, a later one replaces the
table of an earlier one whole.
"""

from __future__ import annotations

import re
from typing import Any

from transformer.config.imports.mapped import By, Mapped, Reading, Text, apart
from transformer.config.imports.toml import Toml, value
from transformer.errors import Position
from transformer.messages import quoted
from transformer.yamltext.path import Steps

TOP = {
    "registry": list,
    "unqualified-search-registries": list,
    "short-name-mode": str,
    "credential-helpers": list,
    "additional-layer-store-auth-helper": str,
    "aliases": dict,
}
REGISTRY = {
    "prefix": str,
    "location": str,
    "insecure": bool,
    "blocked": bool,
    "mirror-by-digest-only": bool,
    "mirror": list,
}
MIRROR = {"location": str, "insecure": bool, "pull-from-mirror": str}

_HEADER = re.compile(r"(?m)^[ \t]*\[\[[ \t]*registry[ \t]*\]\]")

_BY: dict[str, By] = {"all": "all", "": "all", "digest-only": "digests", "tag-only": "tags"}


def read(text: Text, reading: Reading) -> list[Mapped]:
    """What a file says; what is wrong with it is noted."""
    toml = Toml(text.name, text.text, reading)
    data = toml.data()
    if "registries" in data:
        toml.fail(("registries",), "not-importable", "is version 1, which has no mirrors")
        return []
    toml.check_keys(data, (), TOP)
    found: dict[str, Mapped] = {}
    tables = value(data, "registry", [])
    positions = toml.positions("registry", len(tables), _HEADER)
    for index, (table, position) in enumerate(zip(tables, positions, strict=True)):
        steps: Steps = ("registry", index)
        if isinstance(table, dict):
            for mapped in _table(toml, table, steps, position):
                if mapped.source in found:
                    line = found[mapped.source].position.line
                    state = f"repeats the one in line {line}: {quoted(mapped.source)}"
                    toml.fail(steps, "contradiction", state)
                found[mapped.source] = mapped
    return list(found.values())


def _table(toml: Toml, table: dict[str, Any], steps: Steps, position: Position) -> list[Mapped]:
    toml.check_keys(table, steps, REGISTRY)
    location = _location(value(table, "location", ""))
    source = value(table, "prefix", "").rstrip("/") or location
    if not source:
        toml.fail(steps, "missing-key", "has neither a prefix nor a location: expected one")
        return []
    mirrors = _mirrors(toml, table, steps)
    is_blocked = value(table, "blocked", False)
    if location and location != source and not is_blocked:
        # It is asked in place of the source.
        is_blocked = True
        mirrors.append((location, "all", value(table, "insecure", False)))
    digests, tags = apart((name, by) for name, by, _ in mirrors)
    is_insecure = any(it for _, _, it in mirrors) or value(table, "insecure", False)
    return [
        Mapped(
            source=source,
            position=position,
            mirrors=digests,
            tag_mirrors=tags,
            is_blocked=is_blocked,
            is_insecure=is_insecure,
        )
    ]


def _mirrors(toml: Toml, table: dict[str, Any], steps: Steps) -> list[tuple[str, By, bool]]:
    found: list[tuple[str, By, bool]] = []
    by_digest = value(table, "mirror-by-digest-only", False)
    for index, mirror in enumerate(value(table, "mirror", [])):
        at: Steps = (*steps, "mirror", index)
        if not isinstance(mirror, dict):
            toml.fail(at, "wrong-type", "is not a table")
            continue
        toml.check_keys(mirror, at, MIRROR)
        way = value(mirror, "pull-from-mirror", "")
        if way not in _BY:
            state = f"is {quoted(way)}: expected all, digest-only or tag-only"
            toml.fail((*at, "pull-from-mirror"), "bad-value", state)
        elif way and by_digest:
            state = "is set where `mirror-by-digest-only` is"
            toml.fail((*at, "pull-from-mirror"), "contradiction", state)
        location = _location(value(mirror, "location", ""))
        if not location:
            toml.fail(at, "missing-key", "has no location: expected one")
            continue
        by: By = "digests" if by_digest else _BY.get(way, "all")
        found.append((location, by, value(mirror, "insecure", False)))
    return found


def _location(text: str) -> str:
    return text.rstrip("/")

"""The definitions in a folder: the schema of each version of each kind.

kind: CustomResourceDefinition           one or several in YAML or JSON, also in a `List`
example.com/database_v1.json             the JSON schema of one version
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from transformer.records import record

Schema: TypeAlias = "Mapping[str, Any]"

KIND = "CustomResourceDefinition"
_SUFFIXES = (".yaml", ".yml", ".json")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@record
class Definition:
    """The schema of one version of a kind. A kind from a file's name is in lower case."""

    group: str
    kind: str
    version: str
    schema: Schema


class Unreadable(ValueError):
    """A file that mentions a definition is neither YAML nor JSON."""


def definitions(paths: Iterable[Path]) -> Iterator[Definition]:
    """The definitions in files, and in all files of folders, in the order of their names.

    Files without any are passed over, as are templates of charts. Raises `Unreadable` for a file
    that was named and cannot be read.
    """
    for path in paths:
        if not path.is_dir():
            yield from _of_file(path)
            continue
        for file in sorted(it for it in path.rglob("*") if it.suffix in _SUFFIXES):
            try:
                yield from _of_file(file)
            except Unreadable:
                continue


def _of_file(file: Path) -> Iterator[Definition]:
    text = file.read_text(encoding="utf-8", errors="replace")
    if KIND in text:
        for document in _documents(file, text):
            yield from _of_document(document)
    elif file.suffix == ".json" and "_" in file.stem:
        kind, _, version = file.stem.rpartition("_")
        schema = next(iter(_documents(file, text)))
        if "properties" in _mapping(schema):
            yield Definition(group=file.parent.name, kind=kind, version=version, schema=schema)


def _documents(file: Path, text: str) -> list[Any]:
    try:
        if file.suffix == ".json":
            return [json.loads(text)]
        return list(yaml.load_all(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError) as fault:
        reason = str(fault).splitlines()[0]
        raise Unreadable(f"{file}: error: must be YAML or JSON: {reason}") from None


def _of_document(document: object) -> Iterator[Definition]:
    data = _mapping(document)
    for item in data.get("items") or ():
        yield from _of_document(item)
    if data.get("kind") != KIND:
        return
    spec = _mapping(data.get("spec"))
    # Version v1beta1 of definitions has one schema for all.
    common = _mapping(spec.get("validation")).get("openAPIV3Schema")
    for version in spec.get("versions") or [{"name": spec.get("version")}]:
        schema = _mapping(version.get("schema")).get("openAPIV3Schema") or common
        yield Definition(
            group=str(spec.get("group")),
            kind=str(_mapping(spec.get("names")).get("kind")),
            version=str(version.get("name")),
            schema=_mapping(schema),
        )


def _mapping(value: object) -> Schema:
    return value if isinstance(value, Mapping) else {}

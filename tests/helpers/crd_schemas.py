"""CustomResourceDefinitions as JSON schemas: what an API server says of an object.

The schemas are structural ones (kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/
custom-resource-definitions): a field that none of them names is dropped by the server, so it counts
as a mistake here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
import yaml

Data: TypeAlias = "dict[str, Any]"
# The `apiVersion` and the kind of an object.
Key: TypeAlias = "tuple[str, str]"

_KEPT = (
    "type", "required", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
    "maxProperties", "multipleOf", "uniqueItems",
)  # fmt: skip
_PRESERVE = "x-kubernetes-preserve-unknown-fields"


def schemas(files: Iterable[Path]) -> dict[Key, Data]:
    """The JSON schema of each version of each kind that files of definitions define."""
    found: dict[Key, Data] = {}
    for file in files:
        for data in documents(file):
            if data.get("kind") == "CustomResourceDefinition":
                found.update(_of_definition(data["spec"]))
    return found


def documents(file: Path) -> list[Data]:
    """The objects of a YAML stream."""
    text = file.read_text(encoding="utf-8")
    return [data for data in yaml.load_all(text, Loader=yaml.CSafeLoader) if data]


def key_of(data: Data) -> Key:
    return str(data.get("apiVersion")), str(data.get("kind"))


def _of_definition(spec: Data) -> Iterator[tuple[Key, Data]]:
    for version in spec["versions"]:
        schema = json_schema(version["schema"]["openAPIV3Schema"])
        for name in ("apiVersion", "kind", "metadata"):
            schema["properties"][name] = True
        yield (f"{spec['group']}/{version['name']}", spec["names"]["kind"]), schema


def json_schema(schema: Data) -> Data:
    """A structural schema as a JSON schema that takes no field but those that are named."""
    made = {name: schema[name] for name in _KEPT if name in schema}
    # Junctors say more about fields that are named outside of them.
    for name in ("allOf", "anyOf", "oneOf"):
        if name in schema:
            made[name] = [_partial(it) for it in schema[name]]
    if "not" in schema:
        made["not"] = _partial(schema["not"])
    if "items" in schema:
        made["items"] = json_schema(schema["items"])
    if "properties" in schema:
        made["properties"] = {name: json_schema(it) for name, it in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = json_schema(schema["additionalProperties"])
    elif "properties" in schema and not schema.get(_PRESERVE):
        made["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        made["type"] = ["integer", "string"]
    return {"anyOf": [{"type": "null"}, made]} if schema.get("nullable") else made


def _partial(schema: Data) -> Data:
    made = json_schema({**schema, _PRESERVE: True})
    for name, inner in schema.get("properties", {}).items():
        made["properties"][name] = _partial(inner)
    return made


def faults(schema: Data, data: Data) -> list[str]:
    """What is wrong with an object, one line a fault, with its path."""
    found = jsonschema.Draft202012Validator(schema).iter_errors(data)
    return sorted(f"{it.json_path}: {it.message[:200]}" for it in found)

"""The schema of a table of cases."""

from __future__ import annotations

from tools.schema.outputs import head
from tools.schema.shapes import Schema, described, mapping, names, or_null, text
from transformer.config import cases
from transformer.image.reference import SHA256


def cases_schema() -> Schema:
    """The schema of a table of cases, which `test` tries."""
    version = {"enum": [int(cases.VERSION), cases.VERSION]}
    rows = {"type": "array", "minItems": 1, "items": _case()}
    body = mapping({"version": version, "cases": rows}, cases.TOP, required=cases.TOP)
    return {**head("cases", "mirrorpin cases"), **body}


def _case() -> Schema:
    label = {"type": ["string", "number", "boolean"]}
    case = mapping(
        {
            "image": text("As a manifest would have it."),
            "namespace": text("Of the object that it is in."),
            "kind": text("Of the object that it is in."),
            "container": text("What it is of."),
            "labels": described(
                or_null({"additionalProperties": label}, "object"), "Of the object that it is in."
            ),
            "name": text("The final name, without tag and digest."),
            "digest": text(f"The final digest, or {cases.NONE}.", f"^(?:{SHA256}|{cases.NONE})$"),
            "pullSecrets": described(
                or_null(names(), "array"), "What a pod needs for it, in this order."
            ),
            "rule": text(f"The rule that is followed, as in mirrors[0], or {cases.NONE}."),
            "warning": text("The code of a warning."),
            "error": text("The code of the error: the image fails."),
        },
        cases.CASE,
        required=("image",),
    )
    expected = [{"required": [key]} for key in cases.EXPECTED]
    beside = [{"required": [key]} for key in cases.NOT_BESIDE_ERROR]
    fails = {"if": {"required": ["error"]}, "then": {"not": {"anyOf": beside}}}
    return {**case, "anyOf": expected, **fails}

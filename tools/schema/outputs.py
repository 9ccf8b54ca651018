"""The schemas of what programs read of the output, from the tables that it is written by."""

from __future__ import annotations

from typing import get_args

from tools.schema.shapes import DRAFT, ID, Schema, described
from transformer.config import cases, policy
from transformer.decide.explain import GateState
from transformer.errors import Severity
from transformer.report import cases as report
from transformer.report import explanations

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer", "minimum": 1}


def head(name: str, title: str) -> Schema:
    """What a schema begins with."""
    return {"$schema": DRAFT, "$id": f"{ID}/{name}.json", "title": title}


def explain_schema() -> Schema:
    """The schema of what `explain --format json` writes."""
    body = exactly(
        {
            "version": {"const": explanations.VERSION},
            "explanations": many(_explanation()),
        }
    )
    return {**head("explain", "mirrorpin explain"), **body}


def _explanation() -> Schema:
    scope = exactly(dict.fromkeys(("namespace", "kind", "container"), TEXT))
    rule = exactly({"rule": TEXT, "source": TEXT, "won": {"type": "boolean"}, "reason": TEXT})
    secret = exactly({"name": TEXT, "reasons": many(TEXT), "isThere": {"type": "boolean"}})
    field = {
        "names": {"enum": list(explanations.NAMES)},
        "digest": {"enum": list(explanations.TAKES)},
        "reason": TEXT_OR_NULL,
        "guess": TEXT_OR_NULL,
    }
    return exactly(
        {
            "image": described(TEXT, "As it is written."),
            "place": described(place(), "Where it stands; null for an image of the command line."),
            "scope": scope,
            "normal": described(TEXT_OR_NULL, "The normal form; null for what is no reference."),
            "rules": described(many(rule), "Every rule, in the order in which they are tried."),
            "target": described(TEXT_OR_NULL, "The target that it lies under already."),
            "chosen": described(TEXT_OR_NULL, "Which of its rule's targets the lock notes, where."),
            "code": described(TEXT, "What became of it, or the code of why nothing did."),
            "final": described(TEXT_OR_NULL, "The image that is pulled."),
            "digest": TEXT_OR_NULL,
            "digestFrom": described(TEXT_OR_NULL, "Where that is from, or why there is none."),
            "pullSecrets": many(secret),
            "field": described(exactly(field), "What can stand where it stands."),
            "gates": described(many(_gate()), "Those of the policy that are on."),
            "problems": many(problem()),
        }
    )


def _gate() -> Schema:
    waiver = exactly({"waiver": TEXT, "reason": TEXT, "until": TEXT_OR_NULL})
    return exactly(
        {
            "gate": {"enum": list(policy.GATES)},
            "level": {"enum": [it for it in policy.LEVELS if it != "off"]},
            "state": {"enum": list(get_args(GateState))},
            "problems": many(problem()),
            "waiver": {**waiver, "type": ["object", "null"]},
        }
    )


def test_schema() -> Schema:
    """The schema of what `test --format json` writes."""
    labels = {"type": "object", "additionalProperties": TEXT}
    scope = {"namespace": TEXT, "kind": TEXT, "container": TEXT, "labels": labels}
    case = {
        "file": TEXT,
        "line": NUMBER,
        "column": NUMBER,
        "image": TEXT,
        "scope": exactly(scope),
        "passed": {"type": "boolean"},
        "differences": many({"enum": list(cases.EXPECTED)}),
        "expected": _facts(TEXT),
        "actual": _facts(many(TEXT)),
    }
    body = exactly({"version": {"const": report.VERSION}, "cases": many(exactly(case))})
    return {**head("test", "mirrorpin test"), **body}


def _facts(warning: Schema) -> Schema:
    # What is expected is one warning among others.
    shapes = {"pullSecrets": many(TEXT), "warning": warning}
    facts = {key: shapes.get(key, TEXT) for key in cases.EXPECTED}
    return {"type": "object", "additionalProperties": False, "properties": facts}


def place() -> Schema:
    """Where something stands, or null."""
    facts = {"file": TEXT, "line": NUMBER, "column": NUMBER, "name": TEXT, "field": TEXT}
    return {**exactly(facts), "type": ["object", "null"]}


def problem() -> Schema:
    """A problem as the outputs have it."""
    severities = {"enum": list(get_args(Severity))}
    return exactly({"code": TEXT, "severity": severities, "message": TEXT, "hint": TEXT_OR_NULL})


def exactly(properties: dict[str, Schema]) -> Schema:
    """An object with all of these keys, and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}

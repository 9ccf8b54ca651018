"""The schema of the reports of commands that judge."""

from __future__ import annotations

from typing import get_args

from tools.schema.outputs import TEXT, TEXT_OR_NULL, exactly, head, many
from tools.schema.shapes import Schema, described
from transformer.errors import Severity
from transformer.report.formats import json as report

COMMANDS = ("check", "verify", "doctor", "lock --check")


def report_schema() -> Schema:
    """The schema of what `check --format json` and its like write."""
    number: Schema = {"type": "integer", "minimum": 0}
    body = exactly(
        {
            "version": {"const": report.VERSION},
            "command": {"enum": list(COMMANDS)},
            "passed": described({"type": "boolean"}, "Whether it exits 0."),
            "summary": TEXT,
            "counts": exactly(dict.fromkeys(get_args(Severity), number)),
            "problems": many(_problem(number)),
            "subjects": described(
                many(exactly({"file": TEXT, "object": TEXT_OR_NULL})),
                "What was looked at: objects, and files of which all counts.",
            ),
        }
    )
    return {**head("report", "mirrorpin report"), **body}


def _problem(number: Schema) -> Schema:
    place = exactly({"file": TEXT, "line": number, "column": number})
    resource = exactly(dict.fromkeys(("apiVersion", "kind", "namespace", "name"), TEXT))
    return exactly(
        {
            "code": described(TEXT, "Stable, as the reference has it."),
            "severity": {"enum": list(get_args(Severity))},
            "message": TEXT,
            "hint": TEXT_OR_NULL,
            "place": described(_or_null(place), "From 1, in characters; 0 where nobody knows."),
            "object": _or_null(resource),
            "field": described(TEXT_OR_NULL, "The path from the object."),
            "current": described(TEXT_OR_NULL, "What stands there."),
            "proposed": described(TEXT_OR_NULL, "What must stand there."),
            "rule": TEXT_OR_NULL,
            "reason": TEXT_OR_NULL,
        }
    )


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": ["object", "null"]}

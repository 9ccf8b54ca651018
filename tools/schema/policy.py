"""The schema of a policy: its gates and waivers."""

from __future__ import annotations

from tools.schema.shapes import (
    Schema,
    choice,
    described,
    keys,
    mapping,
    or_null,
    section,
    strings,
    text,
)
from transformer.config import config, policy
from transformer.config.codes import codes

DAY = "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"


def policy_schema(source: str) -> Schema:
    """The key `policy`, given the pattern of a source without tag and digest."""
    words = {
        "latest": "The tag `latest`, or neither tag nor digest.",
        "digest": "No digest.",
        "suspects": "What looks like an image and is in no known place.",
        "pullSecrets": "A pod that pulls without the pull secrets that the target needs.",
    }
    properties = {
        **{name: choice(policy.SWITCH, said) for name, said in words.items()},
        "registries": _gate(
            policy.REGISTRIES,
            {"allowed": {**strings(), "items": {"type": "string", "pattern": source}}},
            "Where images may be pulled from: host, host/path or *.host.",
            ("allowed",),
        ),
        "platforms": _gate(
            policy.PLATFORMS,
            {"platforms": {"items": {"type": "string", "pattern": f"^{config.PLATFORM}$"}}},
            "os/arch[/variant] that the lock must list.",
            ("platforms",),
        ),
        "age": _gate(
            policy.AGE, {}, "How old images may be, as `lock --created` notes it.", ("maxDays",)
        ),
        "repositories": _gate(
            policy.REPOSITORIES,
            {"allowed": strings()},
            "The paths that repositories may have.",
            (),
        ),
        "waivers": described(
            or_null({"items": _waiver()}, "array"), "Who may pass a gate, or is known to warn."
        ),
    }
    return section(properties, policy.POLICY, "What must hold of the images that come out.")


def _gate(
    known: tuple[str, ...], lists: dict[str, Schema], said: str, required: tuple[str, ...]
) -> Schema:
    properties: dict[str, Schema] = {
        "level": choice(policy.LEVELS, "What comes of it."),
        **{name: or_null(it, "array") for name, it in lists.items()},
    }
    if "maxDepth" in known:
        properties["maxDepth"] = {
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": 999,
            "pattern": "^[1-9][0-9]{0,2}$",
            "description": "How many parts the path of a repository has at most.",
        }
    if "maxDays" in known:
        properties["maxDays"] = {
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": 99999,
            "pattern": "^[1-9][0-9]{0,4}$",
            "description": "How many days ago its oldest image was made at most.",
        }
    gate = {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": keys(properties, known),
    }
    needs: Schema = {"required": list(required)} if required else {}
    if "maxDepth" in known:
        needs = {"anyOf": [{"required": [it]} for it in ("maxDepth", "allowed")]}
    # An empty one is as if it were absent, but for its level.
    return described({**gate, "if": {"minProperties": 1, "type": "object"}, "then": needs}, said)


def _waiver() -> Schema:
    glob = "Who is meant: a glob, in which only * is special."
    waiver = mapping(
        {
            "gate": {"enum": list(policy.GATES), "description": "The gate that may be passed."},
            "code": {"enum": codes(), "description": "The code of a warning that is known."},
            **{name: text(glob) for name in ("image", "namespace", "kind", "name")},
            "reason": text("Why."),
            "until": text("The last day of it, as 2026-12-31.", DAY),
        },
        policy.WAIVER,
        required=("reason",),
    )
    one = [{"required": ["gate", "until"], "not": {"required": ["code"]}},
           {"required": ["code"], "not": {"required": ["gate"]}}]  # fmt: skip
    return {**waiver, "oneOf": one}

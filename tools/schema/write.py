"""JSON schemas, draft 7, from the tables that validate; `make schemas` writes them.

Keys, choices, defaults and patterns are those of the readers; here are the words for the editor,
and the shape of each value. A key without words, or words without a key, is an error. A schema
cannot say everything: what depends on two rules at once is left to the program.
"""

from __future__ import annotations

import json
import os

from tools.schema.cases import cases_schema
from tools.schema.lists import plan_schema, secrets_schema
from tools.schema.outputs import explain_schema, test_schema
from tools.schema.places import place_schema
from tools.schema.policy import policy_schema
from tools.schema.reports import report_schema
from tools.schema.shapes import (
    DRAFT,
    HOST,
    ID,
    Schema,
    choice,
    described,
    flag,
    keys,
    mapping,
    names,
    or_null,
    section,
    strings,
    text,
)
from transformer.config import config, envelope, images, rules, signers
from transformer.config.config import Config, Digests, PullSecrets
from transformer.config.imports import settings as imports
from transformer.config.imports.mapped import ACCEPTED
from transformer.image.media_type import MEDIA_TYPE
from transformer.image.reference import COMPONENT, DOMAIN, PATH, TAG
from transformer.image.reference import DIGEST as ANY_DIGEST
from transformer.lock import lock as digests

SOURCE = rf"^(?:{HOST}(?:/{PATH}(?::{TAG}|@{ANY_DIGEST})?)?|\*\.{DOMAIN}|\*)$"
ALLOWED = rf"^(?:{HOST}(?:/{PATH})?|\*\.{DOMAIN})$"
TARGET = rf"^{HOST}(?:/{PATH})?$"
LOCK_KEY = rf"^{HOST}/{COMPONENT}(?:/{COMPONENT})*:{TAG}$"
SHA256 = "^sha256:[0-9a-f]{64}$"
# A file by its path from the folder: neither absolute nor a folder itself.
FILE = r"^(?!/)(?!(?:.*/)?\.{0,2}$)"


def config_schema() -> Schema:
    """The schema of a configuration, as our own kind or as a ConfigMap."""
    own = mapping(
        {
            "apiVersion": {"const": envelope.API_VERSION},
            "kind": {"const": envelope.KIND},
            "metadata": _METADATA,
            "spec": _spec(),
        },
        (*envelope.TOP, "spec"),
        required=("apiVersion", "kind", "spec"),
    )
    texts = keys({name: {"type": "string"} for name in config.SPEC}, config.SPEC)
    config_map = mapping(
        {
            "apiVersion": {"const": "v1"},
            "kind": {"const": envelope.CONFIG_MAP},
            "metadata": _METADATA,
            "data": or_null({"properties": texts, "additionalProperties": False}, "object"),
        },
        (*envelope.TOP, "data"),
        required=("apiVersion", "kind", "data"),
    )
    return {
        "$schema": DRAFT,
        "$id": f"{ID}/config.json",
        "title": "mirrorpin configuration",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {"kind": {"enum": [envelope.KIND, envelope.CONFIG_MAP]}},
        "if": {"properties": {"kind": {"const": envelope.CONFIG_MAP}}, "required": ["kind"]},
        "then": config_map,
        "else": own,
    }


def lock_schema() -> Schema:
    """The schema of a lock. Keys of an entry that this version does not know are accepted."""
    digest = {"type": "string", "pattern": SHA256}
    entry = {
        "type": "object",
        "required": ["digest"],
        "properties": {
            "digest": described(digest, "What the tag stood for: of an index, the index itself."),
            "mediaType": {"type": "string", "pattern": f"^{MEDIA_TYPE}$"},
            "size": described(
                {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
                "The manifest's, in bytes.",
            ),
            "created": text(
                "When the oldest of its images was made, as they say themselves.",
                f"^{digests.TIME}$",
            ),
            "platforms": described(
                or_null({"additionalProperties": digest}, "object"),
                "The digest of each platform, os/arch[/variant].",
            ),
            "targets": described(
                or_null({"additionalProperties": {"type": "string"}}, "object"),
                "By the targets of a rule, which of them had the image when it was locked.",
            ),
            "signedBy": described(
                or_null(
                    {
                        "propertyNames": {"pattern": f"^{digests.SIGNER}$"},
                        "additionalProperties": {"type": "string", "pattern": "^[a-z]+$"},
                    },
                    "object",
                ),
                "By who has signed, the program that has checked it.",
            ),
        },
    }
    images = or_null(
        {"propertyNames": {"pattern": LOCK_KEY}, "additionalProperties": entry}, "object"
    )
    return {
        "$schema": DRAFT,
        "$id": f"{ID}/lock.json",
        "title": "mirrorpin lock",
        "type": "object",
        "required": ["version", "images"],
        "properties": {
            "apiVersion": {"const": digests.API_VERSION},
            "kind": {"const": digests.KIND},
            "metadata": _METADATA,
            "version": {"enum": [int(digests.VERSION), digests.VERSION]},
            "images": described(images, "By normalised source reference with its tag."),
        },
    }


def _spec() -> Schema:
    defaults = Config(name="", folder="")
    mirrors = or_null({"items": _rule()}, "array")
    files = {"type": "string", "pattern": FILE, "minLength": 1}
    properties: dict[str, Schema] = {
        "extends": described(
            or_null({"items": files, "uniqueItems": True}, "array"),
            "Configurations that this one is put on top of; the later counts.",
        ),
        "mode": choice(config.MODES, "What to do: `check` prints nothing, the exit code speaks."),
        "mirrors": described(
            mirrors, "The rules. The most specific source wins, whatever the order."
        ),
        "mirrorsFrom": described(
            or_null({"items": _import()}, "array"), "Files of others whose mirrors are rules."
        ),
        "unmatched": choice(config.UNMATCHED, "An image that no rule covers."),
        "invalid": choice(config.VERDICTS, "A string in an image field that is no reference."),
        "digests": _digests(),
        "structure": choice(
            config.STRUCTURE, "Unknown kinds that hold something shaped like a pod spec."
        ),
        "suspects": choice(config.SUSPECTS, "What looks like an image and is in no known place."),
        "pullSecrets": _pull_secrets(),
        "images": described(
            or_null({"items": _image()}, "array"), "Images that no manifest names, to be locked."
        ),
        "fields": described(
            or_null({"items": place_schema()}, "array"), "Further places where images are written."
        ),
        "strings": section(
            {
                "env": described(
                    or_null(strings(), "array"), "Environment variables, * for any characters."
                ),
                "args": described(
                    or_null(strings(), "array"), "Flags, as in --sidecar-image, * as above."
                ),
                "shapes": choice(
                    config.SHAPES, "Variables and flags whose names say that they are images."
                ),
                "pin": flag(
                    "Pin those, too: whoever reads them must take digests.", defaults.strings.pin
                ),
            },
            config.STRINGS,
            "Images in the environment variables and arguments of containers.",
        ),
        "policy": policy_schema(ALLOWED),
        "report": section(
            {"originalImages": flag("Note the upstream names.", defaults.original_images)},
            config.REPORT,
            "What is left behind in the output.",
        ),
    }
    return section(properties, config.SPEC, "")


def _rule() -> Schema:
    properties: dict[str, Schema] = {
        "source": text("What it covers: host, host/path, host/path:tag, *.host or *.", SOURCE),
        "target": text("The name to put in its place; the rest of the path is appended.", TARGET),
        "targets": described(
            {"type": "array", "items": text("", TARGET), "minItems": 1, "uniqueItems": True},
            "Several, the best one first: the lock notes which has the image.",
        ),
        "onAbsent": choice(
            rules.ON_ABSENT, "No target has it: an error, the next rule, or its own name."
        ),
        "template": text("The new name in Jinja2, of host, repository, name, source, tag, digest."),
        "sameAs": text("Another name of one registry: host or host/path.", TARGET),
        "only": {
            "enum": list(rules.ONLY),
            "description": "What is written with a digest, or what is written without.",
        },
        "artifacts": {
            "type": "array",
            "items": {"enum": list(rules.ARTIFACTS)},
            "minItems": 1,
            "description": "What it is for; images alone without it.",
        },
        "keep": flag("Leave the name as it is; still pinned, still authorised.", False),
        "block": flag("An error wherever it appears.", False),
        "pullSecrets": described(
            or_null(names(), "array"), "For every pod that ends up pulling from the target."
        ),
        "allowDifferent": flag("The mirror may hold other bytes than the source.", False),
        "signedBy": _signer(),
        "where": _where(),
    }
    actions: list[Schema] = [
        {"required": ["target"]},
        {"required": ["targets"]},
        {"required": ["template"]},
        {"required": ["keep"], "properties": {"keep": {"const": True}}},
        {"required": ["block"], "properties": {"block": {"const": True}}},
        {"required": ["sameAs"]},
    ]
    rule = mapping(properties, rules.RULE, required=("source",))
    blocks = {"required": ["block"], "properties": {"block": {"const": True}}}
    nothing = [{"not": {"required": [it]}} for it in ("pullSecrets", "signedBy")]
    # Another name has all else from the rules for the first one.
    own = ("pullSecrets", "signedBy", "where", "only", "artifacts")
    alone = [{"not": {"required": [it]}} for it in own]
    named = {"if": {"required": ["sameAs"]}, "then": {"allOf": alone}}
    # Without a target there is no mirror that could differ.
    mirrors = {"anyOf": [{"required": [it]} for it in ("target", "targets", "template")]}
    absent = {
        "if": {"required": ["onAbsent"]},
        "then": {"anyOf": [{"required": [it]} for it in ("target", "targets")]},
    }
    alike = {"anyOf": [mirrors, {"not": {"required": ["allowDifferent"]}}]}
    return {
        **rule,
        **alike,
        "oneOf": actions,
        "allOf": [{"if": blocks, "then": {"allOf": nothing}}, named, absent],
    }


def _signer() -> Schema:
    file = {"type": "string", "pattern": FILE, "minLength": 1, "not": {"pattern": "://"}}
    uri = f"^(?:{'|'.join(signers.KEY_SCHEMES)})://[!-&(-?A-~]*$"
    who = {"pattern": f"^{signers.TEXT}$", "maxLength": signers.MAX_SIGNER, "type": "string"}
    key = {"anyOf": [file, {**who, "pattern": uri}]}
    properties: dict[str, Schema] = {
        "key": described(key, "A public key: a file, or a URI of a key store."),
        "identity": described(who, "Who a certificate is for; * stands for any characters."),
        "issuer": described(who, "Who vouches for that."),
        "transparencyLog": choice(signers.TRANSPARENCY_LOG, "Whether the log must have it."),
        "trustedRoot": text("A trusted_root.json instead of that of sigstore.dev.", FILE),
    }
    ways: list[Schema] = [
        {"required": ["key"], "not": {"anyOf": [{"required": [it]} for it in signers.SIGNER[1:3]]}},
        {
            "required": ["identity", "issuer"],
            "not": {"required": ["key"]},
            "properties": {"transparencyLog": {"const": signers.TRANSPARENCY_LOG[0]}},
        },
    ]
    said = "Who must have signed it; `lock --verify-signatures` has cosign check that."
    return described({**mapping(properties, signers.SIGNER), "anyOf": ways}, said)


def _import() -> Schema:
    accept = {"type": ["array", "null"], "items": {"enum": list(ACCEPTED)}}
    properties = {
        "file": text("Its path from the configuration's folder.", FILE),
        "accept": described(accept, "What is let go where no rule says it."),
    }
    whole = mapping(properties, imports.IMPORT, required=("file",))
    return {"anyOf": [text("", FILE), whole]}


def _where() -> Schema:
    globs = {"type": "array", "minItems": 1, **strings()}
    label = {"type": ["string", "number", "boolean"]}
    labels = {"type": "object", "minProperties": 1, "additionalProperties": label}
    selector = mapping({"matchLabels": labels}, rules.SELECTOR, required=rules.SELECTOR)
    properties = {
        "namespaces": described(globs, "Globs, in which only * is special."),
        "kinds": globs,
        "containers": globs,
        "selector": described(selector, "Labels of the object itself."),
    }
    where = mapping(properties, rules.WHERE)
    said = "The scope of the rule; it wins over the same source without one."
    return described({**where, "minProperties": 1}, said)


def _image() -> Schema:
    properties: dict[str, Schema] = {
        "image": text("As a manifest would name it."),
        "platforms": _platforms("os/arch[/variant] that this image must offer as well."),
        "for": text("What it is for, a note."),
    }
    return mapping(properties, images.IMAGE, required=("image",))


def _platforms(said: str) -> Schema:
    platform = {"type": "string", "pattern": f"^{config.PLATFORM}$"}
    return described(or_null({"items": platform, "uniqueItems": True}, "array"), said)


def _digests() -> Schema:
    defaults = Digests()
    properties: dict[str, Schema] = {
        "mode": {
            "enum": list(config.DIGEST_MODES),
            "description": "How images are pinned: off without any key here, lock with one.",
        },
        "lockFile": text("Relative to this file, and in its repository.", FILE, defaults.lock_file),
        "missing": choice(config.VERDICTS, "An image that is not in the lock."),
        "keepTag": flag("Write name:tag@digest, not name@digest.", defaults.keep_tag),
        "unpinnable": choice(config.UNPINNABLE, "A field whose schema takes no digest."),
        "resolveFrom": choice(config.RESOLVE_FROM, "Whom to ask for a digest."),
        "platforms": _platforms("os/arch[/variant] that every index must offer."),
        "platform": text(
            "os/arch[/variant] whose own digest is written, not that of the index.",
            f"^{config.PLATFORM}$",
        ),
    }
    pinning = section(properties, config.DIGESTS, "Pinning.")
    required = {
        "type": "object",
        "required": ["mode"],
        "properties": {"mode": {"const": "require"}},
    }
    return {**pinning, "if": required, "then": {"not": {"required": ["lockFile"]}}}


def _pull_secrets() -> Schema:
    files = {"type": "string", "pattern": FILE, "minLength": 1}
    properties: dict[str, Schema] = {
        "attachTo": choice(config.ATTACH_TO, "Who gets them."),
        "names": described(or_null(names(), "array"), "For every pod with an image of a rule."),
        "templates": described(
            or_null({"items": files, "uniqueItems": True}, "array"),
            "Files below this folder, rendered for each namespace that needs a secret.",
        ),
    }
    assert PullSecrets().attach_to == config.ATTACH_TO[0]
    return section(properties, config.PULL_SECRETS, "Who gets which imagePullSecrets.")


_METADATA: Schema = {"type": ["object", "null"]}


def texts() -> dict[str, str]:
    """The text of every schema file, by name without its suffix."""
    schemas = {
        "config": config_schema(),
        "lock": lock_schema(),
        "plan": plan_schema(),
        "secrets": secrets_schema(),
        "explain": explain_schema(),
        "cases": cases_schema(),
        "test": test_schema(),
        "report": report_schema(),
    }
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}


def write(folder: str) -> None:
    """Write every schema file into a folder. Raises `OSError` when one cannot be written."""
    for name, content in texts().items():
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
            file.write(content)

"""Every applicable row of the shared reference vectors.

`oracle` holds what the compiled parsers said to each input (the columns of go-containerregistry and
containers/image are other grammars and stay unread), the other two sections hold the tables of
their own tests. A row that we answer differently is listed with our answer and the reason; an entry
that is no longer a difference fails as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, TypeAlias

import pytest

from tests.helpers.shared import shared_path
from transformer.image.reference import (
    DOMAIN,
    NAME,
    REFERENCE,
    BadReference,
    Reference,
    docker_ref,
    normalize,
    parse,
    parse_any,
)

Answer: TypeAlias = dict[str, Any]
Reader: TypeAlias = Callable[[str], Reference | str]

# Tables about things that this module does not do.
NOT_APPLICABLE = {
    "familiar_match": "images are never matched against globs",
    "familiar_match_error": "images are never matched against globs",
    "sort": "references are never sorted by how much they say",
}
NOT_APPLICABLE_OTHER = {
    "go_containerregistry_name": "another parser: characters instead of a grammar, another Hub",
    "go_containerregistry_scheme": "no connection is made here",
    "go_containerregistry_defaults": "another parser: its default registry is an option",
    "registries_conf_wildcard_match": "matching of rules, not parsing",
    "registries_conf_prefix_match": "matching of rules, not parsing",
    "registries_conf_rewrite_ok": "matching of rules, not parsing",
    "registries_conf_rewrite_fail": "matching of rules, not parsing",
    "registries_conf_pull_sources": "matching of rules, not parsing",
    "short_name": "a short name is always on Docker Hub here",
    "short_name_alias_value": "a short name is always on Docker Hub here",
    "short_name_alias_key": "a short name is always on Docker Hub here",
}

HEX_37 = "1234567890098765432112345667890098765"
UNCHECKED = "joining name and digest there checks no length; our only way in is to parse the whole"

# table -> input -> what we answer instead, and why
DIFFERENCES: dict[str, dict[str, tuple[Answer, str]]] = {
    "parse": {
        f"validname@sha512:{'f' * 128}": (
            {"path": "validname", "digest": f"sha512:{'f' * 128}"},
            "that test program links no SHA-512; the oracle and every runtime accept it",
        ),
    },
    "with_tag": {
        f"test.com:8000/foo:TAG5@sha256:{HEX_37}": ({"error": "digest-length"}, UNCHECKED),
    },
    "with_digest": {
        f"test.com/foo@sha256:{HEX_37}": ({"error": "digest-length"}, UNCHECKED),
        f"foo@sha256:{HEX_37}": ({"error": "digest-length"}, UNCHECKED),
        f"test.com:8000/foo@sha256:{HEX_37}": ({"error": "digest-length"}, UNCHECKED),
        f"test.com:8000/foo:latest@sha256:{HEX_37}": ({"error": "digest-length"}, UNCHECKED),
    },
}

KUBERNETES_ERRORS = {
    "must be lowercase": "uppercase",
    "invalid reference format": "invalid-format",
    "cannot specify 64-byte hexadecimal strings": "identifier",
}


@cache
def vectors() -> dict[str, Any]:
    with shared_path("vectors", "reference.json").open(encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


def answer(read: Reader, text: str) -> Answer:
    try:
        reference = read(text)
    except BadReference as error:
        return {"ok": False, "error": error.code}
    if isinstance(reference, str):
        return {"ok": True, "kind": "digest-only", "digest": reference, "string": reference}
    string, familiar = str(reference), reference.familiar()
    return {
        "ok": True,
        "kind": "named",
        "domain": reference.domain,
        "path": reference.path,
        "name": reference.name,
        "tag": reference.tag,
        "digest": reference.digest,
        "string": string,
        "combined": string,
        "normalized": string,
        "familiar": familiar,
        "familiar_name": familiar,
    }


def canonical(text: str) -> Answer:
    ours = answer(normalize, text)
    return ours if ours.get("string") == text else {"error": "not-canonical"}


def name_alone(text: str) -> Answer:
    if not re.fullmatch(NAME, text):
        return {"error": "invalid-format"}
    return answer(parse, text)


def matched(pattern: str, text: str, *names: str) -> Answer:
    match = re.fullmatch(pattern, text)
    if not match:
        return {"match": False}
    return {"match": True, **dict(zip(names, match.groups(""), strict=True))}


def matched_reference(text: str) -> Answer:
    found = matched(REFERENCE, text, "domain", "path", "tag", "digest")
    name = "/".join(part for part in (found.get("domain"), found.get("path")) if part)
    return {**found, "name": name} if name else found


def matched_identifier(text: str) -> Answer:
    return {"match": answer(parse_any, text).get("string") == f"sha256:{text}"}


# table -> our answer to an input of it
TABLES: dict[str, Callable[[str], Answer]] = {
    "parse": partial(answer, parse),
    "with_name_failure": name_alone,
    "with_name_domain_path": name_alone,
    "serialization": partial(answer, parse),
    "with_tag": partial(answer, parse),
    "with_digest": partial(answer, parse),
    "parse_named": canonical,
    "normalize_valid": partial(answer, normalize),
    "normalize_invalid": partial(answer, normalize),
    "remote_name_valid": partial(answer, normalize),
    "remote_name_invalid": partial(answer, normalize),
    "repository_info": partial(answer, normalize),
    "tag_and_digest": partial(answer, normalize),
    "invalid_components": partial(answer, normalize),
    "any": partial(answer, parse_any),
    "normalized_domain_path": partial(answer, normalize),
    "docker_ref": partial(answer, docker_ref),
    "domain_regexp": partial(matched, DOMAIN),
    "name_regexp": lambda text: matched(NAME, text, "domain", "path"),
    "reference_regexp": matched_reference,
    "identifier_regexp": matched_identifier,
}


def inputs(row: Answer) -> list[str]:
    """The texts that a row is about; where it has only parts, they are joined as a user would."""
    if "inputs" in row:
        return list(row["inputs"])
    for key in ("input", "combined"):
        if key in row:
            return [row[key]]
    return [row["name"] + (f":{row['tag']}" if "tag" in row else f"@{row['digest']}")]


def differences(
    rows: Iterable[Answer], expected: Callable[[Answer], Answer], ours: Callable[[str], Answer]
) -> dict[str, Answer]:
    """Our answers to the inputs of rows, where a field that the row expects is another here."""
    found = {}
    for row in rows:
        wanted = expected(row)
        for text in inputs(row):
            answered = ours(text)
            if any(answered.get(key) != wanted[key] for key in wanted):
                found[text] = answered
    return found


def expected_fields(row: Answer) -> Answer:
    asked = {"input", "inputs", "label"}
    if "op" in row:
        asked |= {"op", "name", "tag", "digest"}
    return {key: row[key] for key in row if key not in asked}


def test_every_table_is_checked_or_named_as_not_applicable() -> None:
    tables = vectors()["distribution_reference"]
    assert {key for key in tables if isinstance(tables[key], dict)} == {*TABLES, *NOT_APPLICABLE}
    assert set(vectors()["other"]) == {"kubernetes_parse_image_name", *NOT_APPLICABLE_OTHER}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_specification(name: str) -> None:
    table = vectors()["distribution_reference"][name]
    assert len(table["cases"]) == table["count"]
    found = differences(table["cases"], expected_fields, TABLES[name])
    listed = DIFFERENCES.get(name, {})
    assert found.keys() == listed.keys(), found
    for text, (ours, _) in listed.items():
        assert found[text].items() >= ours.items()


def test_images_as_the_kubelet_reads_them() -> None:
    def expected(row: Answer) -> Answer:
        if "error_contains" in row:
            return {"error": KUBERNETES_ERRORS[row["error_contains"]]}
        return {"name": row["repo"], "tag": row["tag"], "digest": row["digest"]}

    table = vectors()["other"]["kubernetes_parse_image_name"]
    assert len(table["cases"]) == table["count"]
    read = partial(answer, lambda text: normalize(text).with_tag_default())
    assert differences(table["cases"], expected, read) == {}


@pytest.mark.parametrize(
    ("field", "read"),
    [("parse", parse), ("normalized", normalize), ("any", parse_any), ("docker_ref", docker_ref)],
)
def test_the_oracle(field: str, read: Reader) -> None:
    def expected(row: Answer) -> Answer:
        # No runtime can pull a name that was left without a domain, and every rule starts from a
        # domain: here, and only here, such a row must be an error.
        if field != "parse" and row["normalized"].get("domain") == "":
            return {"error": "empty-domain"}
        wanted: Answer | str = row[field if field in row else "normalized"]
        return {"string": wanted} if isinstance(wanted, str) else wanted

    rows = vectors()["oracle"]
    assert len(rows) > 400
    assert differences(rows, expected, partial(answer, read)) == {}

"""Every applicable row of the registries.conf tables among the shared reference vectors.

A row that we answer differently is listed with the reason; an entry that is no longer a difference
fails as well.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, TypeAlias

import pytest

from tests.helpers.shared import shared_path
from transformer.config.mirrors import RenameFault, Rule, compile_rules, rename
from transformer.config.template_language import Budget
from transformer.errors import Position
from transformer.image.reference import Reference, parse
from transformer.image.repository import BadName, check_target

Row: TypeAlias = dict[str, Any]

PORT = "upstream calls it unintended: a host without a port is another registry than one with"

MATCH_DIFFERENCES = {("example.com:5000", "example.com"): PORT}
REWRITE_DIFFERENCES: dict[tuple[str, str], str] = {}


@cache
def tables() -> dict[str, Any]:
    with shared_path("vectors", "reference.json").open(encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)["other"]
    return loaded


def cases(name: str) -> list[Row]:
    table = tables()[f"registries_conf_{name}"]
    rows: list[Row] = table["cases"]
    assert len(rows) == table["count"] > 0
    return rows


def rewritten(text: str, source: str, location: str) -> str | None:
    """A text after the rule that says the same as a prefix and a location; None for none."""
    try:
        # An empty location leaves the name alone, which is `keep` here.
        target = check_target(location) if location else ""
        rule = Rule(index=0, source=source, target=target, position=Position(file="c.yaml"))
        compiled = compile_rules([rule])
    except BadName:
        return None
    reference = read(text)
    if not compiled.candidates(reference):
        return None
    try:
        name = rename(rule, reference, Budget()) if location else reference.name
    except RenameFault:
        return None
    return name + str(reference).removeprefix(reference.name)


def read(text: str) -> Reference:
    # Some rows have a host alone; whatever is on it must be matched.
    return parse(text if "/" in text else f"{text}/x")


def matched_length(text: str, source: str) -> int:
    """How much of a text a source matches, which is what a target takes the place of."""
    found = rewritten(text, source, "m.io/m")
    if found is None:
        return -1
    reference = read(text)
    rest = found.removeprefix("m.io/m")
    if ":" in source.rpartition("/")[2] and "/" in source:
        rest = rest.removeprefix(str(reference).removeprefix(reference.name))
    return len(str(reference)) - len(rest)


@pytest.mark.parametrize("name", ["wildcard_match", "prefix_match"])
def test_matching(name: str) -> None:
    differences = {}
    for row in cases(name):
        length = matched_length(row["ref"], row["prefix"])
        if length != row["matched_length"]:
            differences[row["ref"], row["prefix"]] = length
    listed = MATCH_DIFFERENCES if name == "prefix_match" else {}
    assert differences == dict.fromkeys(listed, -1)


def test_rewriting() -> None:
    differences = {}
    for row in cases("rewrite_ok"):
        found = rewritten(row["input"], row["prefix"], row["location"])
        if found != row["output"]:
            differences[row["input"], row["prefix"]] = found
    assert differences == dict.fromkeys(REWRITE_DIFFERENCES)


def test_what_must_not_be_rewritten() -> None:
    for row in cases("rewrite_fail"):
        assert rewritten(row["input"], row["prefix"], row["location"]) is None, row


def test_the_last_location_of_an_image() -> None:
    # We write one name into a manifest, so mirrors in an order do not apply, and the table is the
    # configuration that they belong to: the location that comes after them is a target.
    table = tables()["registries_conf_pull_sources"]
    rules = [
        Rule(index=it, source=row["prefix"], target=row["location"], position=Position(file="c"))
        for it, row in enumerate(table["configuration"])
    ]
    compiled = compile_rules(rules)
    for row in cases("pull_sources"):
        reference = parse(f"{row['matched_prefix']}/{row['repo']}")
        [rule] = compiled.candidates(reference)
        last = row["tag_locations"][-1]
        assert last == row["digest_locations"][-1]
        assert rename(rule, reference, Budget()) == f"{last}/{row['repo']}"

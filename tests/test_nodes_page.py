"""The page about nodes: what it says is equal is, and what it says is not is named."""

from __future__ import annotations

import re

import pytest

from tests.config.test_imports import errors, rules, text
from tests.helpers import runs
from tests.helpers.pages import Table, tables, words
from tests.helpers.shared import ROOT
from transformer.config.imports.mapped import Text
from transformer.export.format import Request
from transformer.export.formats import NODES, format_of

PAGE = ROOT / "docs/nodes.md"


def page_table(heading: str) -> Table:
    (found,) = (it for it in tables(PAGE) if it.heading == heading)
    return found


EQUAL = page_table("What is equal")


def test_every_format_is_listed() -> None:
    formats = next(it for it in tables(PAGE) if it.header[0] == "format")
    assert [words(row[0])[0] for row in formats.rows] == list(NODES)
    assert [words(it)[0] for it in EQUAL.header[1:]] == [it for it in NODES if it != "icsp"]


@pytest.mark.parametrize("row", EQUAL.rows, ids=lambda row: row[0])
def test_what_is_equal(row: tuple[str, ...]) -> None:
    rules = re.findall("`([^`]*)`", row[0])
    request = Request(config=runs.config("mirrors:", *(f"- {it}" for it in rules)))
    formats = [words(it)[0] for it in EQUAL.header[1:]]
    said = {it: "no" if format_of(it).make(request).unsaid else "yes" for it in formats}
    assert said == dict(zip(formats, row[1:], strict=True))


SIGNATURES = page_table("Signatures")


@pytest.mark.parametrize("row", SIGNATURES.rows, ids=lambda row: row[0])
def test_what_nodes_know_of_signatures(row: tuple[str, str]) -> None:
    rules = re.findall("`([^`]*)`", row[0])
    settings = runs.config("mirrors:", *(f"- {it}" for it in rules))
    made = format_of("policy-json").make(Request(config=settings, keys={"a.pub": "a key"}))
    assert row[1] == ("no" if made.unsaid else "yes")


def imported(kind: str, said: str) -> Text:
    """The file that a cell of a table stands for."""
    if kind.startswith("`registries.conf`"):
        return text(f"registry = [{said}]", "r.conf")
    if kind.startswith("`hosts.toml`"):
        return text(said, "docker.io/hosts.toml")
    if kind.startswith("`mirrors`"):
        return text(f"mirrors: {said}")
    return text(f"images: {said}") if kind.startswith("`images`") else text(said, "maps.conf")


IMPORTED = [
    (it.header[0], *row)
    for it in tables(PAGE)
    if it.heading == "Rules from nodes" and it.header[1] == "becomes"
    for row in it.rows
]


@pytest.mark.parametrize(("kind", "said", "becomes"), IMPORTED)
def test_what_becomes_of_a_file(kind: str, said: str, becomes: str) -> None:
    file = imported(kind, said.strip("`"))
    if "->" in becomes:
        assert rules(file) == words(becomes)
    else:
        assert errors(file)[0].rpartition(" (")[2] == f"{becomes.strip('`')})"

"""What the fixtures expect of `transform`, restored and transformed again."""

from __future__ import annotations

import re

import pytest

from tests.helpers import oracle
from tests.helpers.command import command
from tests.helpers.shared import ROOT

EXPECTED = sorted(
    it
    for it in (ROOT / "tests" / "fixtures").glob("*/expected.*")
    if (it.parent / "config.yaml").exists() and not (it.parent / "args").exists()
)


pytestmark = pytest.mark.slow

# Where names cannot be told, which is said.
UNTOLD = {
    "a-wildcard-keeps-the-port-behind-a-host": "unknown-source",
    "docker-hub-takes-names-of-two-parts": "unknown-source",
    "the-most-specific-source-wins": "unknown-source",
}
# What they expect was not made by their rules: names that would collide, and a note of other rules.
MADE_OTHERWISE = {
    "a-mirrored-name-of-two-sources-keeps-its-digest",
    "a-note-of-original-images-is-continued",
}


def test_each_transforms_to_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    untold: dict[str, str] = {}
    otherwise: set[str] = set()
    for file in EXPECTED:
        monkeypatch.chdir(file.parent)
        rules = ("-c", "config.yaml")
        ran = command("restore", *rules, "--verify", "full", stdin=file.read_bytes())
        if ran.code:
            untold[file.parent.name] = re.findall(r"\(([a-z-]+)\)$", ran.stderr[0])[0]
            continue
        again = command("transform", *rules, stdin=ran.stdout).stdout
        if again != file.read_bytes() and not is_alike(again, file.read_bytes()):
            otherwise.add(file.parent.name)
    assert untold == UNTOLD
    assert otherwise == MADE_OTHERWISE


def is_alike(one: bytes, other: bytes) -> bool:
    return oracle.load(one.decode()) == oracle.load(other.decode())

"""What a clone installs: every need of pyproject.toml pinned within its range, with hashes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers.shared import ROOT

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_GROUPS = _PROJECT["dependency-groups"]
_NEEDS = {
    "dev": [
        *_PROJECT["build-system"]["requires"],
        *_PROJECT["project"]["dependencies"],
        *_GROUPS["dev"],
        *_PROJECT["project"]["optional-dependencies"]["redis"],
    ],
    "e2e": _GROUPS["e2e"],
    "docs": _GROUPS["docs"],
}
_TEXTS = {
    name: (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in _NEEDS
}


def pins(name: str) -> Iterator[tuple[str, str, int]]:
    """Every name, version and number of hashes of a file of pins."""
    for entry in re.split(r"\n(?=[a-z])", re.sub(r"^#.*\n", "", _TEXTS[name], flags=re.M)):
        pin = Requirement(entry.partition("\\")[0])
        (exact,) = pin.specifier
        assert exact.operator == "=="
        yield canonicalize_name(pin.name), exact.version, entry.count("--hash=sha256:")


@pytest.mark.parametrize(
    ("name", "need"), [(name, need) for name, needs in _NEEDS.items() for need in needs]
)
def test_what_is_needed_is_pinned_within_its_range(name: str, need: str) -> None:
    versions = {pinned: version for pinned, version, _ in pins(name)}
    wanted = Requirement(need)
    assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)], prereleases=True)


@pytest.mark.parametrize("name", _NEEDS)
def test_every_pin_has_hashes(name: str) -> None:
    assert [pinned for pinned, _, hashes in pins(name) if not hashes] == []


@pytest.mark.parametrize("name", ["e2e", "docs"])
def test_each_file_agrees_with_that_of_every_clone(name: str) -> None:
    dev = {pinned: version for pinned, version, _ in pins("dev")}
    assert [it for it in pins(name) if dev.get(it[0], it[1]) != it[1]] == []


@pytest.mark.parametrize("name", _NEEDS)
def test_a_pin_names_no_host(name: str) -> None:
    assert "://" not in _TEXTS[name]

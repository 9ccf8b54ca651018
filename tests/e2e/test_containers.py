"""The container files, as far as they can be looked at without the images that they start from."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.tools import KUSTOMIZE_VERSIONS
from tests.helpers.shared import ROOT

pytestmark = pytest.mark.e2e

FILES = sorted((ROOT / "packaging").glob("Containerfile*"))


def test_there_are_two() -> None:
    assert [path.name for path in FILES] == ["Containerfile", "Containerfile.cmp"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
class TestFile:
    def test_is_clean(self, path: Path) -> None:
        linter = Path(sys.executable).parent / "hadolint"
        done = subprocess.run(
            [linter, "--no-color", str(path)], capture_output=True, check=False, text=True
        )
        assert (done.returncode, done.stdout) == (0, "")

    def test_copies_what_is_there(self, path: Path) -> None:
        for sources in re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", path.read_text()):
            for source in sources.split():
                assert (ROOT / source).exists()

    def test_runs_as_a_user_that_needs_no_name(self, path: Path) -> None:
        *_, user = re.findall(r"(?m)^USER (\S+)$", path.read_text())
        assert re.fullmatch("[1-9][0-9]*:[1-9][0-9]*", user)


def test_the_sidecar_has_the_tested_kustomize() -> None:
    text = (ROOT / "packaging" / "Containerfile.cmp").read_text()
    assert f"kustomize/v5@v{KUSTOMIZE_VERSIONS[-1]}" in text

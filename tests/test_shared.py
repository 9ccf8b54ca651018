from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.shared import ROOT, shared_path


def test_the_folder_is_the_one_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "vectors").mkdir()
    monkeypatch.setenv("MIRRORPIN_SHARED", str(tmp_path))
    assert shared_path("vectors") == tmp_path / "vectors"


@pytest.mark.parametrize("named", ["", None], ids=["empty", "unset"])
def test_the_folder_is_beside_the_repository_otherwise(
    monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    monkeypatch.delenv("MIRRORPIN_SHARED", raising=False)
    if named is not None:
        monkeypatch.setenv("MIRRORPIN_SHARED", named)
    with pytest.raises(pytest.skip.Exception, match=re.escape(str(ROOT.parent / "shared" / "no"))):
        shared_path("no")


def test_an_absent_path_skips_a_module_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIRRORPIN_SHARED", str(tmp_path))
    with pytest.raises(pytest.skip.Exception) as caught:
        shared_path("vectors", "reference.json")
    assert caught.value.allow_module_level
    assert str(caught.value) == (
        f"must exist: {tmp_path}/vectors/reference.json "
        "(set MIRRORPIN_SHARED to the folder of shared test data)"
    )

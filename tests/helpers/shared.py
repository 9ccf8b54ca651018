"""The folder of shared test data: vectors and real manifests kept outside this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared_path(*parts: str) -> Path:
    """The path of a file or folder below the shared folder.

    The folder is the one that MIRRORPIN_SHARED names, otherwise `../shared` seen from the root of
    the repository. Where the path is absent the test is skipped, or the whole module when it is
    called while tests are collected; conftest.py makes a failure of that under CI.
    """
    folder = Path(os.environ.get("MIRRORPIN_SHARED") or ROOT.parent / "shared")
    path = folder.joinpath(*parts)
    if not path.exists():
        reason = f"must exist: {path} (set MIRRORPIN_SHARED to the folder of shared test data)"
        pytest.skip(reason, allow_module_level=True)
    return path

"""A kustomize of each pinned version, with the tested `mirrorpin` on its PATH."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.e2e.tools import KUSTOMIZE_VERSIONS, Tool, kustomize

NEWEST = KUSTOMIZE_VERSIONS[-1]

Run: TypeAlias = "Callable[..., subprocess.CompletedProcess[str]]"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command with the tested `mirrorpin`, one kustomize and the system on PATH."""

    def run_command(
        *command: str, cwd: Path, version: str = NEWEST, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        folders = [os.path.dirname(sys.executable), str(installed(kustomize(version)).folder)]
        path = os.pathsep.join([*folders, "/usr/bin", "/bin"])
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd=cwd,
            env={"PATH": path, "HOME": str(tmp_path), **environment},
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )

    return run_command


def installed(tool: Tool) -> Tool:
    assert tool.path.exists(), f"{tool.name} {tool.version} must be installed: run `make e2e`"
    return tool

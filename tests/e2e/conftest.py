"""Runs hosts of pinned versions, with the tested `mirrorpin` on their PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.e2e.tools import KUSTOMIZE_VERSIONS, Tool, kustomize
from tests.helpers.shared import ROOT

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster
    from tests.e2e.argocd import Server

NEWEST = KUSTOMIZE_VERSIONS[-1]
EXAMPLES = ROOT / "kustomize-plugin"

Run: TypeAlias = "Callable[..., subprocess.CompletedProcess[str]]"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command with the tested `mirrorpin`, one kustomize and the system on PATH."""

    def run_command(
        *command: str,
        cwd: Path,
        version: str = NEWEST,
        tools: tuple[Tool, ...] = (),
        stdin: str | None = None,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        path = search_path(*tools, kustomize(version))
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd=cwd,
            env={"PATH": path, "HOME": str(tmp_path), **environment},
            input=stdin or "",
            text=True,
            timeout=60,
        )

    return run_command


def search_path(*tools: Tool | Path) -> str:
    """A PATH with the tested `mirrorpin`, tools and folders, and the system's own."""
    folders = [it if isinstance(it, Path) else installed(it).folder for it in tools]
    return os.pathsep.join(
        [os.path.dirname(sys.executable), *map(str, folders), "/usr/bin", "/bin"]
    )


def installed(tool: Tool) -> Tool:
    assert tool.path.exists(), f"{tool.name} {tool.version} must be installed: run `make e2e`"
    return tool


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A plugin server for kustomize."""
    from tests.e2e.argocd import PLUGIN, serve, sidecar

    with serve(PLUGIN, sidecar()) as running:
        yield running


@pytest.fixture(scope="module")
def helm_server() -> Iterator[Server]:
    """A plugin server for Helm."""
    from tests.e2e.argocd import PLUGIN, serve, sidecar

    with serve(PLUGIN / "helm", sidecar()) as running:
        yield running


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Kubernetes API server without controllers and nodes, for tests with their own names."""
    from tests.e2e.apiserver import serve

    with serve(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the applications of the Argo CD example."""
    return shutil.copytree(EXAMPLES / "argocd", tmp_path / "repository")

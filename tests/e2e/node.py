"""Programs of npm that end-to-end tests run, pinned, each with its own Node.js."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A package of npm, and the release of the package `node` that it is run with, '' for none."""

    name: str
    version: str
    node: str = ""

    def folder(self, cache: Path) -> Path:
        """Where it is installed below a cache."""
        with_node = f"-node-{self.node}" if self.node else ""
        return cache / self.name / f"{self.version}{with_node}"

    @property
    def packages(self) -> tuple[str, ...]:
        """What npm installs."""
        own = f"{self.name}@{self.version}"
        return (own, f"node@{self.node}") if self.node else (own,)


RENOVATE = Program(name="renovate", version="44.121.2", node="24.21.0")
# A program of its own, with the schema of SARIF and the rules of GitHub's code scanning.
SARIF = Program(name="@microsoft/sarif-multitool-linux", version="5.7.0")
PROGRAMS = (RENOVATE, SARIF)


def install(programs: Sequence[Program], cache: Path) -> int:
    """Install what is missing. Returns an exit code; 0 when all is there."""
    missing = [it for it in programs if not it.folder(cache).exists()]
    if missing and not shutil.which("npm"):
        print("error: Node.js with npm must be on PATH", file=sys.stderr)
        return 1
    for it in missing:
        print(f"installing {it.name} {it.version}", file=sys.stderr)
        folder = it.folder(cache)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Moved to its place whole: an interrupted installation leaves nothing behind.
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            # What is optional is compiled, or fetched from elsewhere.
            quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--omit=optional")
            command = ["npm", "install", "--prefix", scratch, *quiet, *it.packages]
            done = subprocess.run(command, check=False, env={**os.environ}, stdout=sys.stderr)
            if done.returncode:
                print(f"error: cannot install {it.name} {it.version}", file=sys.stderr)
                return done.returncode
            shutil.copytree(scratch, folder, symlinks=True)
    return 0

"""The GitHub Action: linted, and its steps run as a runner does, but for GitHub itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_ci import BIN, GIT, lint
from tests.e2e.tools import ACTIONLINT
from tests.helpers.runs import pod
from tests.helpers.shared import ROOT
from tests.test_action import STEPS, Served, served
from tools.package import build

__all__ = ["served"]  # a fixture

pytestmark = pytest.mark.e2e

# What https://docs.github.com says of `shell: bash`.
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
WORKFLOWS = (
    ROOT / "examples/ci/github-workflow.yaml",
    ROOT / "examples/ci/github-action.yaml",
    ROOT / ".github/workflows/release.yaml",
)
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io}]
  digests: {mode: lock, lockFile: images.lock.yaml}
"""
ENTRY = "  docker.io/library/nginx:{}:\n    digest: sha256:{}\n"


def test_action_is_one() -> None:
    lint(
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")]
    )


@pytest.mark.parametrize("step", STEPS, ids=lambda it: it["name"])
def test_scripts_are_clean(step: dict[str, Any], tmp_path: Path) -> None:
    script = tmp_path / "step.sh"
    script.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{step['run']}")
    lint(["shellcheck", str(script)])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda it: it.name)
def test_workflows_are_clean(workflow: Path, tmp_path: Path) -> None:
    # The action is looked up in the repository, as a local one, so that its inputs are checked.
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    text = workflow.read_text()
    name, _, version = text.partition("uses: acme/mirrorpin@")[2].partition(" ")[0].partition("\n")
    shutil.copy(ROOT / "action.yml", tmp_path)
    (folder / "a.yaml").write_text(
        text.replace(f"acme/mirrorpin@{name}", "./") if version else text
    )
    subprocess.run(["git", "init", "--quiet"], check=True, cwd=tmp_path, env={**os.environ, **GIT})
    done = subprocess.run(
        [ACTIONLINT.path, "-shellcheck", str(BIN / "shellcheck"), "-no-color"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


class Runner:
    """A checkout of a pull request, and what a runner gives the steps of an action."""

    def __init__(self, folder: Path, server: Served) -> None:
        self.folder = folder / "shop"
        self.temporary = folder / "temp"
        self.temporary.mkdir()
        self.path_file = folder / "path"
        self.path_file.touch()
        self.server = server
        self.git("init", "--quiet", "--initial-branch=main", str(self.folder), cwd=folder)
        (self.folder / "mirrorpin.yaml").write_text(CONFIG)
        (self.folder / "images.lock.yaml").write_text(
            f"version: 1\nimages:\n{ENTRY.format('1.27', 'a' * 64)}"
        )
        self.commit()
        self.base = self.git("rev-parse", "HEAD").strip()
        self.git("clone", "--quiet", "--bare", str(self.folder), str(folder / "origin"))
        self.git("remote", "add", "origin", f"file://{folder}/origin")

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        return subprocess.run(
            ["git", *arguments],
            capture_output=True,
            check=True,
            cwd=cwd or self.folder,
            env={**os.environ, **GIT},
            text=True,
        ).stdout

    def commit(self) -> None:
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "x")

    def step(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a step; what stands in its `env` for an expression is given by the inputs."""
        [step] = [it for it in STEPS if it["name"] == name]
        assert set(inputs) == set(step.get("env", {})) - {"GITHUB_TOKEN", "NUMBER"}
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        environment = {
            "PATH": f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin",
            "HOME": str(self.temporary),
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_PATH": str(self.path_file),
            **GIT,
            **self.server.environment,
            **inputs,
        }
        return subprocess.run(
            [*BASH, str(script)],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=environment,
            text=True,
            timeout=300,
        )


@pytest.fixture
def runner(tmp_path: Path, served: Served) -> Runner:
    return Runner(tmp_path, served)


def test_steps(runner: Runner) -> None:
    installed = runner.step("Install mirrorpin")
    assert installed.returncode == 0, installed.stderr
    program = Path(runner.path_file.read_text().strip(), "mirrorpin")
    assert program.is_file()
    web, strange = runner.folder / "rendered/web.yaml", runner.folder / "a $(touch x) b.yaml"
    web.parent.mkdir()
    web.write_text(pod(f"m.io/library/nginx:1.27@sha256:{'a' * 64}"))
    strange.write_text(pod(f"m.io/library/nginx:1.27@sha256:{'a' * 64}"))
    files = f"rendered\n\n{strange.name}\n"
    passed = runner.step("Check", FILES=files, MIRRORPIN_CONFIG="")
    assert (passed.returncode, passed.stdout) == (0, ""), passed.stderr
    assert passed.stderr == "check passed: nothing would change\n"
    strange.write_text(pod("nginx:1.27"))
    failed = runner.step("Check", FILES=files, MIRRORPIN_CONFIG="mirrorpin.yaml")
    assert failed.returncode == 1
    assert failed.stdout.startswith("::error file=a $(touch x) b.yaml,line=8,col=")
    assert not (runner.folder / "x").exists()
    doctor = runner.step("Look for what goes wrong in silence")
    assert doctor.stdout.startswith("::warning file=mirrorpin.yaml,title=not-called::")
    compare(runner)
    matcher = runner.step("Annotate later steps").stdout
    assert matcher == f"::add-matcher::{ROOT}/packaging/problem-matcher.json\n"


def compare(runner: Runner) -> None:
    """The comment comes, changes and goes with what has changed in the lock."""
    step = ("Compare the lock", runner.base, "images.lock.yaml")
    lock = runner.folder / step[2]

    def bodies() -> list[str]:
        done = runner.step(step[0], BASE=step[1], LOCK=step[2], MIRRORPIN_CONFIG="")
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
        return runner.server.bodies

    before = lock.read_text()
    lock.write_text(before + ENTRY.format("1.28", "b" * 64))
    [body] = bodies()
    assert "docker.io/library/nginx:1.28" in body
    assert "1.27" not in body
    lock.write_text(before.replace("a" * 64, "c" * 64))
    [body] = bodies()
    assert "nginx:1.27" in body
    lock.write_text(before)
    assert bodies() == []


def test_what_is_published_is_clean(tmp_path: Path) -> None:
    built = build(tmp_path / "dist")
    lint(["twine", "check", "--strict", *map(str, built)])

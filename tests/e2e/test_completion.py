"""Completions in zsh and fish themselves."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.command import command
from transformer.cli.table import NAMES

pytestmark = pytest.mark.e2e

TIMEOUT = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for shell in ("fish", "zsh"):
        assert shutil.which(shell), f"{shell} must be installed: run `make e2e`"
        (tmp_path / shell).write_bytes(command("completion", shell).stdout)
    (tmp_path / "web.yaml").touch()
    return tmp_path


def surroundings(folder: Path) -> dict[str, str]:
    """What a shell needs in its environment: at the tab key it starts mirrorpin."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"HOME": str(folder), "PATH": path, "TERM": "dumb"}


def fish(folder: Path, line: str) -> list[str]:
    """What fish proposes for the end of a line, without descriptions."""
    script = f"source fish; complete --do-complete '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        capture_output=True,
        check=True,
        cwd=folder,
        env={**os.environ, **surroundings(folder)},
        text=True,
        timeout=TIMEOUT,
    )
    assert done.stderr == ""
    return [proposal.partition("\t")[0] for proposal in done.stdout.splitlines()]


def zsh(folder: Path, line: str) -> str:
    """What zsh makes of a line by the tab key, but for a space or = that it takes back again."""
    setup = "PS1= RPS1= PROMPT_EOL_MARK=; bindkey -e; autoload -Uz compinit; compinit -u -D"
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(folder)
        os.environ.update(surroundings(folder))
        os.execvp("zsh", ["zsh", "-f", "-i"])
    try:
        os.write(terminal, f"{setup}; source ./zsh; print -r rea'dy'\n".encode())
        read_until(terminal, r"(?m)^ready")
        # The completed line becomes the argument of print.
        os.write(terminal, f"{line}\t\x01print -r -- '<<\x05>>'\n".encode())
        return read_until(terminal, r"(?m)^<<(.*)>>\r?$")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def read_until(terminal: int, pattern: str) -> str:
    """Read until a line matches. Returns its last group."""
    seen = ""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 4096).decode(errors="replace").replace("\r", "")
        found = re.search(pattern, seen)
        if found:
            return found[found.lastindex or 0]
    raise TimeoutError(seen)


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        pytest.param("mirrorpin comp", "mirrorpin completion", id="command"),
        pytest.param("mirrorpin completion z", "mirrorpin completion zsh", id="word"),
        pytest.param("mirrorpin check we", "mirrorpin check web.yaml", id="file"),
        pytest.param("mirrorpin init --reg", "mirrorpin init --registry", id="option"),
        pytest.param("mirrorpin diff --fo", "mirrorpin diff --format", id="not-of-others"),
        pytest.param("mirrorpin init --for=k", "mirrorpin init --for=kustomize", id="value"),
        pytest.param(
            "mirrorpin --config web.yaml dif", "mirrorpin --config web.yaml diff", id="-c"
        ),
    ],
)
def test_zsh_completes(folder: Path, line: str, completed: str) -> None:
    assert zsh(folder, line) == completed


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        pytest.param("mirrorpin comp", ["completion"], id="command"),
        pytest.param("mirrorpin completion ", ["bash", "fish", "zsh"], id="words"),
        pytest.param("mirrorpin check we", ["web.yaml"], id="file"),
        pytest.param("mirrorpin init --reg", ["--registry"], id="option"),
        pytest.param("mirrorpin diff --fo", ["--format"], id="not-of-others"),
        pytest.param("mirrorpin lock --upd", ["--update"], id="alone"),
        pytest.param("mirrorpin init --for ", ["argocd", "helm", "kustomize"], id="values"),
    ],
)
def test_fish_proposes(folder: Path, line: str, proposed: list[str]) -> None:
    assert sorted(fish(folder, line)) == proposed


def test_fish_proposes_every_command(folder: Path) -> None:
    assert set(NAMES) <= set(fish(folder, "mirrorpin "))

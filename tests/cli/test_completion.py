"""What is proposed at the tab key, and how bash asks for it; zsh and fish are run by `make e2e`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.command import command
from transformer.cli import table
from transformer.cli.commands.schema import NAMES as SCHEMAS
from transformer.cli.table import NAMES

# Calls the function as bash does, and prints what it proposes.
DRIVER = """
compopt() { return 0; }
source /dev/stdin
COMP_LINE=$1 COMP_POINT=${#1}
_python_argcomplete mirrorpin
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a manifest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.yaml").touch()
    return tmp_path


@pytest.fixture
def proposals(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a shell without the use of other file descriptors has them written."""
    file = tmp_path_factory.mktemp("proposals") / "file"
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("_ARGCOMPLETE_IFS", "\n")
    monkeypatch.setenv("_ARGCOMPLETE_SUPPRESS_SPACE", "1")
    monkeypatch.setenv("_ARGCOMPLETE_STDOUT_FILENAME", str(file))
    return file


def completion(shell: str) -> str:
    ran = command("completion", shell)
    assert (ran.code, ran.stderr) == (0, [])
    return ran.stdout.decode()


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        pytest.param("com", ["completion"], id="one-command"),
        pytest.param("we", ["web.yaml"], id="a-file-for-the-default"),
        pytest.param("completion ", ["bash", "zsh", "fish"], id="words-of-a-command"),
        pytest.param("schema l", ["lock"], id="one-word"),
        pytest.param("help loc", ["lock"], id="commands-for-help"),
        pytest.param("check ", ["web.yaml"], id="files"),
        pytest.param("--no", ["--no-verify", "--no-empty"], id="options-of-the-default"),
        pytest.param("init --fo", ["--for"], id="options-of-the-command"),
        pytest.param("diff --fo", ["--format"], id="options-of-another"),
        pytest.param("sync --fo", [], id="options-that-it-has-not"),
        pytest.param("web.yaml --cache-", ["--cache-ttl"], id="options-behind-a-file"),
        pytest.param("lock --update --pru", ["--prune"], id="alone"),
        pytest.param("lock --update=x --pru", ["--prune"], id="not-alone"),
        pytest.param("--update loc", ["lock"], id="alone-before-a-command"),
        pytest.param("check --verify ", ["events", "full", "off"], id="values"),
        pytest.param("init --for=k", ["--for=kustomize"], id="value-behind-an-equals-sign"),
        pytest.param("init --for ", ["kustomize", "argocd", "helm"], id="choices"),
        pytest.param("fields --for w", ["web.yaml"], id="a-file-of-an-option"),
        pytest.param("fields --from", ["--from-crd"], id="options-of-fields"),
        pytest.param("--config check di", ["diff"], id="value-is-no-command"),
        pytest.param("-q --strict schema ", list(SCHEMAS), id="behind-flags"),
        pytest.param("-c x schema ", list(SCHEMAS), id="behind-a-value"),
    ],
)
def test_proposals(
    words: str, proposed: list[str], proposals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"mirrorpin {words}"
    monkeypatch.setenv("COMP_LINE", line)
    monkeypatch.setenv("COMP_POINT", str(len(line)))
    with pytest.raises(SystemExit) as ended:
        command(environment=os.environ)
    assert ended.value.code == 0
    assert proposals.read_text().splitlines() == proposed


def test_every_command_is_proposed(proposals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_LINE", "mirrorpin ")
    monkeypatch.setenv("COMP_POINT", "10")
    with pytest.raises(SystemExit):
        command(environment=os.environ)
    assert proposals.read_text().splitlines() == [*NAMES, "web.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_proposed(
    name: str, proposals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"mirrorpin {name} -"
    monkeypatch.setenv("COMP_LINE", line)
    monkeypatch.setenv("COMP_POINT", str(len(line)))
    with pytest.raises(SystemExit):
        command(environment=os.environ)
    labels = [label for option in table.command(name).options for label in option.labels]
    assert proposals.read_text().splitlines() == labels


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        pytest.param("mirrorpin comp", ["completion"], id="command"),
        pytest.param("mirrorpin init --for=k", ["kustomize"], id="value"),
        pytest.param("mirrorpin check we", ["web.yaml"], id="file"),
    ],
)
def test_bash_proposes(line: str, proposed: list[str]) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", DRIVER, "bash", line],
        capture_output=True,
        check=True,
        env={**os.environ, "PATH": path},
        input=completion("bash"),
        text=True,
        timeout=20,
    )
    assert done.stderr == ""
    assert done.stdout.split() == proposed


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o nospace -o default -o bashdefault -F _python_argcomplete mirrorpin"),
        ("zsh", "compdef _python_argcomplete mirrorpin"),
        ("fish", "complete --command mirrorpin -f -a '(__fish_mirrorpin_complete)'"),
    ],
)
def test_scripts_register_the_command(shell: str, line: str) -> None:
    assert line in [it.strip() for it in completion(shell).splitlines()]

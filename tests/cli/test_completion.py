"""The completions of bash, run by bash, and what the scripts of the others say.

zsh and fish are run by `make e2e`.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.helpers.command import command
from transformer.cli.arguments import Option
from transformer.cli.completion import Flag, Word, flags_of, script
from transformer.cli.options import OPTIONS
from transformer.cli.table import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

OPTION_NAMES = [f"--{option.name}" for option in OPTIONS]

# Calls the function as bash does, and prints what it proposes.
DRIVER = """
compopt() { return 0; }
source /dev/stdin
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_mirrorpin
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completion(shell: str) -> str:
    ran = command("completion", shell)
    assert (ran.code, ran.stderr) == (0, [])
    return ran.stdout.decode()


def bash(*words: str) -> list[str]:
    """What bash proposes for the last of the words of a line."""
    done = subprocess.run(
        ["bash", "--norc", "-c", DRIVER, "bash", *words],
        capture_output=True,
        check=True,
        input=completion("bash"),
        text=True,
        timeout=10,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        pytest.param([""], [*COMMANDS], id="commands"),
        pytest.param(["com"], ["completion"], id="one-command"),
        pytest.param(["completion", ""], ["bash", "zsh", "fish"], id="words-of-a-command"),
        pytest.param(["schema", "l"], ["lock"], id="one-word"),
        pytest.param(["check", ""], [], id="files"),
        pytest.param(["--fo"], ["--format", "--for"], id="options"),
        pytest.param(["init", "--fo"], ["--format", "--for"], id="options-of-the-command"),
        pytest.param(["check", "--fo"], ["--format"], id="options-of-another"),
        pytest.param(["web.yaml", "--cache-"], ["--cache-ttl"], id="options-of-the-default"),
        pytest.param(["web.yaml", "--fo"], ["--format"], id="options-that-it-has-not"),
        pytest.param(["lock", "--update", "--pru"], ["--prune"], id="alone"),
        pytest.param(["--update", "loc"], ["lock"], id="alone-before-a-command"),
        pytest.param(["--update", "=", "x", "loc"], ["lock"], id="not-alone"),
        pytest.param(["lock", "--update", "=", "x"], [], id="value-of-one-that-may-stand-alone"),
        pytest.param(["check", "--verify", ""], ["events", "full", "off"], id="values"),
        pytest.param(["--for", "=", "k"], ["kustomize"], id="value-behind-an-equals-sign"),
        pytest.param(["--for", "="], ["kustomize", "argocd", "helm"], id="equals-sign"),
        pytest.param(["fields", "--for", "a"], ["argocd"], id="one-of-the-choices-or-a-file"),
        pytest.param(["fields", "--from"], ["--from-crd"], id="options-of-fields"),
        pytest.param(["--config", "x"], [], id="file-of-an-option"),
        pytest.param(["--config", "check", "di"], ["diff"], id="value-is-no-command"),
        pytest.param(["--config", "=", "x", "di"], ["diff"], id="nor-behind-an-equals-sign"),
        pytest.param(["-q", "--strict", "schema", ""], ["config", "lock"], id="behind-flags"),
    ],
)
def test_bash_proposes(words: list[str], proposed: list[str]) -> None:
    assert bash("mirrorpin", *words) == proposed


def test_bash_proposes_every_option() -> None:
    proposed = bash("mirrorpin", "-")
    assert {*OPTION_NAMES, "--config", "-c", "--no-verify", "--help", "--version"} <= {*proposed}


def test_bash_completes_in_earnest(tmp_path: Path) -> None:
    # `complete -p` names the function, and sourcing the script says nothing.
    file = tmp_path / "completion"
    file.write_text(completion("bash"))
    shown = subprocess.run(
        ["bash", "--norc", "-c", f"source {file}; complete -p mirrorpin"],
        capture_output=True,
        check=True,
        text=True,
        timeout=10,
    )
    assert (shown.stdout, shown.stderr) == ("complete -F _mirrorpin mirrorpin\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_option_is_there(shell: str) -> None:
    text = completion(shell)
    for name in COMMANDS:
        assert name in text
    for name in OPTION_NAMES:
        assert (name if shell != "fish" else f"-l {name[2:]} ") in text


COMMAND = [Word(name="a", help="it's: [this]"), Word(name="b", help="b", words=("x", "y"))]
FLAGS = [
    Flag(names=("-q", "--quiet"), help="don't [say]: anything"),
    Flag(names=("--mode",), help="how", choices=("m", "n"), has_value=True),
    Flag(names=("--file",), help="where", has_value=True),
]


def test_words_are_quoted_for_zsh() -> None:
    lines = script("zsh", COMMAND, FLAGS).splitlines()
    assert r"    'a:it'\''s: [this]'" in lines
    assert r"    '-q[don'\''t (say); anything]'" in lines
    assert r"    '--quiet[don'\''t (say); anything]'" in lines
    assert r"    '--mode=[how]:value:(m n)'" in lines
    assert r"    '--file=[where]:file:_files'" in lines
    assert "    b) compadd -- x y; return ;;" in lines


def test_words_are_quoted_for_fish() -> None:
    assert script("fish", COMMAND, FLAGS).splitlines()[1:] == [
        r"complete -c mirrorpin -n 'not __fish_seen_subcommand_from a b' -a a -d 'it'\''s: [this]'",
        "complete -c mirrorpin -n 'not __fish_seen_subcommand_from a b' -a b -d 'b'",
        "complete -c mirrorpin -n '__fish_seen_subcommand_from b' -f -a 'x y'",
        r"complete -c mirrorpin -s q -l quiet -d 'don'\''t [say]: anything'",
        "complete -c mirrorpin -l mode -x -a 'm n' -d 'how'",
        "complete -c mirrorpin -l file -r -d 'where'",
    ]


def test_an_option_that_may_stand_alone_takes_no_next_word() -> None:
    flags = [Flag(names=("--up",), help="up", has_value=True, may_stand_alone=True)]
    assert "    '--up=-[up]::value: '" in script("zsh", COMMAND, flags).splitlines()
    assert "complete -c mirrorpin -l up -d 'up'" in script("fish", COMMAND, flags).splitlines()


def test_an_option_of_some_commands_is_proposed_with_those() -> None:
    flags = [Flag(names=("--up",), help="up", commands=("b",))]
    lines = script("fish", COMMAND, flags).splitlines()
    line = "complete -c mirrorpin -n 'not __fish_seen_subcommand_from a' -l up -d 'up'"
    assert line in lines
    assert "  ''|b) specs+=(" in script("zsh", COMMAND, flags).splitlines()


def test_flags_are_those_of_the_options() -> None:
    options = (
        Option(name="mode", short="m", variable="MODE", metavar="M", choices=("m",), help="how"),
        Option(name="quiet", help="still"),
        Option(name="up", metavar="GLOB", bare="*", commands=("lock",), help="up"),
    )
    assert flags_of(options) == [
        Flag(names=("-m", "--mode"), help="how", choices=("m",), has_value=True),
        Flag(names=("--quiet",), help="still"),
        Flag(names=("--up",), help="up", has_value=True, may_stand_alone=True, commands=("lock",)),
    ]

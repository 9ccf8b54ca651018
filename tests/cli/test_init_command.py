"""The commands of the first day, as far as they are about the command line. See also test_init."""

from __future__ import annotations

import pytest

from tests.helpers.command import command
from tools.schema.write import texts
from transformer.cli.commands.schema import NAMES

WORDS = f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"


def call(*argv: str, **environment: str) -> tuple[int, str, list[str]]:
    ran = command(*argv, stdin="kind: A\n", environment=environment)
    return ran.code, ran.stdout.decode(), ran.stderr


@pytest.mark.parametrize("name", NAMES)
def test_schema(name: str) -> None:
    assert call("schema", name) == (0, texts()[name], [])


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(["schema"], f"`schema` is followed by nothing: expected {WORDS}", id="none"),
        pytest.param(
            ["schema", "x"],
            f'`schema` is followed by "x": expected {WORDS}',
            id="unknown",
        ),
        pytest.param(
            ["schema", "config", "lock"],
            f'`schema` is followed by "config lock": expected {WORDS}',
            id="two",
        ),
        pytest.param(
            ["completion", "tcl"],
            '`completion` is followed by "tcl": expected bash, zsh or fish',
            id="unknown-shell",
        ),
        pytest.param(
            ["check", "--output", "x"],
            "`--output` is used with `check`: expected `transform`, `restore` and `init`",
            id="own-option",
        ),
        pytest.param(
            ["--for", "helm"],
            "`--for` is used with `transform`: expected `fields` and `init`",
            id="default",
        ),
    ],
)
def test_usage(argv: list[str], message: str) -> None:
    assert call(*argv) == (2, "", [f"error: {message} (usage)"])


def test_a_variable_for_one_command_leaves_the_others_alone() -> None:
    assert call("images", MIRRORPIN_OUTPUT="x", MIRRORPIN_FOR="helm")[0] == 0


def test_a_variable_must_be_a_choice() -> None:
    assert call("init", MIRRORPIN_FOR="nomad") == (
        2,
        "",
        [
            'error: MIRRORPIN_FOR is "nomad": expected one of kustomize, argocd, helm (usage)',
            "  hint: mirrorpin help init lists its options",
        ],
    )

from __future__ import annotations

import pytest

from transformer.errors import (
    AgreementError,
    ConfigError,
    InputError,
    Position,
    Problem,
    TransformError,
    UsageError,
)

UPPERCASE = Problem(
    code="uppercase",
    message='"Nginx" has uppercase letters',
    position=Position(file="deploy.yaml", line=14, column=16),
)


@pytest.mark.parametrize(
    ("position", "text"),
    [
        pytest.param(Position(file="a.yaml", line=14, column=16), "a.yaml:14:16", id="whole"),
        pytest.param(Position(file="a.yaml"), "a.yaml", id="no line is known"),
        pytest.param(
            Position(file="<stdin>", line=1, column=1), "<stdin>:1:1", id="first character"
        ),
    ],
)
def test_a_position_is_written_as_compilers_write_it(position: Position, text: str) -> None:
    assert str(position) == text


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        pytest.param(
            UPPERCASE,
            'deploy.yaml:14:16: error: "Nginx" has uppercase letters (uppercase)',
            id="with a position",
        ),
        pytest.param(
            Problem(code="unused-rule", message="`mirrors[2]` matched nothing", severity="info"),
            "info: `mirrors[2]` matched nothing (unused-rule)",
            id="without a position",
        ),
        pytest.param(
            Problem(code="x", message="must be", severity="warning", hint="do this"),
            "warning: must be (x)\n  hint: do this",
            id="with a hint",
        ),
    ],
)
def test_a_problem_is_one_line_and_its_hint_another(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_an_error_carries_one_problem() -> None:
    error = InputError(UPPERCASE)
    assert error.problems == (UPPERCASE,)
    assert str(error) == str(UPPERCASE)


def test_an_error_carries_several_problems() -> None:
    other = Problem(code="x", message="must be")
    error = ConfigError(problem for problem in (UPPERCASE, other))
    assert error.problems == (UPPERCASE, other)
    assert str(error) == f"{UPPERCASE}\nerror: must be (x)"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        pytest.param(InputError, 1, id="the manifests"),
        pytest.param(ConfigError, 2, id="the configuration"),
        pytest.param(UsageError, 2, id="the command line"),
        pytest.param(AgreementError, 3, id="a fault of ours"),
    ],
)
def test_the_class_chooses_the_exit_code(error: type[TransformError], exit_code: int) -> None:
    with pytest.raises(TransformError) as caught:
        raise error(UPPERCASE)
    assert caught.value.exit_code == exit_code

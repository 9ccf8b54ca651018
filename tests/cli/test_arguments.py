from __future__ import annotations

from typing import NoReturn

import pytest

from transformer.cli.arguments import ON, Arguments, Option, first_word, parse
from transformer.cli.command import Command, Section
from transformer.cli.parser import parser_of

OPTIONS = (
    Option(name="config", short="c", variable="X_CONFIG", metavar="FILE", help="the rules"),
    Option(
        name="verify",
        variable="X_VERIFY",
        metavar="DEPTH",
        choices=("events", "full", "off"),
        help="how",
    ),
    Option(name="update", metavar="GLOB", bare="*", help="ask again, 100% sure"),
    Option(name="host", metavar="HOST", many=True, help="who"),
    Option(
        name="format",
        variable="X_FORMAT",
        metavar="FORMAT",
        choices=("text",),
        elsewhere=("text", "json"),
        help="shape",
    ),
    Option(name="no-verify", sets=("verify", "off"), help="the same as --verify off"),
    Option(name="quiet", short="q", variable="X_QUIET", help="say nothing"),
    Option(name="verbose", short="v", help="say more"),
)


COMMAND = Command(
    help="do it",
    example="mirrorpin do it",
    run=lambda _invocation, _shell: 0,
    sections=(Section(title="how", options=OPTIONS),),
)


def read(*argv: str, **environment: str) -> Arguments:
    return parse(argv, environment, OPTIONS, lambda: parser_of("do", COMMAND))


@pytest.mark.parametrize(
    ("argv", "paths", "given"),
    [
        pytest.param([], (), {}, id="nothing"),
        pytest.param(["a", "-", "b"], ("a", "-", "b"), {}, id="paths, and stdin"),
        pytest.param(["-q", "a", "--verbose", "b"], ("a", "b"), {"quiet": ON, "verbose": ON},
                     id="options among paths"),
        pytest.param(["-qv"], (), {"quiet": ON, "verbose": ON}, id="joined flags"),
        pytest.param(["--config", "a"], (), {"config": "a"}, id="value behind"),
        pytest.param(["--config=a=b"], (), {"config": "a=b"}, id="value with an equals sign"),
        pytest.param(["--config=-a"], (), {"config": "-a"}, id="value like an option"),
        pytest.param(["--config", "-"], (), {"config": "-"}, id="value of one dash"),
        pytest.param(["-c", "a", "b"], ("b",), {"config": "a"}, id="short, value behind"),
        pytest.param(["-ca"], (), {"config": "a"}, id="short, value joined"),
        pytest.param(["-qca"], (), {"quiet": ON, "config": "a"}, id="short behind a flag"),
        pytest.param(["-c", "a", "-cb"], (), {"config": "b"}, id="the last one counts"),
        pytest.param(["--verify", "full"], (), {"verify": "full"}, id="choice"),
        pytest.param(["--verify=full", "--no-verify"], (), {"verify": "off"}, id="flag that sets"),
        pytest.param(["--update", "a"], ("a",), {"update": "*"}, id="alone"),
        pytest.param(["--update=x", "a"], ("a",), {"update": "x"}, id="not alone"),
        pytest.param(["--host", "x", "--host=y"], (), {"host": "x,y"}, id="many"),
        pytest.param(["--", "-q", "--", "a"], ("-q", "--", "a"), {}, id="no options behind --"),
        pytest.param(["a", "--", "b"], ("a", "b"), {}, id="paths on both sides of --"),
    ],
)  # fmt: skip
def test_arguments(argv: list[str], paths: tuple[str, ...], given: dict[str, str]) -> None:
    arguments = read(*argv)
    assert (arguments.unknown, arguments.messages) == ((), ())
    assert arguments.paths == paths
    assert arguments.given == given


@pytest.mark.parametrize(
    ("argv", "unknown"),
    [
        pytest.param(["--verbos"], ["--verbos"], id="misspelt"),
        pytest.param(["--conf", "a"], ["--conf"], id="no abbreviations"),
        pytest.param(["--zzz=pw", "a", "-q", "--yyy"], ["--zzz", "--yyy"], id="several"),
        pytest.param(["-x"], ["-x"], id="letter"),
        pytest.param(["-qxv"], ["-x"], id="letter among others"),
        pytest.param(["-q=no"], ["-="], id="value of a letter"),
        pytest.param(["-1"], ["-1"], id="number"),
        pytest.param(["--a b"], ["--a b"], id="blank"),
    ],
)
def test_unknown_options(argv: list[str], unknown: list[str]) -> None:
    arguments = read(*argv)
    assert arguments.unknown == tuple(unknown)
    assert arguments.messages == ()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(["-c"], "`-c` has no value: expected FILE", id="no value"),
        pytest.param(["-qc"], "`--config` has no value: expected FILE", id="joined"),
        pytest.param(["--config", "-q"], "`--config` has no value: expected FILE",
                     id="an option for a value"),
        pytest.param(["--verify"], "`--verify` has no value: expected events, full, off",
                     id="no choice"),
        pytest.param(["--verify=\x07"], '`--verify` is "\\x07": expected one of events, full, off',
                     id="none of the choices"),
        pytest.param(["--verify="], '`--verify` is "": expected one of events, full, off',
                     id="an empty choice"),
        pytest.param(["--config", ""], "`--config` is empty: expected a value",
                     id="an empty value"),
        pytest.param(["--quiet=no"], '`--quiet` has the value "no": expected none',
                     id="value of a flag"),
    ],
)  # fmt: skip
def test_bad_arguments(argv: list[str], message: str) -> None:
    arguments = read(*argv)
    assert arguments.unknown == ()
    assert arguments.messages == (message,)


def test_all_that_is_wrong_is_reported() -> None:
    argv = ("-x", "--config", "--verify", "no", "a", "--quiet=1", "-vyq", "--zzz", "b")
    arguments = read(*argv, X_QUIET="maybe")
    assert arguments.paths == ("a", "b")
    assert sorted(arguments.unknown) == ["--zzz", "-x", "-y"]
    assert arguments.messages == (
        "`--config` has no value: expected FILE",
        '`--quiet` has the value "1": expected none',
        '`--verify` is "no": expected one of events, full, off',
        'X_QUIET is "maybe": expected true, false, 1 or 0',
    )


def test_a_line_without_options_needs_no_parser() -> None:
    def fail() -> NoReturn:
        raise AssertionError

    assert parse(["a", "-", "--", "-q"], {}, OPTIONS, fail).paths == ("a", "-", "-q")


@pytest.mark.parametrize(
    ("argv", "index"),
    [
        pytest.param([], -1, id="nothing"),
        pytest.param(["a", "b"], 0, id="first"),
        pytest.param(["-"], 0, id="stdin"),
        pytest.param(["-q", "a"], 1, id="behind a flag"),
        pytest.param(["-c", "a", "b"], 2, id="behind a value"),
        pytest.param(["-c", "-q", "b"], 2, id="behind an absent value"),
        pytest.param(["-qc", "a", "b"], 2, id="behind joined letters"),
        pytest.param(["-ca", "b"], 1, id="behind a joined value"),
        pytest.param(["--config=a", "b"], 1, id="behind an equals sign"),
        pytest.param(["--update", "b"], 1, id="behind an option that may stand alone"),
        pytest.param(["--zzz", "b"], 1, id="behind an unknown option"),
        pytest.param(["--", "-a"], 1, id="behind two dashes"),
        pytest.param(["-q", "--"], -1, id="nothing behind two dashes"),
    ],
)
def test_the_first_word(argv: list[str], index: int) -> None:
    known = {label: option for option in OPTIONS for label in option.labels}
    assert first_word(argv, known.get) == index


@pytest.mark.parametrize(
    ("variable", "value", "name", "inherited"),
    [
        pytest.param("X_QUIET", "true", "quiet", ON, id="true"),
        pytest.param("X_QUIET", "True", "quiet", ON, id="True"),
        pytest.param("X_QUIET", "1", "quiet", ON, id="1"),
        pytest.param("X_QUIET", "false", "quiet", "", id="false"),
        pytest.param("X_QUIET", "0", "quiet", "", id="0"),
        pytest.param("X_CONFIG", "a", "config", "a", id="value"),
        pytest.param("X_VERIFY", "full", "verify", "full", id="choice"),
        pytest.param("X_FORMAT", "text", "format", "text", id="choice here and elsewhere"),
    ],
)
def test_environment(variable: str, value: str, name: str, inherited: str) -> None:
    arguments = read(**{variable: value})
    assert (arguments.unknown, arguments.messages) == ((), ())
    assert arguments.given == {}
    assert arguments.inherited == {name: inherited}
    assert arguments.value(name) == inherited


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        pytest.param("X_QUIET", "yes", 'X_QUIET is "yes": expected true, false, 1 or 0', id="flag"),
        pytest.param(
            "X_VERIFY", "no", 'X_VERIFY is "no": expected one of events, full, off', id="choice"
        ),
        pytest.param("X_FORMAT", "no", 'X_FORMAT is "no": expected one of text', id="nowhere"),
    ],
)
def test_bad_environment(variable: str, value: str, message: str) -> None:
    assert read(**{variable: value}).messages == (message,)


def test_a_value_for_other_commands_is_not_heard() -> None:
    assert read(X_FORMAT="json").inherited == {}
    assert read("--format=json").messages == ('`--format` is "json": expected one of text',)


@pytest.mark.parametrize("variable", ["X_QUIET", "X_CONFIG", "X_VERIFY"])
def test_an_empty_variable_is_none(variable: str) -> None:
    assert read(**{variable: ""}) == read()


def test_the_command_line_wins_over_the_environment() -> None:
    assert read("--verify", "events", X_VERIFY="full").value("verify") == "events"
    assert read("--no-verify", X_VERIFY="full").value("verify") == "off"


def test_an_option_without_a_value() -> None:
    assert read().value("config") == ""


def test_help() -> None:
    lines = parser_of("do", COMMAND).format_help().splitlines()
    assert lines[:5] == [
        "usage: mirrorpin do [OPTION]... [FILE|DIR|-]...",
        "",
        "Do it.",
        "",
        "how:",
    ]
    assert "  -c, --config FILE  the rules [X_CONFIG]" in lines
    assert "  --verify DEPTH     how [X_VERIFY]" in lines
    assert "  --update [GLOB]    ask again, 100% sure" in lines
    assert "  -q, --quiet        say nothing [X_QUIET]" in lines
    assert lines[-2:] == ["example:", "  mirrorpin do it"]

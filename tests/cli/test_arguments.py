from __future__ import annotations

import pytest

from transformer.cli.arguments import ON, Arguments, Option, describe, parse

HINT = "\n  hint: mirrorpin --help lists commands and options"

OPTIONS = (
    Option(name="config", short="c", variable="X_CONFIG", metavar="FILE", help="the rules"),
    Option(
        name="verify", variable="X_VERIFY", metavar="DEPTH", choices=("events", "full"), help="how"
    ),
    Option(name="no-verify", sets=("verify", "off"), help="the same as --verify off"),
    Option(
        name="quiet", short="q", variable="X_QUIET", help="say nothing " * 8 + "the-whole-long-day"
    ),
    Option(name="verbose", short="v", help="say more"),
)


def read(*argv: str, **environment: str) -> Arguments:
    return parse(argv, environment, OPTIONS)


def messages(arguments: Arguments) -> list[str]:
    return [str(problem) for problem in arguments.problems]


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
        pytest.param(["--", "-q", "--", "a"], ("-q", "--", "a"), {}, id="no options behind --"),
        pytest.param(["a", "--", "b"], ("a", "b"), {}, id="paths on both sides of --"),
    ],
)  # fmt: skip
def test_arguments(argv: list[str], paths: tuple[str, ...], given: dict[str, str]) -> None:
    arguments = read(*argv)
    assert messages(arguments) == []
    assert arguments.paths == paths
    assert arguments.given == given


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(["--verbos"], '"--verbos" must not be used: there is no such option (usage)\n'
                     "  hint: did you mean --verbose?", id="misspelt"),
        pytest.param(["--zzz=pw"], '"--zzz" must not be used: there is no such option (usage)'
                     + HINT, id="unknown"),
        pytest.param(["-qxv"], f'"-x" must not be used: there is no such option (usage){HINT}',
                     id="unknown letter among others"),
        pytest.param(["--conf", "a"], '"--conf" must not be used: there is no such option (usage)\n'
                     "  hint: did you mean --config?", id="no abbreviations"),
        pytest.param(["-c"], f"`-c` must be followed by a value: FILE (usage){HINT}",
                     id="no value"),
        pytest.param(["--config", "-q"], "`--config` must be followed by a value: FILE (usage)"
                     + HINT, id="an option for a value"),
        pytest.param(["--verify"], "`--verify` must be followed by a value: events, full (usage)"
                     + HINT, id="no choice"),
        pytest.param(["--verify=\x07"], '`--verify` must be one of events, full: "\\x07" (usage)'
                     + HINT, id="none of the choices"),
        pytest.param(["--verify="], f'`--verify` must be one of events, full: "" (usage){HINT}',
                     id="an empty choice"),
        pytest.param(["--config", ""], f"`--config` must not be empty (usage){HINT}",
                     id="an empty value"),
        pytest.param(["--quiet=no"], f'`--quiet` must not have a value: "no" (usage){HINT}',
                     id="value of a flag"),
    ],
)  # fmt: skip
def test_bad_arguments(argv: list[str], message: str) -> None:
    assert messages(read(*argv)) == [f"error: {message}"]


def test_all_that_is_wrong_is_reported() -> None:
    arguments = read("-x", "--verify", "no", X_QUIET="maybe")
    assert [problem.message for problem in arguments.problems] == [
        '"-x" must not be used: there is no such option',
        '`--verify` must be one of events, full: "no"',
        'X_QUIET must be true, false, 1 or 0: "maybe"',
    ]


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
    ],
)
def test_environment(variable: str, value: str, name: str, inherited: str) -> None:
    arguments = read(**{variable: value})
    assert messages(arguments) == []
    assert arguments.given == {}
    assert arguments.inherited == {name: inherited}
    assert arguments.value(name) == inherited


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        pytest.param("X_QUIET", "yes", 'X_QUIET must be true, false, 1 or 0: "yes"', id="flag"),
        pytest.param("X_VERIFY", "no", 'X_VERIFY must be one of events, full: "no"', id="choice"),
    ],
)
def test_bad_environment(variable: str, value: str, message: str) -> None:
    assert messages(read(**{variable: value})) == [f"error: {message} (usage){HINT}"]


@pytest.mark.parametrize("variable", ["X_QUIET", "X_CONFIG", "X_VERIFY"])
def test_an_empty_variable_is_none(variable: str) -> None:
    assert read(**{variable: ""}) == read()


def test_the_command_line_wins_over_the_environment() -> None:
    assert read("--verify", "events", X_VERIFY="full").value("verify") == "events"
    assert read("--no-verify", X_VERIFY="full").value("verify") == "off"


def test_an_option_without_a_value() -> None:
    assert read().value("config") == ""


def test_help() -> None:
    assert (
        describe(OPTIONS)
        == """\
  -c, --config FILE   the rules [X_CONFIG]
      --verify DEPTH  how [X_VERIFY]
      --no-verify     the same as --verify off
  -q, --quiet         say nothing say nothing say nothing say nothing say
                      nothing say nothing say nothing say nothing
                      the-whole-long-day [X_QUIET]
  -v, --verbose       say more"""
    )


ASKING = (
    Option(name="update", metavar="GLOB", bare="*", commands=("lock",), help="ask again"),
    Option(name="host", metavar="HOST", many=True, commands=("a", "b"), help="who"),
    Option(name="cache", metavar="FILE", commands=("a", "b", "c"), help="where"),
)


@pytest.mark.parametrize(
    ("argv", "paths", "given"),
    [
        pytest.param(["--update", "a"], ("a",), {"update": "*"}, id="alone"),
        pytest.param(["--update=x", "a"], ("a",), {"update": "x"}, id="with a value"),
        pytest.param(["--host", "x", "--host=y"], (), {"host": "x,y"}, id="many"),
    ],
)
def test_options_that_stand_alone_or_again(
    argv: list[str], paths: tuple[str, ...], given: dict[str, str]
) -> None:
    arguments = parse(argv, {}, ASKING)
    assert arguments.problems == ()
    assert (arguments.paths, arguments.given) == (paths, given)


def test_options_of_few_commands_name_them() -> None:
    assert describe(ASKING).splitlines() == [
        "      --update[=GLOB]  lock: ask again",
        "      --host HOST      a, b: who",
        "      --cache FILE     where",
    ]

from __future__ import annotations

import io
import os
import re
import shlex
from pathlib import Path
from pkgutil import iter_modules

import pytest

from tests.helpers.command import Ran, command
from transformer import __version__
from transformer.cli import commands, table
from transformer.cli.invocation import Invocation
from transformer.cli.main import run
from transformer.cli.options import FORMATS
from transformer.cli.request import read, understand
from transformer.cli.shell import Shell
from transformer.cli.table import NAMES
from transformer.config.options import Options

FORMATTED = ", ".join(f"`{name}`" for name in NAMES if table.command(name).formats)

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub}]
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: nginx}
"""
MIRRORED = POD.replace("nginx", "m.io/hub/library/nginx")
SUMMARY = "1 image: 1 rewritten, 0 kept, 0 left alone; 0 pull secret lists extended"
PLUGIN = {"KUSTOMIZE_PLUGIN_CONFIG_ROOT": "."}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and a manifest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def understood(*argv: str, **environment: str) -> tuple[str, Invocation]:
    """The name of the command and the invocation that a command line is taken for."""
    asked, invocation = understand(read(argv, environment))
    (name,) = (name for name in NAMES if table.command(name) is asked)
    return name, invocation


class TestCommands:
    @pytest.mark.parametrize(
        ("argv", "name", "paths"),
        [
            pytest.param([], "transform", (), id="none"),
            pytest.param(["pod.yaml"], "transform", ("pod.yaml",), id="a file first"),
            pytest.param(["-", "check"], "transform", ("-", "check"), id="a command behind a path"),
            pytest.param(["transform", "a"], "transform", ("a",), id="transform"),
            pytest.param(["check", "check"], "check", ("check",), id="a file named like it"),
            pytest.param(["-q", "diff"], "diff", (), id="behind an option"),
            pytest.param(["-c", "check", "diff"], "diff", (), id="behind an option's value"),
            pytest.param(["--update", "lock"], "lock", (), id="behind an option of its own"),
            pytest.param(["--", "check"], "check", (), id="behind two dashes"),
            pytest.param(["images", "--", "-x"], "images", ("-x",), id="images"),
            pytest.param(["doctor", "a", "b"], "doctor", ("a", "b"), id="doctor"),
            pytest.param(["no.yaml"], "transform", ("no.yaml",), id="a missing file"),
            pytest.param(["./no"], "transform", ("./no",), id="a missing file without a suffix"),
        ],
    )
    def test_are_told_from_files(self, argv: list[str], name: str, paths: tuple[str, ...]) -> None:
        found, invocation = understood(*argv)
        assert (found, invocation.paths) == (name, paths)

    def test_a_file_may_be_named_like_a_word(self, folder: Path) -> None:
        (folder / "frobnicate").write_text(POD)
        assert command("frobnicate").stdout == MIRRORED.encode()

    def test_the_file_of_a_legacy_plugin_comes_before_any_command(self) -> None:
        name = "kust-plugin-config-check"
        assert understood(name, **PLUGIN)[1].paths == (name,)

    @pytest.mark.parametrize(
        ("word", "guess"),
        [
            pytest.param("chek", "did you mean check? ", id="misspelt"),
            pytest.param("zzz", "", id="like none"),
            pytest.param("dry-run", "", id="with a dash"),
        ],
    )
    def test_a_word_that_is_neither(self, word: str, guess: str) -> None:
        assert command(word) == Ran(
            code=2,
            stdout=b"",
            stderr=[
                f'error: "{word}" is unknown: expected a command, or a file that exists (usage)',
                f"  hint: {guess}The commands are {', '.join(NAMES)}",
            ],
        )

    @pytest.mark.parametrize("name", ["transform", "check", "diff"])
    def test_need_a_configuration(self, name: str, folder: Path) -> None:
        (folder / "mirrorpin.yaml").unlink()
        assert command(name, "pod.yaml") == Ran(
            code=2,
            stdout=b"",
            stderr=[
                "error: no configuration: there is no mirrorpin.yaml in the working directory, or "
                "above it in a repository (no-config)",
                "  hint: mirrorpin init --registry HOST -o mirrorpin.yaml manifests/ writes one; "
                "or pass --config FILE, set MIRRORPIN_CONFIG, or hand it over as functionConfig",
            ],
        )

    @pytest.mark.parametrize("name", ["images", "doctor"])
    def test_need_none(self, name: str, folder: Path) -> None:
        assert understood(name)[1].needs_config is False
        (folder / "mirrorpin.yaml").unlink()
        assert command(name, "pod.yaml" if name == "images" else ".").code != 2


class TestOptions:
    @pytest.mark.parametrize(
        ("argv", "environment", "options"),
        [
            pytest.param([], {}, Options(verify="events"), id="none"),
            pytest.param(["--verify=full"], {}, Options(verify="full"), id="verify"),
            pytest.param(["--no-verify"], {}, Options(verify="off"), id="no-verify"),
            pytest.param([], {"MIRRORPIN_VERIFY": "off"}, Options(verify="off"), id="from outside"),
            pytest.param(["--strict"], {}, Options(strict=True), id="strict"),
            pytest.param([], {"MIRRORPIN_STRICT": "1"}, Options(strict=True), id="strict, outside"),
            pytest.param([], {"MIRRORPIN_STRICT": "0"}, Options(), id="not strict, outside"),
            pytest.param(["--parser=python"], {}, Options(parser="python"), id="parser"),
        ],
    )
    def test_reach_the_pipeline(
        self, argv: list[str], environment: dict[str, str], options: Options
    ) -> None:
        assert understood(*argv, **environment)[1].options == options

    def test_the_configuration_of_the_environment_ranks_behind_a_function_config(self) -> None:
        # So it is not in what the command line asked for.
        assert understood("-c", "a")[1].config == "a"
        assert understood(MIRRORPIN_CONFIG="a")[1].config == ""

    @pytest.mark.parametrize(
        ("argv", "environment", "is_quiet", "is_verbose"),
        [
            pytest.param([], {}, False, False, id="neither"),
            pytest.param(["-q"], {}, True, False, id="quiet"),
            pytest.param(["-v"], {}, False, True, id="verbose"),
            pytest.param([], {"MIRRORPIN_QUIET": "1"}, True, False, id="quiet outside"),
            pytest.param([], {"MIRRORPIN_VERBOSE": "true"}, False, True, id="verbose outside"),
            pytest.param(["-v"], {"MIRRORPIN_QUIET": "1"}, False, True, id="verbose wins"),
            pytest.param(["-q"], {"MIRRORPIN_VERBOSE": "1"}, True, False, id="quiet wins"),
        ],
    )
    def test_loudness(
        self, argv: list[str], environment: dict[str, str], is_quiet: bool, is_verbose: bool
    ) -> None:
        invocation = understood(*argv, **environment)[1]
        assert (invocation.is_quiet, invocation.is_verbose) == (is_quiet, is_verbose)

    @pytest.mark.parametrize(
        ("argv", "environment"),
        [
            pytest.param(["-qv"], {}, id="command line"),
            pytest.param([], {"MIRRORPIN_QUIET": "1", "MIRRORPIN_VERBOSE": "1"}, id="environment"),
        ],
    )
    def test_quiet_and_verbose(self, argv: list[str], environment: dict[str, str]) -> None:
        ran = command(*argv, "pod.yaml", environment=environment)
        message = "error: `--quiet` and `--verbose` are both given: expected one of them (usage)"
        assert ran == Ran(code=2, stdout=b"", stderr=[message])

    @pytest.mark.parametrize(
        ("argv", "environment", "output_format"),
        [
            pytest.param(["transform"], {}, "", id="a command without formats"),
            pytest.param(["diff"], {}, "unified", id="the first"),
            pytest.param(["diff", "--format=jsonpatch"], {}, "jsonpatch", id="command line"),
            pytest.param(["diff", "--format=unified"], {}, "unified", id="the first by name"),
            pytest.param(["images", "--format=json"], {}, "json", id="of images"),
            pytest.param(["diff"], {"MIRRORPIN_FORMAT": "jsonpatch"}, "jsonpatch", id="outside"),
            pytest.param(["diff"], {"MIRRORPIN_FORMAT": "json"}, "unified", id="of another one"),
            pytest.param(["transform"], {"MIRRORPIN_FORMAT": "json"}, "", id="outside, without"),
            pytest.param(
                ["images", "--format=text"], {"MIRRORPIN_FORMAT": "json"}, "text", id="both"
            ),
        ],
    )
    def test_format(self, argv: list[str], environment: dict[str, str], output_format: str) -> None:
        assert understood(*argv, **environment)[1].output_format == output_format

    @pytest.mark.parametrize(
        ("argv", "lines"),
        [
            pytest.param(["transform", "--format=json"],
                         ["error: `--format` is used with `transform`: expected "
                          f"{' and '.join(FORMATTED.rsplit(', ', 1))} (usage)"], id="no formats"),
            pytest.param(["diff", "--format=json"],
                         ['error: `--format` is "json": expected one of unified, jsonpatch (usage)',
                          "  hint: mirrorpin help diff lists its options"], id="other"),
        ],
    )  # fmt: skip
    def test_a_format_that_a_command_has_not(self, argv: list[str], lines: list[str]) -> None:
        assert command(*argv, "pod.yaml") == Ran(code=2, stdout=b"", stderr=lines)

    def test_formats_for_other_commands_are_all_that_there_are(self) -> None:
        formats = {it for name in NAMES for it in table.command(name).formats}
        assert formats == set(FORMATS)

    def test_every_problem_is_reported(self) -> None:
        ran = command("--zzz", "--verify=no", environment={"MIRRORPIN_QUIET": "yes"})
        hint = "  hint: mirrorpin help transform lists its options"
        assert ran == Ran(
            code=2,
            stdout=b"",
            stderr=[
                'error: "--zzz" is not an option (usage)',
                hint,
                'error: `--verify` is "no": expected one of events, full, off (usage)',
                hint,
                'error: MIRRORPIN_QUIET is "yes": expected true, false, 1 or 0 (usage)',
                hint,
            ],
        )


class TestHelp:
    @pytest.mark.parametrize(
        "argv", [["--zzz", "-h"], ["--help"], ["help"], ["chek", "--help"]], ids=" ".join
    )
    def test_names_every_command_in_its_group(self, argv: list[str]) -> None:
        ran = command(*argv)
        assert (ran.code, ran.stderr) == (0, [])
        text = ran.stdout.decode()
        assert text.startswith("usage: mirrorpin [COMMAND] [OPTION]... [FILE|DIR|-]...\n")
        assert max(map(len, text.splitlines())) <= 80
        for title, names in table.GROUPS.items():
            lines = (f"  {name:10}  {table.command(name).help}\n" for name in names)
            assert f"\n{title}:\n{''.join(lines)}" in text

    @pytest.mark.parametrize("name", NAMES)
    def test_of_a_command_is_about_that_command(self, name: str) -> None:
        ran = command("help", name)
        assert (ran.code, ran.stderr) == (0, [])
        assert command(name, "--zzz", "-h") == command("-q", name, "--help", "x") == ran
        text = ran.stdout.decode()
        known = table.command(name)
        assert text.startswith(f"usage: mirrorpin {name} [OPTION]...")
        assert max(map(len, text.splitlines())) <= 80
        assert text.endswith(f"\n\nexample:\n  {known.example}\n")
        listed = text.partition("\n\nexample:\n")[0]
        shown = set(re.findall(r"(?m)^  (?:-.[ ,].*?)?(--[a-z-]+)", listed))
        assert shown == {f"--{it.name}" for it in known.options}
        assert set(re.findall(r"MIRRORPIN_\w+", text)) == {
            it.variable for it in known.options if it.variable
        }

    def test_of_what_is_no_command(self) -> None:
        ran = command("help", "lok")
        assert ran.code == 2
        assert ran.stderr == [
            f'error: `help` is followed by "lok": expected {", ".join(NAMES[:-1])} or '
            f"{NAMES[-1]} (usage)",
            "  hint: did you mean lock?",
        ]

    def test_examples_are_command_lines(self) -> None:
        for name in NAMES:
            example = table.command(name).example
            line = re.search("mirrorpin([^|>)]*)", example)
            assert line
            asked, _ = understand(read(shlex.split(line[1]), {}))
            assert asked is table.command(name)

    @pytest.mark.parametrize("name", NAMES)
    def test_every_option_has_a_twin_but_those_that_ask_for_text(self, name: str) -> None:
        without = {it.name for it in table.command(name).options if not it.variable}
        # A variable would print passwords where nobody asked for them.
        assert without <= {"no-verify", "help", "version", "from-login"}

    def test_an_option_is_written_the_same_way_everywhere(self) -> None:
        options = [it for name in NAMES for it in table.command(name).options]
        for option in options:
            same = [it for it in options if set(it.labels) & set(option.labels)]
            assert {(it.labels, it.variable, it.is_flag, it.bare) for it in same} == {
                (option.labels, option.variable, option.is_flag, option.bare)
            }

    def test_every_module_of_commands_is_in_the_table(self) -> None:
        assert {it.name for it in iter_modules(commands.__path__)} == set(NAMES)

    @pytest.mark.parametrize("argv", [["--version"], ["-V"], ["version"], ["lock", "-V"]])
    def test_version(self, argv: list[str]) -> None:
        ran = command(*argv)
        assert ran == Ran(code=0, stdout=f"mirrorpin {__version__}\n".encode(), stderr=[])

    def test_version_takes_nothing(self) -> None:
        message = 'error: `version` is followed by "a b": expected nothing (usage)'
        assert command("version", "a", "b") == Ran(code=2, stdout=b"", stderr=[message])


class TestLogFile:
    def test_holds_what_is_said(self, folder: Path) -> None:
        ran = command("--log-file=run.log", "pod.yaml")
        assert (ran.code, ran.stderr) == (0, [SUMMARY])
        final = "final: nginx -> m.io/hub/library/nginx (mirrors[0], 1 place)"
        assert (folder / "run.log").read_text() == f"{final}\n{SUMMARY}\n"

    def test_holds_what_quiet_does_not_say(self, folder: Path) -> None:
        (folder / "run.log").write_text("before\n")
        ran = command("-q", "pod.yaml", environment={"MIRRORPIN_LOG_FILE": "run.log"})
        assert (ran.code, ran.stderr) == (0, [])
        lines = (folder / "run.log").read_text().splitlines()
        assert (lines[0], lines[-1]) == ("before", SUMMARY)

    def test_holds_errors_of_usage_too(self, folder: Path) -> None:
        ran = command("--log-file=run.log", "--verify=no")
        assert ran.code == 2
        assert (folder / "run.log").read_text().splitlines() == ran.stderr

    def test_that_cannot_be_opened(self) -> None:
        ran = command("--log-file=no/run.log", "pod.yaml")
        message = "no/run.log: error: log file cannot be written: No such file or directory"
        assert ran == Ran(code=2, stdout=b"", stderr=[f"{message} (log-file)"])

    @pytest.mark.parametrize(
        ("name", "manifest", "code"),
        [
            pytest.param("transform", POD, 2, id="before anything is written"),
            pytest.param("check", MIRRORED, 2, id="where nothing is written"),
            pytest.param("check", POD, 1, id="the manifests fail already"),
        ],
    )
    def test_that_is_full(self, name: str, manifest: str, code: int) -> None:
        ran = command(name, "--log-file=/dev/full", "-", stdin=manifest)
        message = "/dev/full: error: log file cannot be written: No space left on device"
        assert (ran.code, ran.stdout) == (code, b"")
        assert ran.stderr[-1] == f"{message} (log-file)"


class TestEnds:
    def test_a_fault_is_reported_on_one_line_and_with_where_it_is(self) -> None:
        stdin, stdout, stderr = io.BytesIO(), io.BytesIO(), io.BytesIO()
        stdin.close()
        assert run([], Shell(stdin, stdout, stderr, {})) == 3
        lines = stderr.getvalue().decode().splitlines()
        assert lines[:3] == [
            "error: a fault of mirrorpin: ValueError: I/O operation on closed file. (fault)",
            "  hint: please report it with the lines below",
            "Traceback (most recent call last):",
        ]
        assert stdout.getvalue() == b""

    def test_an_interrupted_run_writes_nothing(self) -> None:
        stdout, stderr = io.BytesIO(), io.BytesIO()
        assert run([], Shell(Interrupted(), stdout, stderr, {})) == 130
        assert stderr.getvalue() == b"error: interrupted, nothing was written (interrupted)\n"
        assert stdout.getvalue() == b""

    def test_interrupts_wait_from_the_end_on(self) -> None:
        held: list[str] = []
        stderr = io.BytesIO()
        shell = Shell(None, None, stderr, {}, lambda: held.append(stderr.getvalue().decode()))
        assert run(["--zzz"], shell) == 2
        assert held == [
            'error: "--zzz" is not an option (usage)\n'
            "  hint: mirrorpin help transform lists its options\n"
        ]

    def test_a_manifest_that_fails(self) -> None:
        bad = POD.replace("nginx", "Nginx")
        ran = command(stdin=bad)
        assert (ran.code, ran.stdout) == (1, b"")
        assert ran.stderr[0].startswith("<stdin>:6:24: error: ")

    def test_a_configuration_that_is_wrong(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text("kind: [")
        assert command("pod.yaml").code == 2


class Interrupted(io.BytesIO):
    """Stands for a stdin at which Ctrl-C is pressed."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise KeyboardInterrupt


def test_the_environment_of_the_process_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "MIRRORPIN_LOG_FILE", "no/run.log")
    assert command("pod.yaml").code == 0


@pytest.mark.parametrize(
    ("count", "last"),
    [
        pytest.param(100, "mirrorpin.yaml:104:5: error: ", id="as many as are told"),
        pytest.param(101, "1 more problem: mend these first", id="one more"),
        pytest.param(20_000, "19900 more problems: mend these first", id="thousands"),
    ],
)
def test_many_problems_of_a_configuration_are_counted(folder: Path, count: int, last: str) -> None:
    head = CONFIG[: CONFIG.index("  mirrors")]
    (folder / "mirrorpin.yaml").write_text(head + "  mirrors:\n" + "  - {keep: true}\n" * count)
    ran = command("pod.yaml")
    assert (ran.code, ran.stdout) == (2, b"")
    assert ran.stderr[0] == (
        "mirrorpin.yaml:5:5: error: `spec.mirrors[0]` lacks the key `source` (missing-key)"
    )
    assert len(ran.stderr) == min(count, 101)
    assert ran.stderr[-1].startswith(last)

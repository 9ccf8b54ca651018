"""Nothing from outside is said raw: on a terminal, in a log, in results, in a CI system."""

from __future__ import annotations

import ast
import io
import json
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.emitted_codes import emitted_codes
from tests.helpers.payload import PAYLOAD, raw
from tests.helpers.sources import PACKAGE, trees
from transformer.cli.main import run
from transformer.cli.shell import Said, Shell
from transformer.errors import MAX_MESSAGE, Position, Problem, TransformError
from transformer.messages import MAX_LISTED, json_page, listed, one_line, page
from transformer.model import Resource, Result
from transformer.report.results import krm_result


@pytest.fixture(scope="module")
def nodes() -> dict[str, list[ast.AST]]:
    """What every module says, by its path below the package."""
    return {str(file.relative_to(PACKAGE)): list(ast.walk(it)) for file, it in trees().items()}


def said(it: Said, log: Path) -> tuple[str, str]:
    """What comes out of the shell: on stderr, and in the log file."""
    stderr = io.BytesIO()
    shell = Shell(None, None, stderr, {})
    shell.open_log(str(log))
    shell.say(it)
    assert shell.close_log() is None
    return stderr.getvalue().decode(), log.read_text()


RESOURCE = Resource(
    api_version=PAYLOAD, kind=PAYLOAD, namespace=PAYLOAD, name=PAYLOAD, path=PAYLOAD, index="1"
)


def test_no_message_is_said_raw(tmp_path: Path) -> None:
    for code in emitted_codes(PACKAGE):
        is_said_as_a_line(code, tmp_path / "log")


def is_said_as_a_line(code: str, log: Path) -> None:
    position = Position(file=PAYLOAD, line=1, column=2)
    problem = Problem(code=code, message=PAYLOAD, position=position, hint=PAYLOAD)
    for resource in (None, RESOURCE):
        result = Result(
            problem=problem, resource=resource, field=PAYLOAD, current=PAYLOAD, proposed=PAYLOAD
        )
        for text in said(result, log):
            assert raw(text) == []
            assert text.count("\n") == len(result.lines) == 2
        log.unlink()
        krm = krm_result(result)
        assert all(raw(it) == [] and "\n" not in it for it in strings(krm))
    assert raw(str(TransformError([problem, problem]))) == []


def strings(data: object) -> list[str]:
    if isinstance(data, dict):
        return [text for it in data.values() for text in strings(it)]
    return [data] if isinstance(data, str) else []


def test_no_line_is_said_raw(tmp_path: Path) -> None:
    for text in said(PAYLOAD, tmp_path / "log"):
        assert raw(text) == []
        assert text.count("\n") == 1


def test_what_prints_stays() -> None:
    for text in ("", "a: b::c ## d [e]", "é 🚀 \\x1b", "#[a] ::"):
        assert one_line(text) == text


@pytest.mark.parametrize("text", [PAYLOAD, "é 🚀", "\U000e0001 ##[a] ##vso[b]", "::a", '"\\'])
def test_data_as_json_is_the_same_data(text: str) -> None:
    written = json_page({text: [text, {"a": 1, "b": None}]})
    assert json.loads(written) == {text: [text, {"a": 1, "b": None}]}
    assert raw(written) == []


def test_what_prints_stays_in_json() -> None:
    assert json_page({"a": "é 🚀 ## ::"}) == '{\n  "a": "é 🚀 ## ::"\n}\n'


def test_twice_is_once() -> None:
    assert one_line(one_line(PAYLOAD)) == one_line(PAYLOAD)
    assert one_line(" ::error::a ##[b] ###vso[c]") == r" \x3a:error::a \x23#[b] #\x23#vso[c]"


def test_lists_are_cut_with_a_count() -> None:
    names = [f"linux/a{it}" for it in range(18_000)]
    assert listed(names[:MAX_LISTED]) == ", ".join(names[:MAX_LISTED])
    assert listed(names) == f"{', '.join(names[:MAX_LISTED])} and 17,990 more"
    assert (listed([]), listed([], "no names")) == ("none", "no names")
    assert listed([PAYLOAD, "a"]) == f"{listed([PAYLOAD])}, a"


def test_what_is_too_long_is_cut_with_a_count() -> None:
    text = "x" * MAX_MESSAGE
    whole = Problem(code="a", message=text, hint=text)
    assert whole.lines == (f"error: {text} (a)", f"  hint: {text}")
    cut = Problem(code="a", message=text + "y" * 2000)
    assert cut.lines == (f"error: {text}... and 2,000 more characters (a)",)


class TestWaysOut:
    """Who else writes to people must go through the same function."""

    def test_only_the_shell_writes_to_stderr(self, nodes: dict[str, list[ast.AST]]) -> None:
        # The counts of what was asked and copied are written over, and are made of numbers.
        ways = {"stderr.write", "stderr.writelines", "stdout.write", "sys.stderr", "sys.stdout"}
        found = {
            name
            for name, spoken in nodes.items()
            for node in spoken
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ways
        }
        printing = {
            name
            for name, spoken in nodes.items()
            for node in spoken
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "os.write")
        }
        assert (found, printing) == ({"cli/counting.py"}, set())

    def test_what_is_written_for_people_is_a_page(self, nodes: dict[str, list[ast.AST]]) -> None:
        writers = {
            f"{name}:{node.name}": {
                ast.unparse(it.func) for it in ast.walk(node) if isinstance(it, ast.Call)
            }
            for name, spoken in nodes.items()
            for node in spoken
            if isinstance(node, ast.FunctionDef) and node.name in ("as_text", "as_markdown")
        }
        assert writers
        assert [name for name, calls in writers.items() if "page" not in calls] == []


CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata: {name: images}
spec:
  mirrors: [{source: docker.io, target: mirror.example.com/docker.io}]
  unmatched: warn
  invalid: warn
"""
NAME = "::error::a\x1b[31m\n::error::b ##[c].yaml"


def manifest() -> str:
    hostile = json.dumps(PAYLOAD.replace("\x00", "").replace("\ud800", ""))
    container = f"{{name: {hostile}, image: {hostile}, {hostile}: 1}}"
    other = f"{{name: a, image: {json.dumps('Nginx' + PAYLOAD[10:40])}}}"
    spec = f"{{containers: [{container}, {other}, {{name: b, image: nginx}}]}}"
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {hostile}, namespace: {hostile}}}\n"
        f"spec: {spec}\n---\napiVersion: {hostile}\nkind: {hostile}\nmetadata: {{name: a}}\n"
        f"spec: {{template: {{spec: {spec}}}}}\n"
    )


COMMANDS = {
    "transform": [],
    "transform -v": ["-v"],
    "check": ["check"],
    "diff": ["diff"],
    "images": ["images"],
    "images --maybe": ["images", "--maybe"],
    "images --format json": ["images", "--maybe", "--format", "json"],
    "diff --format jsonpatch": ["diff", "--format", "jsonpatch"],
    "fields --format json": ["fields", "--format", "json", "--for"],
    "fields": ["fields", "--for"],
    "lock": ["lock", "--offline"],
    "lock --check": ["lock", "--check"],
    "verify": ["verify", "--offline"],
    "init": ["init"],
    "unknown command": ["check", f"{NAME}-is-not-there"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / NAME).write_text(manifest())
    return tmp_path


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_no_command_says_a_manifest_raw(folder: Path, arguments: list[str]) -> None:
    ran = command(*arguments, NAME, "--log-file", "log")
    assert ran.code in (0, 1, 2)
    assert raw("\n".join(ran.stderr)) == []
    assert raw((folder / "log").read_text()) == []
    if arguments[:1] in (["images"], ["fields"]) or "jsonpatch" in arguments:
        assert ran.stdout
        assert raw(ran.stdout.decode()) == []


def locked(platform: str) -> Ran:
    digest = f"sha256:{'0' * 64}"
    Path("images.lock.yaml").write_text(
        "version: 1\nimages:\n  docker.io/library/nginx:1:\n"
        f"    digest: {digest}\n    platforms: {{{json.dumps(platform)}: {digest}}}\n"
    )
    pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: 'nginx:1'}]}\n"
    return command("lock", "--check", "--platform", "linux/amd64", "-", stdin=pod)


@pytest.mark.usefixtures("folder")
def test_platforms_of_a_lock_are_not_said_raw() -> None:
    ran = locked("::error::a\x1b[31m\n::error::b")
    assert ran.stderr[0] == (
        'images.lock.yaml:4:13: error: entry "docker.io/library/nginx:1" lists '
        r"::error::a\x1b[31m\n::error::b: expected linux/amd64 (platform-missing)"
    )
    assert raw("\n".join(ran.stderr)) == []


@pytest.mark.usefixtures("folder")
def test_a_table_of_a_lock_is_not_written_raw() -> None:
    Path("old.yaml").write_text("version: 1\nimages: {}\n")
    locked("::error::a|<b>\x1b[31m\n::error::c")
    text = command("lock", "--diff", "old.yaml").stdout.decode()
    assert text == (
        "added  docker.io/library/nginx:1  -> 000000000000  "
        "(::error::a|<b>\\x1b[31m\\n::error::c)\n"
    )
    table = command("lock", "--diff", "old.yaml", "--format", "markdown").stdout.decode()
    assert "::error::a&#124;&#60;b&#62;\\x1b&#91;31m\\n::error::c |" in table
    assert raw(table) == []


def test_a_page_is_lines() -> None:
    assert page(["a", "b\nc"]) == "a\nb\\nc\n"
    assert page([]) == ""


def test_a_fault_of_ours_is_not_said_raw() -> None:
    class Broken(dict[str, str]):
        def __contains__(self, _: object) -> bool:
            raise ValueError(PAYLOAD)

    stderr = io.BytesIO()
    assert run(["check"], Shell(None, io.BytesIO(), stderr, Broken())) == 3
    text = stderr.getvalue().decode()
    assert "Traceback" in text
    assert raw(text) == []

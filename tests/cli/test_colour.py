from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.payload import PAYLOAD, raw
from tests.helpers.runs import pod
from transformer.cli import colour
from transformer.cli.main import run
from transformer.cli.shell import Shell

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec: {mirrors: [{source: docker.io, target: m.io/hub}]}
"""
RED, END = "\x1b[31m", "\x1b[0m"


class Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "bad.yaml").write_text(pod("quay.io/a"))
    (tmp_path / "web.yaml").write_text(pod("nginx"))
    return tmp_path


def ran(*argv: str, terminal: bool = True, **environment: str) -> tuple[str, str]:
    """What a command line writes to stdout and stderr."""
    stream = Terminal if terminal else io.BytesIO
    stdout, stderr = stream(), stream()
    run(argv, Shell(None, stdout, stderr, environment))
    return stdout.getvalue().decode(), stderr.getvalue().decode()


def plain(text: str) -> str:
    for code in ("0", "1", "2", "31", "32", "33", "34", "36"):
        text = text.replace(f"\x1b[{code}m", "")
    return text


@pytest.mark.parametrize(
    ("terminal", "environment", "argv", "is_painted"),
    [
        (True, {}, [], True),
        (False, {}, [], False),
        (True, {"NO_COLOR": "1"}, [], False),
        (True, {"NO_COLOR": ""}, [], True),
        (True, {"TERM": "dumb"}, [], False),
        (False, {"FORCE_COLOR": "1"}, [], True),
        (False, {"FORCE_COLOR": ""}, [], False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        (False, {}, ["--color=always"], True),
        (False, {"NO_COLOR": "1"}, ["--color", "always"], True),
        (True, {"FORCE_COLOR": "1"}, ["--color=never"], False),
        (False, {"MIRRORPIN_COLOR": "always"}, [], True),
        (True, {}, ["--color=auto"], True),
        (False, {}, ["--color=auto"], False),
    ],
)
def test_it_is_there_where_it_is_wanted(
    terminal: bool, environment: dict[str, str], argv: list[str], is_painted: bool
) -> None:
    _, said = ran("bad.yaml", *argv, terminal=terminal, **environment)
    assert ("\x1b[" in said) == is_painted
    assert plain(said) == ran("bad.yaml", terminal=False)[1]


def test_severities_and_hints_are_painted_and_nothing_else() -> None:
    lines = ran("bad.yaml")[1].splitlines()
    assert lines[0].startswith(f"bad.yaml:8:12: {RED}error{END}: no rule covers")
    assert lines[1].startswith("\x1b[2m  hint: ")
    assert lines[1].endswith(END)
    assert lines[2] == "nothing was written: 1 error, 1 image"
    assert colour.said("warning: a") == f"\x1b[33mwarning{END}: a"
    assert colour.said("x: info: error: a") == f"x: \x1b[34minfo{END}: error: a"


def test_a_diff_is_painted_by_lines() -> None:
    shown, _ = ran("diff", "web.yaml")
    assert shown.splitlines()[:3] == [
        f"\x1b[1m--- web.yaml{END}",
        f"\x1b[1m+++ web.yaml (mirrored){END}",
        f"\x1b[36m@@ -5,4 +5,4 @@{END}",
    ]
    assert f"\x1b[31m-    image: nginx{END}" in shown
    assert f"\x1b[32m+    image: m.io/hub/library/nginx{END}" in shown
    assert plain(shown) == ran("diff", "web.yaml", terminal=False)[0]


def test_programs_and_logs_get_none(folder: Path) -> None:
    assert "\x1b" not in ran("diff", "--format=jsonpatch", "web.yaml")[0]
    assert "\x1b" not in ran("web.yaml")[0]
    ran("bad.yaml", "--log-file=log")
    assert "\x1b" not in (folder / "log").read_text()


def test_nothing_from_outside_is_painted(folder: Path) -> None:
    text = PAYLOAD.replace("\0", "").replace("\ud800", "|<script>")
    (folder / "odd.yaml").write_text(pod(json.dumps(f"error: {text}")))
    _, said = ran("odd.yaml")
    assert raw(plain(said)) == []


@pytest.mark.slow
def test_nothing_is_imported_for_it_elsewhere() -> None:
    code = (
        "import sys; from transformer.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
        "sys.exit('transformer.cli.colour' in sys.modules)"
    )
    assert subprocess.run(
        [sys.executable, "-c", code, "bad.yaml"], capture_output=True, timeout=60, check=False
    ).returncode == 0  # fmt: skip

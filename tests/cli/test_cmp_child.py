"""The renderer as a process: its output, what it says, and that it never outlives the run."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.rendering import application, pretend, sidecar
from transformer.cli.cmp.child import RenderError, rendered
from transformer.cli.shell import Shell
from transformer.errors import UsageError

LONG = 1 << 16


def run(program: str, limit: int = 1 << 30) -> tuple[bytes, list[str]]:
    """The output of some lines of shell, and what they say."""
    stderr = io.BytesIO()
    shell = Shell(None, None, stderr, {"PATH": "/usr/bin:/bin"})
    output = rendered(["sh", "-c", program], shell, limit)
    return output, stderr.getvalue().decode().splitlines()


def test_output_is_read_whole() -> None:
    output, said = run("head -c 3000000 /dev/zero; echo done >&2")
    assert (output, said) == (bytes(3000000), ["done"])


def test_what_is_said_is_passed_on_while_it_runs() -> None:
    output, said = run("echo a >&2; echo b; sleep 0.2; echo c >&2; printf d; printf e >&2")
    assert (output, said) == (b"b\nd", ["a", "c", "e"])


def test_what_is_said_is_fit_for_a_terminal() -> None:
    text = r"\033[31mred\n::error::\tx\r\nat \377\ncloning https://user:hunter2@h/x ssh://u@h"
    _, said = run(f"printf '{text}' >&2")
    assert said == [
        "\\x1b[31mred", r"\x3a:error::       x", "at \\xff", "cloning https://***@h/x ssh://***@h",
    ]  # fmt: skip


def test_line_without_an_end() -> None:
    _, said = run(f"head -c {LONG * 3} /dev/zero | tr '\\0' x >&2")
    assert "".join(said) == "x" * LONG * 3
    assert max(map(len, said)) <= LONG * 2


def test_closed_streams_are_not_the_end() -> None:
    output, said = run("echo a; exec >&-; sleep 0.2; echo b >&2; exec 2>&-; sleep 0.1; exit 0")
    assert (output, said) == (b"a\n", ["b"])
    assert run("exec 2>&-; echo a; exec >&-; sleep 0.1") == (b"a\n", [])


def test_stream_that_another_process_holds_is_not_waited_for() -> None:
    start = time.monotonic()
    assert run("sleep 30 >/dev/null & echo $! >&2; echo a")[0] == b"a\n"
    assert time.monotonic() - start < 10


def test_stdin_is_empty() -> None:
    assert run("cat; echo a") == (b"a\n", [])


def test_too_much() -> None:
    start = time.monotonic()
    with pytest.raises(RenderError) as raised:
        run("exec cat /dev/zero", limit=2 << 20)
    assert str(raised.value) == "error: what is rendered is larger than 2 MiB (too-large)"
    assert time.monotonic() - start < 10


@pytest.mark.slow
def test_deaf_child_is_killed() -> None:
    start = time.monotonic()
    with pytest.raises(RenderError):
        run("trap '' TERM; cat /dev/zero; while :; do sleep 0.1; done", limit=1)
    assert 2 < time.monotonic() - start < 20


@pytest.mark.parametrize("program", ["no-such-program", "/"])
def test_program_that_does_not_start(program: str) -> None:
    shell = Shell(None, None, None, {"PATH": "/usr/bin:/bin"})
    with pytest.raises(UsageError) as raised:
        rendered([program, "build"], shell)
    why = "Permission denied" if program == "/" else "No such file or directory"
    assert str(raised.value) == (
        f"error: {program} cannot be started: {why} (no-renderer)\n"
        "  hint: install it in the sidecar, on its PATH"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_interrupt_ends_the_child(tmp_path: Path, number: int) -> None:
    program = 'echo $$ > "$SEEN"; echo started >&2; exec sleep 60'
    pretend(tmp_path / "bin", "kustomize", program)
    seen = tmp_path / "seen"
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", "transformer", "cmp", "kustomize"],
        cwd=application(tmp_path),
        env={
            **sidecar(tmp_path / "bin", SEEN=str(seen)),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        stdout=pipe,
        stderr=pipe,
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == b"started\n"
        running.send_signal(number)
        stdout, stderr = running.communicate(timeout=30)
    assert (running.returncode, stdout) == (130, b"")
    assert stderr == b"error: interrupted, nothing was written (interrupted)\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int(seen.read_text()), 0)

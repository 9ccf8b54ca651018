"""Whole processes: signals, and standard streams that are closed, full, slow or a terminal."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub}]
"""
POD = """\
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: nginx}
"""
MIRRORED = POD.replace("nginx", "m.io/hub/library/nginx").encode()
COPIES = 2_000  # far more than a pipe holds
SUMMARY = "1 image: 1 rewritten, 0 kept, 0 left alone; 0 pull secret lists extended\n"
FAILED = "<stdout>: error: output cannot be written: {} (output)\n"
INTERRUPTED = "error: interrupted, nothing was written (interrupted)\n"
NO_INPUT = (
    "error: no manifests: stdin is {} (no-input)\n"
    "  hint: name files, or pipe them in: kustomize build . | mirrorpin\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and a manifest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def command(*argv: str, redirect: str = "") -> list[str]:
    run = [sys.executable, "-m", "transformer", *argv]
    return ["sh", "-c", f'exec "$0" "$@" {redirect}', *run] if redirect else run


def run(*argv: str, redirect: str = "", stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(*argv, redirect=redirect), check=False, capture_output=True, input=stdin, timeout=60
    )


def last_line(process: subprocess.CompletedProcess[bytes]) -> str:
    return process.stderr.decode().splitlines(keepends=True)[-1]


class Running:
    """A process that runs meanwhile, and how it ended."""

    def __init__(self, argv: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(argv, 0, stdin=pipe, stdout=pipe, stderr=pipe)

    def give(self, data: bytes) -> None:
        """Write to its stdin. Returns when all but what a pipe holds was read."""
        assert self.process.stdin
        view = memoryview(data)
        while view:
            view = view[self.process.stdin.write(view) :]

    def give_all(self, data: bytes) -> None:
        self.give(data)
        assert self.process.stdin
        self.process.stdin.close()
        self.process.stdin = None

    def take(self, size: int) -> bytes:
        assert self.process.stdout
        return self.process.stdout.read(size)

    def leave(self) -> None:
        """Stop to read its stdout."""
        assert self.process.stdout
        self.process.stdout.close()
        self.process.stdout = None

    def end(self) -> tuple[int, bytes, str]:
        stdout, stderr = self.process.communicate(timeout=60)
        return self.process.returncode, stdout, stderr.decode()


@pytest.fixture
def running() -> Iterator[Running]:
    it = Running(command())
    yield it
    if it.process.poll() is None:
        it.process.kill()
        it.end()


class TestSignals:
    @pytest.mark.parametrize(
        "signals",
        [
            pytest.param([signal.SIGTERM], id="SIGTERM"),
            pytest.param([signal.SIGINT], id="SIGINT"),
            pytest.param([signal.SIGTERM, signal.SIGINT] * 3, id="many"),
        ],
    )
    def test_while_stdin_is_read(self, signals: list[signal.Signals], running: Running) -> None:
        running.give(POD.encode() * COPIES)
        for number in signals:
            running.process.send_signal(number)
        running.process.wait(timeout=60)
        assert running.end() == (130, b"", INTERRUPTED)

    def test_while_a_slow_reader_takes_the_output(self, running: Running) -> None:
        running.give_all(POD.encode() * COPIES)
        pieces = [running.take(1)]
        for number in (signal.SIGTERM, signal.SIGINT):
            running.process.send_signal(number)
        for _ in range(5):
            time.sleep(0.02)
            pieces.append(running.take(1_000))
        code, rest, stderr = running.end()
        assert b"".join([*pieces, rest]) == MIRRORED * COPIES
        assert (code, stderr) == (0, SUMMARY.replace("1 image: 1 ", "2000 images: 2000 "))


class TestStdout:
    @pytest.mark.parametrize(
        "argv",
        [
            pytest.param(["pod.yaml"], id="transform"),
            pytest.param(["diff", "pod.yaml"], id="diff"),
            pytest.param(["images", "pod.yaml"], id="images"),
            pytest.param(["--help"], id="help"),
            pytest.param(["--version"], id="version"),
        ],
    )
    @pytest.mark.parametrize(
        ("redirect", "reason"),
        [
            pytest.param(">&-", "Bad file descriptor", id="closed"),
            pytest.param(">/dev/full", "No space left on device", id="full"),
        ],
    )
    def test_that_cannot_be_written(self, redirect: str, reason: str, argv: list[str]) -> None:
        ran = run(*argv, redirect=redirect)
        assert (ran.returncode, last_line(ran)) == (2, FAILED.format(reason))
        assert ran.stderr.count(b"error: ") == 1

    def test_whose_reader_is_gone(self) -> None:
        ours, theirs = os.pipe()
        os.close(ours)
        with io.FileIO(theirs, "w") as stdout:
            ran = subprocess.run(
                command("pod.yaml"), check=False, stdout=stdout, stderr=subprocess.PIPE, timeout=60
            )
        assert (ran.returncode, last_line(ran)) == (2, FAILED.format("Broken pipe"))

    def test_whose_reader_leaves_early(self, running: Running) -> None:
        running.give_all(POD.encode() * COPIES)
        running.take(1)
        running.leave()
        code, _, stderr = running.end()
        assert (code, stderr.splitlines(keepends=True)[-1]) == (2, FAILED.format("Broken pipe"))

    def test_nothing_to_write_does_not_need_it(self, folder: Path) -> None:
        (folder / "pod.yaml").write_bytes(MIRRORED)
        ran = run("check", "-q", "pod.yaml", redirect=">&-")
        assert (ran.returncode, ran.stderr) == (0, b"")


class TestStdin:
    def test_that_is_closed(self) -> None:
        ran = run(redirect="<&-")
        assert (ran.returncode, ran.stdout) == (2, b"")
        assert ran.stderr.decode() == NO_INPUT.format("closed")

    def test_that_is_a_terminal(self) -> None:
        ours, theirs = os.openpty()
        with io.FileIO(ours), io.FileIO(theirs) as stdin:
            ran = subprocess.run(
                command(), check=False, capture_output=True, stdin=stdin, timeout=60
            )
        assert (ran.returncode, ran.stdout) == (2, b"")
        assert ran.stderr.decode() == NO_INPUT.format("a terminal")

    def test_that_cannot_be_read(self) -> None:
        ran = run(redirect="0>out")
        message = "<stdin>: error: stdin cannot be read: Bad file descriptor (unreadable)\n"
        assert (ran.returncode, ran.stdout, ran.stderr.decode()) == (2, b"", message)

    def test_that_is_empty(self) -> None:
        ran = run(redirect="</dev/null")
        assert (ran.returncode, ran.stdout) == (0, b"")


class TestStderr:
    @pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full"])
    @pytest.mark.parametrize(
        ("image", "code"), [pytest.param("nginx", 0, id="good"), pytest.param("X", 1, id="bad")]
    )
    def test_that_cannot_be_written_changes_nothing(
        self, redirect: str, image: str, code: int
    ) -> None:
        ran = run(redirect=redirect, stdin=POD.replace("nginx", image).encode())
        assert (ran.returncode, ran.stderr) == (code, b"")
        assert ran.stdout == (b"" if code else MIRRORED)

    def test_all_streams_closed(self) -> None:
        ran = run("--log-file=log", redirect="<&- >&- 2>&-")
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, b"", b"")
        assert Path("log").read_text() == NO_INPUT.format("closed")


class TestLogFile:
    def test_by_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MIRRORPIN_LOG_FILE", "log")
        monkeypatch.setenv("MIRRORPIN_QUIET", "1")
        ran = run("pod.yaml")
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, MIRRORED, b"")
        final = "final: nginx -> m.io/hub/library/nginx (mirrors[0], 1 place)\n"
        assert Path("log").read_text() == final + SUMMARY

    def test_that_is_full(self) -> None:
        ran = run("--log-file=/dev/full", "pod.yaml")
        message = "/dev/full: error: log file cannot be written: No space left on device (log-file)"
        assert (ran.returncode, ran.stdout) == (2, b"")
        assert last_line(ran) == f"{message}\n"

from __future__ import annotations

import io
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from transformer.cli.shell import Bytes, Shell, read_file, standard_shell
from transformer.errors import InputError, UsageError

HINT = "\n  hint: name files, or pipe them in: kustomize build . | mirrorpin"
LARGE = b"0123456789abcdef" * 20_000  # more than a pipe holds


def shell(
    stdin: Bytes | None = None, stdout: Bytes | None = None, stderr: Bytes | None = None
) -> Shell:
    return Shell(stdin, stdout, stderr, {})


class Asked(io.FileIO):
    """An end of a pipe that counts how often it had to answer that it is not ready."""

    not_ready = 0

    def read(self, size: int | None = -1) -> bytes | None:  # type: ignore[override]
        piece = super().read(-1 if size is None else size)
        self.not_ready += piece is None
        return piece

    def write(self, data: bytes | memoryview) -> int | None:  # type: ignore[override]
        written = super().write(data)
        self.not_ready += written is None
        return written


@contextmanager
def pipe() -> Iterator[tuple[Asked, Asked]]:
    """The two ends of a pipe, for reading and for writing, neither of which blocks."""
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    with Asked(ends[0]) as reader, Asked(ends[1], "w") as writer:
        yield reader, writer


@contextmanager
def helper(target: Callable[[], None]) -> Iterator[None]:
    """Another thread at the other end."""
    thread = threading.Thread(target=target)
    thread.start()
    yield
    thread.join()


class TestReadInputs:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        for name in ("b.yaml", "a/z.yml", "a/b/c.json", "a/notes.txt", "a.yaml", "a/.b.yaml"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)
        return tmp_path

    def read(self, *paths: str) -> list[tuple[str, bytes]]:
        return shell(io.BytesIO(b"in")).read_inputs(paths)

    def fail(self, *paths: str) -> str:
        with pytest.raises(UsageError) as caught:
            self.read(*paths)
        return str(caught.value)

    @pytest.mark.parametrize(
        ("paths", "names"),
        [
            pytest.param([], ["<stdin>"], id="no path"),
            pytest.param(["-"], ["<stdin>"], id="a dash"),
            pytest.param(["b.yaml", "-", "a.yaml"], ["b.yaml", "<stdin>", "a.yaml"], id="in order"),
            pytest.param(["a/notes.txt"], ["a/notes.txt"], id="any suffix when it is named"),
            pytest.param(["a"], ["a/.b.yaml", "a/b/c.json", "a/z.yml"], id="a folder, sorted"),
            pytest.param(["b.yaml", "./a/b"], ["b.yaml", "./a/b/c.json"], id="file and folder"),
        ],
    )
    def test_in_the_order_given(self, paths: list[str], names: list[str]) -> None:
        found = self.read(*paths)
        assert [name for name, _ in found] == names
        for name, data in found:
            assert data.decode() == ("in" if name == "<stdin>" else name.removeprefix("./"))

    def test_a_dash_is_no_folder(self, folder: Path) -> None:
        (folder / "-").mkdir()
        assert self.read("-") == [("<stdin>", b"in")]

    def test_a_link_to_a_file_is_read(self, folder: Path) -> None:
        (folder / "a/b/link.yaml").symlink_to("../z.yml")
        (folder / "all").symlink_to("a")
        assert self.read("a")[2] == ("a/b/link.yaml", b"a/z.yml")
        assert self.read("all")[2] == ("all/b/link.yaml", b"a/z.yml")

    def test_a_link_out_of_a_folder_is_left_out_and_said(self, folder: Path) -> None:
        (folder / "a/link.yaml").symlink_to("../b.yaml")
        (folder / "a/zero.json").symlink_to("/dev/zero")
        (folder / "a/above").symlink_to("..")
        (folder / "a/inside").symlink_to("b")
        (folder / "a/notes").symlink_to("/etc/passwd")
        told: list[str] = []
        found = shell().read_inputs(["a"], lambda it: told.append(str(it)))
        assert [name for name, _ in found] == ["a/.b.yaml", "a/b/c.json", "a/z.yml"]
        assert told == [
            f"a/{name}: warning: link leads out of the folder that was named: it is left out "
            "(link-outside)\n"
            "  hint: name what it leads to on the command line"
            for name in ("above", "link.yaml", "zero.json")
        ]
        stderr = io.BytesIO()
        shell(stderr=stderr).read_inputs(["a"])
        assert stderr.getvalue().decode() == "".join(f"{it}\n" for it in told)

    def test_a_link_that_leads_nowhere(self, folder: Path) -> None:
        (folder / "a/b/d.yaml").symlink_to("../gone.yaml")
        assert self.fail("a") == (
            'a/b/d.yaml: error: link leads nowhere: "../gone.yaml", expected a manifest'
            " (dangling-link)\n  hint: take the link out, or bring back what it names"
        )

    def test_a_link_to_itself(self, folder: Path) -> None:
        (folder / "a/b/d.yaml").symlink_to("d.yaml")
        assert self.fail("a/b") == (
            "a/b/d.yaml: error: file cannot be read: Too many levels of symbolic links (unreadable)"
        )

    @pytest.mark.parametrize("kind", ["FIFO", "socket"])
    def test_what_is_no_file_in_a_folder(self, folder: Path, kind: str) -> None:
        path = str(folder / "a/b/d.yaml")
        with socket.socket(socket.AF_UNIX) as listening:
            os.mkfifo(path) if kind == "FIFO" else listening.bind(path)
        message = f"a/b/d.yaml: error: file cannot be read: Is a {kind} (unreadable)"
        assert self.fail("a/b") == message
        assert self.fail("/dev/zero") == (
            "/dev/zero: error: file cannot be read: Is a device (unreadable)"
        )

    def test_a_pipe_that_is_named(self) -> None:
        reading, writing = os.pipe()
        os.write(writing, b"piped")
        os.close(writing)
        assert self.read(f"/dev/fd/{reading}", "b.yaml")[0] == (f"/dev/fd/{reading}", b"piped")
        os.close(reading)

    def test_a_deep_folder(self) -> None:
        deep = "a"
        for _ in range(1100):
            deep += "/d"
            os.mkdir(deep)
        Path(deep, "x.yaml").write_text("deep")
        assert self.read("a")[2] == (f"{deep}/x.yaml", b"deep")
        # So that what recurses can take the folder away.
        Path(f"a{'/d' * 550}").rename("rest")

    def test_names_are_fit_for_messages(self, folder: Path) -> None:
        (folder / "a\nb.yaml").write_text("")
        assert self.read("a\nb.yaml") == [("a\\nb.yaml", b"")]

    def test_a_missing_file(self) -> None:
        message = "no.yaml: error: file cannot be read: No such file or directory (unreadable)"
        assert self.fail("b.yaml", "no.yaml") == message

    @pytest.mark.parametrize(
        ("path", "meant"), [("a/notse.txt", "a/notes.txt"), ("a/note", "a/notes.txt")]
    )
    def test_a_missing_file_has_a_neighbour(self, path: str, meant: str) -> None:
        message = f"{path}: error: file cannot be read: No such file or directory (unreadable)"
        assert self.fail(path) == f"{message}\n  hint: did you mean {meant}?"

    def test_a_url_is_named_without_its_password(self) -> None:
        message = "file cannot be read: No such file or directory (unreadable)"
        assert (
            self.fail("https://me:pw@h.io/a.yaml") == f"https://***@h.io/a.yaml: error: {message}"
        )

    def test_a_folder_without_manifests(self, folder: Path) -> None:
        (folder / "empty/sub.yaml").mkdir(parents=True)
        message = "no manifests: the folder holds no .yaml, .yml, .json file (no-input)"
        assert self.fail("empty") == f"empty: error: {message}"

    def test_a_folder_that_cannot_be_read_whole(self) -> None:
        # Deeper than any path may be long, which stops root too.
        descriptor = os.open("a", os.O_RDONLY)
        for _ in range(20):
            os.mkdir("d" * 250, dir_fd=descriptor)
            inner = os.open("d" * 250, os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        os.close(descriptor)
        assert re.fullmatch(
            "a(/d{250})+: error: folder cannot be read: File name too long \\(unreadable\\)",
            self.fail("a"),
        )

    def test_stdin_that_is_closed(self) -> None:
        with pytest.raises(UsageError) as caught:
            shell().read_inputs(())
        assert str(caught.value) == f"error: no manifests: stdin is closed (no-input){HINT}"

    def test_stdin_that_is_a_terminal(self) -> None:
        ours, theirs = os.openpty()
        with (
            io.FileIO(ours),
            io.FileIO(theirs) as stdin,
            pytest.raises(UsageError) as caught,
        ):
            shell(stdin).read_inputs(("-",))
        assert str(caught.value) == f"error: no manifests: stdin is a terminal (no-input){HINT}"

    def test_stdin_that_cannot_be_read(self) -> None:
        with (
            pipe() as (_, writer),
            io.FileIO(writer.fileno(), closefd=False) as stdin,
            pytest.raises(UsageError) as caught,
        ):
            shell(stdin).read_inputs(())
        message = "<stdin>: error: stdin cannot be read: Bad file descriptor (unreadable)"
        assert str(caught.value) == message

    def test_stdin_without_an_end(self) -> None:
        # Read as far as tells that there is more.
        with open("/dev/zero", "rb", buffering=0) as stdin, pytest.raises(InputError) as caught:
            shell(stdin).read_inputs(())
        message = "<stdin>: error: is larger than 1024 MiB (too-large)"
        assert str(caught.value) == message

    def test_stdin_that_does_not_wait_is_waited_for(self) -> None:
        # A part, or nothing, is no end.
        with pipe() as (stdin, writer):

            def write() -> None:
                for piece in (b"one ", b"two ", b"three"):
                    time.sleep(0.1)
                    writer.write(piece)
                writer.close()

            with helper(write):
                assert shell(stdin).read_inputs(()) == [("<stdin>", b"one two three")]
            assert 1 <= stdin.not_ready <= 4  # three pieces and the end


def test_read_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\0")
    assert read_file(str(tmp_path / "a")) == b"\xff\0"
    with pytest.raises(UsageError) as caught:
        read_file(str(tmp_path))
    message = "error: file cannot be read: Is a directory (unreadable)"
    assert str(caught.value) == f"{tmp_path}: {message}"


class TestWrite:
    def test_everything(self) -> None:
        stdout = io.BytesIO()
        shell(stdout=stdout).write(b"\xff\0")
        assert stdout.getvalue() == b"\xff\0"

    def test_nothing(self) -> None:
        shell(stdout=io.BytesIO()).write(b"")

    def test_interrupts_wait_before_the_first_byte(self) -> None:
        stdout = io.BytesIO()
        held: list[bytes] = []
        Shell(None, stdout, None, {}, lambda: held.append(stdout.getvalue())).write(b"out")
        assert held == [b""]

    def test_a_reader_that_is_slow(self) -> None:
        with pipe() as (reader, stdout):
            pieces: list[bytes] = []

            def read() -> None:
                while sum(map(len, pieces)) < len(LARGE):
                    time.sleep(0.03)
                    pieces.append(reader.read(30_000) or b"")

            with helper(read):
                shell(stdout=stdout).write(LARGE)
            assert 1 <= stdout.not_ready <= len(pieces)
        assert b"".join(pieces) == LARGE

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            pytest.param("/dev/full", "No space left on device", id="disk full"),
            pytest.param("", "Bad file descriptor", id="closed"),
        ],
    )
    def test_that_fails(self, path: str, reason: str) -> None:
        stdout = open(path, "wb", buffering=0) if path else None  # noqa: SIM115 or no file
        with pytest.raises(UsageError) as caught:
            shell(stdout=stdout).write(b"out")
        if stdout:
            stdout.close()
        message = f"<stdout>: error: output cannot be written: {reason} (output)"
        assert str(caught.value) == message

    def test_a_file_that_was_opened_for_reading(self) -> None:
        with open("/dev/null", "rb") as stdout, pytest.raises(UsageError) as caught:
            shell(stdout=stdout).write(b"out")
        message = "<stdout>: error: output cannot be written: write (output)"
        assert str(caught.value) == message

    def test_a_reader_that_is_gone(self) -> None:
        with pipe() as (reader, stdout):
            reader.close()
            with pytest.raises(UsageError) as caught:
                shell(stdout=stdout).write(b"out")
        message = "<stdout>: error: output cannot be written: Broken pipe (output)"
        assert str(caught.value) == message


class TestSay:
    def test_lines(self, tmp_path: Path) -> None:
        stderr = io.BytesIO()
        it = shell(stderr=stderr)
        it.say("é")
        it.open_log(str(tmp_path / "log"))
        it.say("\udcff")
        it.note("noted")
        assert it.close_log() is None
        assert stderr.getvalue() == b"\xc3\xa9\n\\udcff\n"
        assert (tmp_path / "log").read_bytes() == b"\\udcff\nnoted\n"

    def test_without_a_log(self) -> None:
        it = shell(stderr=io.BytesIO())
        it.note("noted")
        assert it.close_log() is None

    def test_stderr_that_is_closed(self, tmp_path: Path) -> None:
        it = shell()
        it.open_log(str(tmp_path / "log"))
        it.say("said")
        it.close_log()
        assert (tmp_path / "log").read_bytes() == b"said\n"

    def test_stderr_that_is_full(self, tmp_path: Path) -> None:
        with open("/dev/full", "wb", buffering=0) as stderr:
            it = shell(stderr=stderr)
            it.open_log(str(tmp_path / "log"))
            it.say("one")
            it.say("two")
            it.close_log()
        assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"

    def test_a_log_that_is_full_is_told_once(self) -> None:
        stderr, stdout = io.BytesIO(), io.BytesIO()
        it = shell(stderr=stderr, stdout=stdout)
        it.open_log("/dev/full")
        it.say("one")
        it.say("two")
        with pytest.raises(UsageError) as caught:
            it.write(b"out")
        message = "/dev/full: error: log file cannot be written: No space left on device (log-file)"
        assert str(caught.value) == message
        assert it.close_log() is None
        assert (stderr.getvalue(), stdout.getvalue()) == (b"one\ntwo\n", b"")

    def test_a_log_that_is_full_is_told_at_the_end(self) -> None:
        it = shell(stderr=io.BytesIO())
        it.open_log("/dev/full")
        it.note("one")
        problem = it.close_log()
        assert problem is not None
        assert problem.code == "log-file"
        assert it.close_log() is None

    def test_a_log_that_cannot_be_opened(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as caught:
            shell().open_log(str(tmp_path))
        message = f"{tmp_path}: error: log file cannot be written: Is a directory (log-file)"
        assert str(caught.value) == message


SIGNALS = (signal.SIGINT, signal.SIGTERM)


class TestStandardShell:
    @pytest.fixture(autouse=True)
    def signals(self) -> Iterator[None]:
        """What a test does to the signals of this process ends with it."""
        handlers = {number: signal.getsignal(number) for number in SIGNALS}
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        yield
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    @pytest.mark.parametrize("number", SIGNALS)
    def test_a_signal_interrupts_and_no_other_one_does(self, number: signal.Signals) -> None:
        standard_shell()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) >= set(SIGNALS)

    def test_a_signal_that_came_with_another_one_is_dropped(self) -> None:
        standard_shell().hold_interrupts()
        handler = signal.getsignal(signal.SIGTERM)
        assert callable(handler)
        handler(signal.SIGTERM, None)

    @pytest.mark.parametrize("number", SIGNALS)
    def test_a_signal_that_is_ignored_stays_so(self, number: signal.Signals) -> None:
        signal.signal(number, signal.SIG_IGN)
        standard_shell()
        signal.raise_signal(number)

    def test_no_signal_interrupts_what_is_held(self) -> None:
        standard_shell().hold_interrupts()
        signal.raise_signal(signal.SIGTERM)
        assert signal.sigpending() == {signal.SIGTERM}
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # forgets the one that waits

    def test_streams(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        shell = standard_shell()
        shell.write(b"out")
        shell.say("err")
        assert isinstance(shell.stdin, io.FileIO)
        assert shell.stdin.fileno() == 0
        assert capfdbinary.readouterr() == (b"out", b"err\n")
        assert shell.environment is os.environ

    def test_streams_that_are_closed(self) -> None:
        kept = [os.dup(number) for number in range(3)]
        try:
            for number in range(3):
                os.close(number)
            shell = standard_shell()
        finally:
            for number, copy in enumerate(kept):
                os.dup2(copy, number)
                os.close(copy)
        assert (shell.stdin, shell.stdout, shell.stderr) == (None, None, None)

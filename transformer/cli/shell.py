"""The outside world for the command line: files in, bytes out, signals, the log file.

Nothing is written before a run has succeeded, and then everything: from the first byte on, no
signal ends the process. A stdout that is closed or full is an error, never a success; a stderr
that cannot be written changes nothing.
"""

from __future__ import annotations

import errno
import io
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TypeAlias

from transformer.errors import Position, Problem, UsageError
from transformer.messages import named

if TYPE_CHECKING:
    from transformer.registry.resolver import Resolve

SUFFIXES = (".yaml", ".yml", ".json")
STDIN = "<stdin>"

_PIECE = 1 << 20

Bytes: TypeAlias = io.RawIOBase | BinaryIO


def _no_signals() -> None:
    pass


class Shell:
    """The process's streams and environment, handed in so that a test can hand in its own.

    A stream that is None is closed. `hold_interrupts` puts signals off until the process has ended.
    `resolve` answers what would be asked of registries; where it is None, registries are asked.
    """

    def __init__(
        self,
        stdin: Bytes | None,
        stdout: Bytes | None,
        stderr: Bytes | None,
        environment: Mapping[str, str],
        hold_interrupts: Callable[[], None] = _no_signals,
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environment = environment
        self.hold_interrupts = hold_interrupts
        self.resolve: Resolve | None = None
        self._log: io.FileIO | None = None
        self._log_problem: Problem | None = None

    def say(self, line: str) -> None:
        """Print a line for people: to stderr, and to the log file when there is one."""
        if self.stderr is not None:
            try:
                _write_all(self.stderr, _line(line))
            except OSError:
                self.stderr = None
        self.note(line)

    def note(self, line: str) -> None:
        """Write a line to the log file only. That it failed is told by `write` and `close_log`."""
        if self._log is None:
            return
        try:
            _write_all(self._log, _line(line))
        except OSError as error:
            self._log_problem = _log_problem(str(self._log.name), error)
            self._log.close()
            self._log = None

    def open_log(self, path: str) -> None:
        """Append to a log file from now on. Raises `UsageError` when it cannot be opened."""
        try:
            self._log = io.FileIO(path, "a")
        except OSError as error:
            raise UsageError(_log_problem(path, error)) from None

    def close_log(self) -> Problem | None:
        """Returns why something could not be logged, unless `write` has told."""
        if self._log is not None:
            self._log.close()
            self._log = None
        return self._take_log_problem()

    def _take_log_problem(self) -> Problem | None:
        problem, self._log_problem = self._log_problem, None
        return problem

    def read_inputs(self, paths: Iterable[str]) -> list[tuple[str, bytes]]:
        """Read files, the manifests of folders, and stdin (`-`, or no path at all).

        Returns (name for messages, bytes) in the order given, folders sorted by path. Raises
        `UsageError` for what cannot be read, for a folder without manifests, and when stdin is
        closed or a terminal.
        """
        return [
            (STDIN, self._read_stdin()) if path == "-" else (named(path), read_file(path))
            for given in paths or ("-",)
            for path in _manifests(given)
        ]

    def _read_stdin(self) -> bytes:
        if self.stdin is None or self.stdin.isatty():
            why = "closed" if self.stdin is None else "a terminal"
            problem = Problem(
                code="no-input",
                message=f"no manifests: stdin is {why}",
                hint="name files, or pipe them in: kustomize build . | mirrorpin",
            )
            raise UsageError(problem)
        try:
            return _read_all(self.stdin)
        except OSError as error:
            raise _io_error("unreadable", "stdin cannot be read", STDIN, error) from None

    def write(self, *pieces: bytes) -> None:
        """Write the whole output, given in pieces; from now on the run is not interrupted.

        Raises `UsageError` when that fails, and before the first byte when the log has failed.
        """
        self.hold_interrupts()
        problem = self._take_log_problem()
        if problem is not None:
            raise UsageError(problem)
        try:
            if self.stdout is None:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            for piece in pieces:
                _write_all(self.stdout, piece)
        except OSError as error:
            raise _io_error("output", "output cannot be written", "<stdout>", error) from None


def _line(text: str) -> bytes:
    return (text + "\n").encode(errors="backslashreplace")


def _read_all(stream: Bytes) -> bytes:
    # Piece by piece: a signal between two reads inside of one call would wait for more input, and
    # a pipe that another process made non-blocking gives None, or a part, before its end.
    pieces: list[bytes] = []
    while (piece := stream.read(_PIECE)) != b"":
        if piece is None:
            _wait(read=stream)
        else:
            pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _write_all(stream: Bytes, data: bytes) -> None:
    view = memoryview(data)
    while view:
        written = stream.write(view)
        if written is None:
            _wait(write=stream)
        else:
            view = view[written:]


def _wait(*, read: Bytes | None = None, write: Bytes | None = None) -> None:
    import select

    select.select([read] if read else [], [write] if write else [], [])


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def standard_shell() -> Shell:
    """The process's own streams; from now on SIGTERM ends a run as SIGINT does.

    They are used without a buffer, so that nothing is left to fail when the process ends.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    streams = (_stream(0, "r"), _stream(1, "w"), _stream(2, "w"))
    return Shell(*streams, os.environ, _hold_interrupts)


def _stream(descriptor: int, mode: str) -> io.FileIO | None:
    try:
        return io.FileIO(descriptor, mode, closefd=False)
    except OSError:
        return None


def _hold_interrupts() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # One is enough: a second one, or one that came with it, must not end what is said of the first.
    held = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    if not held.issuperset(_SIGNALS):
        raise KeyboardInterrupt


def read_file(path: str) -> bytes:
    """The bytes of a file. Raises `UsageError` when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise _io_error("unreadable", "file cannot be read", path, error) from None


def _io_error(code: str, what: str, path: str, error: OSError) -> UsageError:
    return UsageError(_io_problem(code, what, path, error))


def _log_problem(path: str, error: OSError) -> Problem:
    return _io_problem("log-file", "log file cannot be written", path, error)


def _io_problem(code: str, what: str, path: str, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(code=code, message=f"{what}: {reason}", position=Position(file=named(path)))


def _manifests(path: str) -> Iterator[str]:
    if path == "-" or not os.path.isdir(path):
        yield path
        return

    def unreadable(error: OSError) -> NoReturn:
        raise _io_error("unreadable", "folder cannot be read", error.filename, error)

    found = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(path, onerror=unreadable)
        for name in names
        if name.endswith(SUFFIXES)
    ]
    if not found:
        message = f"no manifests: the folder holds no {', '.join(SUFFIXES)} file"
        position = Position(file=named(path))
        raise UsageError(Problem(code="no-input", message=message, position=position))
    yield from sorted(found)

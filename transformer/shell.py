"""The outside world for the command line: files in, bytes out, signals, the log file.

Nothing is written before a run has succeeded, and then everything: interrupts wait until the last
byte has left. A stdout that is closed or full is an error, never a success.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TextIO

from transformer.errors import Position, Problem, UsageError

if TYPE_CHECKING:
    from transformer.lookups import Resolve

SUFFIXES = (".yaml", ".yml", ".json")
STDIN = "<stdin>"


class Shell:
    """The process's streams and environment, handed in so that a test can hand in its own.

    `resolve` answers what would be asked of registries; where it is None, registries are asked.
    """

    def __init__(
        self,
        stdin: BinaryIO,
        stdout: io.RawIOBase | None,
        stderr: TextIO,
        environment: Mapping[str, str],
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environment = environment
        self.log: TextIO | None = None
        self.resolve: Resolve | None = None

    def say(self, line: str) -> None:
        """Print a line for people: to stderr, and to the log file when there is one."""
        print(line, file=self.stderr, flush=True)
        self.note(line)

    def note(self, line: str) -> None:
        """Write a line to the log file only."""
        if self.log is not None:
            print(line, file=self.log, flush=True)

    def open_log(self, path: str) -> None:
        """Append to a log file from now on. Raises `UsageError` when it cannot be written."""
        try:
            self.log = open(path, "a", encoding="utf-8")  # noqa: SIM115 lives as long as the run
        except OSError as error:
            raise _io_error("log-file", "log file cannot be written", path, error) from None

    def close_log(self) -> None:
        if self.log is not None:
            self.log.close()

    def read_inputs(self, paths: Iterable[str]) -> list[tuple[str, bytes]]:
        """Read files, the manifests of folders, and stdin (`-`, or no path at all).

        Returns (name for messages, bytes) in the order given, folders sorted by path. Raises
        `UsageError` for what cannot be read, for a folder without manifests, and when stdin is a
        terminal.
        """
        return [
            (STDIN, self._read_stdin()) if path == "-" else (path, read_file(path))
            for given in paths or ("-",)
            for path in _manifests(given)
        ]

    def _read_stdin(self) -> bytes:
        if self.stdin.isatty():
            problem = Problem(
                code="no-input",
                message="no manifests: stdin is a terminal",
                hint="name files, or pipe them in: kustomize build . | mirrorpin",
            )
            raise UsageError(problem)
        return self.stdin.read()

    def write(self, data: bytes) -> None:
        """Write the whole output, with interrupts held back. Raises `UsageError` when it fails."""
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            if self.stdout is None:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            view = memoryview(data)
            while view:
                view = view[self.stdout.write(view) :]
        except OSError as error:
            raise _io_error("output", "output cannot be written", "<stdout>", error) from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def standard_shell() -> Shell:
    """The process's own streams; from now on SIGTERM ends a run as SIGINT does.

    stdout is written without a buffer, so that nothing is left to fail when the process ends.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    stdout = io.FileIO(1, "w", closefd=False) if _is_open(1) else None
    # Not closed: a later file must not get the number of a standard stream.
    stdin = sys.stdin.buffer if sys.stdin is not None else open(os.devnull, "rb")  # noqa: SIM115
    stderr = sys.stderr if sys.stderr is not None else open(os.devnull, "w")  # noqa: SIM115
    return Shell(stdin, stdout, stderr, os.environ)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def read_file(path: str) -> bytes:
    """The bytes of a file. Raises `UsageError` when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise _io_error("unreadable", "file cannot be read", path, error) from None


def _io_error(code: str, what: str, path: str, error: OSError) -> UsageError:
    reason = error.strerror or str(error)
    return UsageError(Problem(code=code, message=f"{what}: {reason}", position=Position(file=path)))


def _manifests(path: str) -> Iterator[str]:
    if path == "-" or not os.path.isdir(path):
        yield path
        return
    found = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(path)
        for name in names
        if name.endswith(SUFFIXES)
    ]
    if not found:
        message = f"no manifests: the folder holds no {', '.join(SUFFIXES)} file"
        raise UsageError(Problem(code="no-input", message=message, position=Position(file=path)))
    yield from sorted(found)

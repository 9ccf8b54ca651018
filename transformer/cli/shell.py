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
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias

from transformer.errors import Position, Problem, UsageError
from transformer.messages import named, page

if TYPE_CHECKING:
    from transformer.registry.resolver import Resolve

STDIN = "<stdin>"

_PIECE = 1 << 20

Bytes: TypeAlias = io.RawIOBase | BinaryIO


class Lines(Protocol):
    """What says more than one line, as a problem with a hint does."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Each without its line break."""


# A text is one line, whatever is in it.
Said: TypeAlias = str | Lines


def _no_signals() -> None:
    pass


class Shell:
    """The process's streams and environment, handed in so that a test can hand in its own.

    A stream that is None is closed. `hold_interrupts` puts signals off until the process has ended.
    `color` is what `--color` says, '' where it says nothing.
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
        self.color = ""
        self._log: io.FileIO | None = None
        self._log_problem: Problem | None = None

    def say(self, said: Said) -> None:
        """Say something to people: on stderr, and in the log file when there is one."""
        if self.stderr is not None:
            try:
                _write_all(self.stderr, self._painted(said))
            except OSError:
                self.stderr = None
        self.note(said)

    def _painted(self, said: Said) -> bytes:
        text = _written(said)
        if not self.paints(self.stderr):
            return text
        from transformer.cli.colour import said as paint

        lines = text.decode().removesuffix("\n").split("\n")
        return "".join(f"{paint(line)}\n" for line in lines).encode()

    def paints(self, stream: Bytes | None) -> bool:
        """Whether what goes to a stream of this process is to be in colour (see `colour`)."""
        is_terminal = stream is not None and stream.isatty()
        asked = self.color or self.environment.get("FORCE_COLOR")
        if not (is_terminal or asked) or self.color == "never":
            return False
        from transformer.cli.colour import is_wanted

        return is_wanted(self.color, self.environment, is_terminal=is_terminal)

    def note(self, said: Said) -> None:
        """Say it in the log file only. That this failed is told by `write` and `close_log`."""
        if self._log is None:
            return
        try:
            _write_all(self._log, _written(said))
        except OSError as error:
            self._log_problem = _log_problem(str(self._log.name), error)
            self._log.close()
            self._log = None

    def open_log(self, path: str) -> None:
        """Append to a log file from now on. Raises `UsageError` when it cannot be opened."""
        try:
            self._log = io.FileIO(path, "a", opener=_without_waiting)
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

    def read_inputs(
        self, paths: Iterable[str], tell: Callable[[Said], None] | None = None
    ) -> list[tuple[str, bytes]]:
        """Read files, the manifests of folders, and stdin (`-`, or no path at all).

        Returns (name for messages, bytes) in the order given, folders sorted by path. What is left
        out of a folder is told, or said where nobody is given to tell. Raises `UsageError` for what
        cannot be read, for a folder without manifests, and when stdin is closed or a terminal;
        `InputError` for what is too large.
        """
        found: list[tuple[str, bytes]] = []
        for given in paths or ("-",):
            if given == "-":
                found.append((STDIN, self._read_stdin()))
            elif os.path.isdir(given):
                from transformer.cli.folders import manifests

                inner = manifests(given, tell or self.say)
                found += ((named(path), read_file(path)) for path in inner)
            else:
                found.append((named(given), read_file(given, is_named=True)))
        return found

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


def _without_waiting(path: str, flags: int) -> int:
    # For somebody who reads a FIFO.
    return os.open(path, flags | os.O_NONBLOCK, 0o666)


def _written(said: Said) -> bytes:
    # The one way out: nothing is said that is not text on lines of its own.
    return page((said,) if isinstance(said, str) else said.lines).encode()


def _read_all(stream: Bytes) -> bytes:
    # Piece by piece: a signal between two reads inside of one call would wait for more input, and
    # a pipe that another process made non-blocking gives None, or a part, before its end.
    from transformer.yamltext.documents import MAX_INPUT, too_large

    pieces: list[bytes] = []
    left = MAX_INPUT
    while (piece := stream.read(_PIECE)) != b"":
        if piece is None:
            _wait(read=stream)
            continue
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise too_large(STDIN)
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


def read_file(path: str, *, is_named: bool = False) -> bytes:
    """The bytes of a file, or of a pipe that a user named (`is_named`).

    Those of one that is too large end just above `MAX_INPUT`. Raises `UsageError` when it cannot be
    read.
    """
    from transformer import intake
    from transformer.yamltext.documents import MAX_INPUT

    try:
        return intake.read_file(path, MAX_INPUT, is_named=is_named)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise _not_found(path, error) from None
        raise _io_error("unreadable", "file cannot be read", path, error) from None


def _not_found(path: str, error: OSError) -> UsageError:
    from transformer.messages import closest
    from transformer.records import replace

    problem = _io_problem("unreadable", "file cannot be read", path, error)
    folder, name = os.path.split(path)
    # Every other file ends with .yaml: what stands before that is what tells.
    stem = os.path.splitext(name)[0]
    try:
        stems = {os.path.splitext(it)[0]: it for it in sorted(os.listdir(folder or "."))}
    except OSError:
        stems = {}
    meant = stems.get(closest(stem, stems), name)
    hint = f"did you mean {named(os.path.join(folder, meant))}?" if meant != name else ""
    return UsageError(replace(problem, hint=hint))


def _io_error(code: str, what: str, path: str, error: OSError) -> UsageError:
    return UsageError(_io_problem(code, what, path, error))


def _log_problem(path: str, error: OSError) -> Problem:
    return _io_problem("log-file", "log file cannot be written", path, error)


def _io_problem(code: str, what: str, path: str, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(code=code, message=f"{what}: {reason}", position=Position(file=named(path)))

"""A renderer as a child process: its whole output, or why there is none.

It stays in this process's group, to which Argo CD sends SIGTERM, and SIGKILL five seconds later.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO

from transformer.cli.shell import Shell
from transformer.errors import Problem, TransformError, UsageError
from transformer.messages import named
from transformer.yamltext.documents import MAX_INPUT

_PIECE = 1 << 20
_LONGEST_LINE = 1 << 16
# Seconds: between two looks at a child that has closed its output, and until a deaf one is killed.
_PAUSE = 0.05
_PATIENCE = 3

_USERINFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")


class RenderError(TransformError):
    """What was to render the manifests fails."""


def rendered(command: Sequence[str], shell: Shell, limit: int = MAX_INPUT) -> bytes:
    """What a command prints, which must succeed; what it says is said as it comes.

    Takes the program, looked for on the environment's PATH, and its arguments. The child never
    outlives the call, whatever ends it. Raises `UsageError` where it cannot be started,
    `RenderError` where it fails, or prints more than `limit` bytes.
    """
    child = _start(command, shell.environment)
    assert child.stdout is not None
    assert child.stderr is not None
    with child.stdout, child.stderr:
        said = _Lines(child.stderr, shell)
        try:
            output = _read(child.stdout, said, limit)
            while child.poll() is None:
                said.wait(_PAUSE)
        finally:
            _end(child)
            said.finish()
    if child.returncode:
        name = " ".join(command[:2])
        message = f"`{name}` failed: it ended with {_status(child.returncode)}"
        raise RenderError(Problem(code="render", message=message))
    return output


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            command, bufsize=0, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
    except OSError as error:
        problem = Problem(
            code="no-renderer",
            message=f"{command[0]} cannot be started: {error.strerror}",
            hint="install it in the sidecar, on its PATH",
        )
        raise UsageError(problem) from None


def _read(stream: IO[bytes], said: _Lines, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size <= limit:
        if stream not in said.wait(None, stream):
            continue
        piece = os.read(stream.fileno(), _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    message = f"what is rendered is larger than {limit >> 20} MiB"
    raise RenderError(Problem(code="too-large", message=message))


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _status(code: int) -> str:
    return f"exit status {code}" if code > 0 else f"signal {-code}"


class _Lines:
    """What a child says, passed on line by line, fit for a terminal and without passwords."""

    def __init__(self, stream: IO[bytes], shell: Shell) -> None:
        self.stream: IO[bytes] | None = stream
        self.shell = shell
        self.rest = b""

    def wait(self, seconds: float | None, *others: IO[bytes]) -> list[IO[bytes]]:
        """Wait until one of the streams can be read, for so long at most; which of them can."""
        streams = [*others, *([self.stream] if self.stream else [])]
        ready, _, _ = select.select(streams, [], [], seconds)
        if self.stream in ready:
            self._take(self.stream)
        return ready

    def finish(self) -> None:
        """Pass on what is there; another process that still holds the stream is not waited for."""
        while self.stream and self.wait(0):
            pass
        if self.rest:
            self._say(self.rest)

    def _take(self, stream: IO[bytes]) -> None:
        piece = os.read(stream.fileno(), _LONGEST_LINE)
        if not piece:
            self.stream = None
        *lines, self.rest = (self.rest + piece).split(b"\n")
        for line in lines:
            self._say(line)
        if len(self.rest) >= _LONGEST_LINE:
            self._say(self.rest)
            self.rest = b""

    def _say(self, line: bytes) -> None:
        text = line.removesuffix(b"\r").decode(errors="backslashreplace").expandtabs()
        self.shell.say(named(_USERINFO.sub("***", text)))

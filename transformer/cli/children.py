"""Several programs at once: what each said, and how it ended."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from transformer.records import record

Item = TypeVar("Item")

MAX_SAID = 1 << 16
OURS = "MIRRORPIN_"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Seconds: between two looks at programs that say nothing, and until those that do not end are
# killed.
_PAUSE, _SHORT_PAUSE = 0.05, 0.002
_PATIENCE = 5.0

# A short name with a digest behind `docker://` has no user.
_hide_users = re.compile(r"(?<=://)[^/\s]+(?=@(?!sha256:))").sub


@record
class Ended:
    """How a program ended, in words, '' for well; and the last that it said."""

    fault: str
    said: bytes


class _Child(Generic[Item]):
    def __init__(self, item: Item, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self.item = item
        self.process = process
        self.stream = process.stdout
        self.is_open = True
        self.said = b""

    def read(self) -> None:
        piece = os.read(self.stream.fileno(), MAX_SAID)
        self.said = (self.said + piece)[-MAX_SAID:]
        self.is_open = bool(piece)

    def ended(self) -> Ended:
        self.stream.close()
        code = self.process.returncode
        fault = f"exit status {code}" if code > 0 else f"signal {-code}" if code else ""
        return Ended(fault=fault, said=self.said)

    def signal(self, number: int) -> None:
        # In a group of its own with what it starts.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def run_all(
    commands: Iterable[tuple[Item, Sequence[str]]], jobs: int, environment: Mapping[str, str]
) -> Generator[tuple[Item, Ended], None, None]:
    """Run commands, so many at once, and say of each how it ended, in that order.

    The next command is taken when there is room for it. None outlives the iterator, which must be
    closed: what still runs then is asked to end, and killed when it does not.
    """
    waiting = iter(commands)
    running: list[_Child[Item]] = []
    try:
        while True:
            for item, command in _some(waiting, jobs - len(running)):
                with _put_off():
                    started = _start(item, command, environment)
                    if not isinstance(started, Ended):
                        running.append(started)
                if isinstance(started, Ended):
                    yield item, started
            if not running:
                return
            _listen(running)
            for child in [it for it in running if it.process.poll() is not None]:
                running.remove(child)
                _drain(child)
                yield child.item, child.ended()
    finally:
        _end(running)


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a program: what is ours may hold a password, and is no other's."""
    return {it: value for it, value in environment.items() if not it.startswith(OURS)}


def lines_of(said: bytes) -> Iterator[str]:
    """What a program said, line by line, without users and passwords in URLs."""
    for line in said.decode(errors="backslashreplace").splitlines():
        text = line.rstrip().expandtabs()
        if text:
            yield _hide_users("***", text)


@contextlib.contextmanager
def _put_off() -> Iterator[None]:
    # A program that has just been started must be known before anything can end the run. Signals
    # are not blocked, as it would inherit that.
    caught: list[int] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    held = [number for number, handler in before.items() if callable(handler)]
    for number in held:
        signal.signal(number, lambda got, _: caught.append(got))
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, before[number])
        for got in caught:
            signal.raise_signal(got)


def _some(
    waiting: Iterator[tuple[Item, Sequence[str]]], count: int
) -> Iterator[tuple[Item, Sequence[str]]]:
    for _ in range(count):
        found = next(waiting, None)
        if found is None:
            return
        yield found


def _start(
    item: Item, command: Sequence[str], environment: Mapping[str, str]
) -> _Child[Item] | Ended:
    try:
        process = subprocess.Popen(
            command,
            bufsize=0,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return Ended(fault=error.strerror or str(error), said=b"")
    return _Child(item, process)


def _listen(running: Sequence[_Child[Item]]) -> None:
    children = {it.stream.fileno(): it for it in running if it.is_open}
    # One that has closed its output is about to end.
    pause = _PAUSE if len(children) == len(running) else _SHORT_PAUSE
    poll = select.poll()
    for number in children:
        poll.register(number, select.POLLIN)
    for number, _ in poll.poll(pause * 1000):
        children[number].read()


def _drain(child: _Child[Item]) -> None:
    # Another process may hold the stream; it is not waited for.
    while child.is_open and select.select([child.stream], [], [], 0)[0]:
        child.read()


def _end(running: Sequence[_Child[Item]]) -> None:
    for child in running:
        child.signal(signal.SIGTERM)
    end = time.monotonic() + _PATIENCE
    for child in running:
        try:
            child.process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.signal(signal.SIGKILL)
            child.process.wait()
        child.stream.close()

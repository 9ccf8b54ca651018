"""How long one input may take, in time of the processor: a busy machine makes no finding."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

MAX_SECONDS = 20


class Slow(BaseException):
    """One input takes longer than any may."""


@contextmanager
def bounded(seconds: float = MAX_SECONDS) -> Iterator[None]:
    """Raise `Slow` when what is done within takes more than so many seconds of the processor.

    For the main thread, which signals reach. What is bounded around it goes on counting anew.
    """
    handler = signal.signal(signal.SIGPROF, _too_slow)
    around, _ = signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, around)
        signal.signal(signal.SIGPROF, handler)


def _too_slow(*_: object) -> None:
    raise Slow

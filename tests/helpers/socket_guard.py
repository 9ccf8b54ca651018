"""Notes every socket that is opened and every program that is started in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_GUARDED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.system")

# An audit hook stays for the life of the process: there is one, and it is turned on and off.
_watching: list[list[str]] = []


def _note(event: str, _: object) -> None:
    if _watching and event.startswith(_GUARDED):
        _watching[-1].append(event)


sys.addaudithook(_note)


@contextmanager
def guarded() -> Iterator[list[str]]:
    """The names of the audit events (docs.python.org/3/library/audit_events.html) so far."""
    events: list[str] = []
    _watching.append(events)
    try:
        yield events
    finally:
        _watching.remove(events)

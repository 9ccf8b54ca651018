"""The time that is left for a call."""

from __future__ import annotations

import threading
import time

from transformer.registry.faults import Reason, Refusal


class Deadline:
    """Counts down from a number of seconds, which `stop` cuts short in every thread."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._stopped = threading.Event()

    @property
    def left(self) -> float:
        """Seconds, 0 when there are none."""
        return 0.0 if self._stopped.is_set() else max(0.0, self._end - time.monotonic())

    def check(self) -> float:
        """Seconds left. Raises `Refusal` when there are none."""
        left = self.left
        if not left:
            raise Refusal(self.reason)
        return left

    def wait(self, seconds: float) -> None:
        """Pause, until the end at most."""
        self._stopped.wait(min(seconds, self.left))

    def stop(self) -> None:
        self._stopped.set()

    @property
    def reason(self) -> Reason:
        return Reason(
            code="registry-deadline",
            state=f"was not answered within {self.seconds:g} s",
            hint="try again, or allow more time with --deadline",
        )

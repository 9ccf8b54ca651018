"""What a run takes, counted and not timed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps_of(run: Callable[[], object]) -> int:
    """How many lines of Python a run takes."""
    lines = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 as typed
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        run()
    finally:
        sys.settrace(before)
    return lines

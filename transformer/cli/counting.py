"""The line of a terminal that counts while something takes time."""

from __future__ import annotations

import contextlib

from transformer.cli.shell import Bytes


def write_over(stderr: Bytes, text: str) -> None:
    """Write over the line that counts; with '' it goes. A terminal that is gone is no fault."""
    with contextlib.suppress(OSError):
        stderr.write(f"\r\x1b[K{text}".encode())
        stderr.flush()

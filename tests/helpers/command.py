"""The command line in this process, with streams and an environment of its own."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from transformer.cli.main import run
from transformer.cli.shell import Shell


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a command line; stderr as lines."""

    code: int
    stdout: bytes
    stderr: list[str] = field(default_factory=list)


def command(
    *argv: str, stdin: bytes | str = b"", environment: Mapping[str, str] | None = None
) -> Ran:
    """Run a command line in the working directory; the environment is empty, if not given."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    stdout, stderr = io.BytesIO(), io.BytesIO()
    code = run(argv, Shell(io.BytesIO(data), stdout, stderr, environment or {}))
    return Ran(code=code, stdout=stdout.getvalue(), stderr=stderr.getvalue().decode().splitlines())

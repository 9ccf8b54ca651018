"""Runs of the whole program, and what no run may do whatever it meets."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.helpers.shared import ROOT
from tools.hostile.findings import Finding
from transformer.records import record

SECRET = "hunter2secret"
# What starting the program may take on a loaded machine, in seconds.
START = 15.0

_RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|(?m:^::\w)")


@record
class Ran:
    """What came of a run; an exit code of -n means that signal n ended it, None that it hung."""

    arguments: tuple[str, ...]
    code: int | None
    stdout: bytes
    stderr: str
    seconds: float


def command(*arguments: str, python: str = sys.executable) -> list[str]:
    """The program, as a command line that works in every folder."""
    return [python, "-m", "transformer", *arguments]


def environment(**more: str) -> dict[str, str]:
    """What a run inherits: no more than it needs, so that the machine plays no part."""
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "MIRRORPIN_CACHE": "none", **more}


def ran(
    *arguments: str,
    folder: Path,
    stdin: bytes = b"",
    seconds: float = 60.0,
    variables: Mapping[str, str] | None = None,
    user: int | None = None,
    python: str = sys.executable,
) -> Ran:
    """Run the program in a folder by a Python, as another user if one is given.

    After so many seconds it is killed.
    """
    begin = time.monotonic()
    given = environment() if variables is None else variables
    with subprocess.Popen(
        command(*arguments, python=python),
        cwd=folder,
        env=given,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    ) as process:
        code: int | None = None
        try:
            stdout, stderr = process.communicate(stdin, seconds)
            code = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
    return Ran(
        arguments=arguments,
        code=code,
        stdout=stdout,
        stderr=stderr.decode("utf-8", "surrogateescape"),
        seconds=time.monotonic() - begin,
    )


def faults(run: Ran, codes: Sequence[int], seconds: float = 0.0) -> Iterator[str]:
    """What a run does that none may: it must end with one of some codes, in time if given."""
    if run.code is None:
        yield "hangs"
    elif run.code not in codes:
        yield f"ends with {run.code}"
    if "Traceback" in run.stderr:
        yield "shows a traceback"
    if SECRET in run.stderr or SECRET.encode() in run.stdout:
        yield "shows a secret"
    if _RAW.search(run.stderr):
        yield "shows something raw"
    if seconds and run.seconds > seconds + START:
        yield f"takes more than {seconds:g} s"
    if run.code and run.stdout:
        yield "writes output though it fails"


def finding(name: str, fault: str, run: Ran, **files: bytes) -> Finding:
    """A finding about a run, with what it wrote."""
    details = f"mirrorpin {' '.join(run.arguments)}\nexit code {run.code}, {run.seconds:.1f} s"
    written = {"stdout": run.stdout, "stderr": run.stderr.encode("utf-8", "surrogateescape")}
    return Finding(title=f"{name}: {fault}", details=details, files={**written, **files})

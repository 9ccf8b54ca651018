"""Run a command as a whole process and measure that process alone.

The kernel hands a process's peak memory down to what it starts, so a large caller would be counted
into a small command. The command is therefore started by a small process of its own: this file.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_SECONDS = 60
MAX_MEMORY = 2 << 30

_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a process did: wall and processor time in seconds, peak resident memory in bytes, its
    exit code."""

    seconds: float
    processor: float
    memory: int
    exit_code: int
    stdout: bytes
    stderr: str


def run(command: Sequence[str], stdin: bytes | Path = b"") -> Run:
    """Run a command to its end, or until it has used `MAX_SECONDS` of the processor.

    Takes its arguments (the first is the program), and what it reads on stdin as bytes or as a
    file. It gets at most `MAX_MEMORY` bytes of address space. Returns what it did; an exit code of
    -n means that signal n ended it.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder, name)) for name in ("stdin", "stdout", "stderr", "report")]
        if isinstance(stdin, bytes):
            Path(paths[0]).write_bytes(stdin)
        else:
            paths[0] = str(stdin)
        launcher = [sys.executable, "-I", "-S", __file__, *paths, *command]
        subprocess.run(launcher, check=True)
        report = json.loads(Path(paths[3]).read_bytes())
        return Run(
            seconds=report["seconds"],
            processor=report["processor"],
            memory=report["memory"],
            exit_code=report["exit_code"],
            stdout=Path(paths[1]).read_bytes(),
            stderr=Path(paths[2]).read_text(errors="replace"),
        )


def _launch(paths: Sequence[str], command: Sequence[str]) -> None:
    stdin, stdout, stderr, report = paths
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    with open(stdin, "rb") as source, open(stdout, "wb") as out, open(stderr, "wb") as log:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=source, stdout=out, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
    facts = {
        "seconds": seconds,
        "processor": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * _BYTES_PER_UNIT,
        "exit_code": os.waitstatus_to_exitcode(status),
    }
    Path(report).write_text(json.dumps(facts))
    process.returncode = facts["exit_code"]


if __name__ == "__main__":
    _launch(sys.argv[1:5], sys.argv[5:])

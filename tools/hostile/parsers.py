"""Coverage-guided fuzzing of every parser of foreign text, with atheris and libFuzzer."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.helpers.shared import ROOT
from tools.hostile.findings import Finding, Plan, Summary, skipped
from tools.hostile.targets import TARGETS
from transformer.records import record

# Importing with its instruments on a busy machine, and an input that waits until libFuzzer ends it.
PATIENCE = 600

_CRASHES = ("crash-", "timeout-", "oom-", "slow-unit-")


@record
class _Ran:
    name: str
    tried: int
    finding: Finding | None


def run(plan: Plan) -> Summary:
    """Fuzz every target for the plan's seconds; in a short run all of them in one process."""
    if importlib.util.find_spec("atheris") is None:
        return skipped(
            "atheris is not installed: it is built for Python 3.11 to 3.13 on Linux and x86-64"
        )
    names = ["all"] if plan.short else sorted(TARGETS)
    with ThreadPoolExecutor(plan.jobs) as pool:
        ran = list(pool.map(lambda name: _fuzz(name, plan), names))
    findings = [it.finding for it in ran if it.finding is not None]
    seen = {"targets": len(TARGETS)}
    return Summary(tried=sum(it.tried for it in ran), seen=seen, findings=findings)


def _fuzz(name: str, plan: Plan) -> _Ran:
    folder = plan.folder / "parsers" / name
    folder.mkdir(parents=True)
    given = [name, str(plan.seconds), str(plan.seed), str(folder)]
    command = [sys.executable, "-m", "tools.hostile.fuzzer", *given]
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder)},  # libFuzzer leaves without cleaning up
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=plan.seconds + PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return _Ran(name=name, tried=0, finding=Finding(title=f"{name} does not end", files={}))
    said = done.stdout.decode("utf-8", "replace")
    tried = re.search(r"(?m)^stat::number_of_executed_units: *(\d+)", said)
    found = finding(name, done.returncode, said, folder)
    return _Ran(name=name, tried=int(tried[1]) if tried else 0, finding=found)


def finding(name: str, status: int, said: str, folder: Path) -> Finding | None:
    shown = {it.name: it.read_bytes() for it in folder.iterdir() if _is_crash(it)}
    if status == 0 and not shown:
        return None
    raised = re.search(r"Uncaught Python exception: ===\s+(\w+)", said)
    told = raised or re.search(r"libFuzzer: (.*)", said)
    what = told[1] if told else f"ends with status {status}"
    return Finding(title=f"{name}: {what}", details=_tail(said.splitlines()), files=shown)


def _is_crash(path: Path) -> bool:
    return path.is_file() and path.name.startswith(_CRASHES)


def _tail(lines: Sequence[str]) -> str:
    return "\n".join(lines[-80:])

"""Faults of the disk: what is to be written does not fit.

Where this user may mount one, on a tiny tmpfs; everywhere, under a limit of the size of files. What
was there stays, nothing is left beside it, and no run ends well.
"""

from __future__ import annotations

import resource
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.quirk_server import QuirkServer
from tools.hostile.findings import Finding, Plan, Summary
from tools.hostile.inputs import CONFIG, LOCK, configure, fill
from tools.hostile.process import Ran, command, environment, faults, finding
from transformer.records import replace

TINY = 8 << 10
IMAGES = 100
OLD = b"version: 1\nimages: {}\n"


def run(plan: Plan) -> Summary:
    """Write a lock, a log, a cache and an output where they do not fit."""
    seen: Counter[str] = Counter()
    findings: list[Finding] = []
    with QuirkServer() as server:
        data = fill(server, IMAGES)
        for where, outcomes in (
            ("limit", _limited(plan.folder / "limit", server.host, data)),
            ("tmpfs", _tiny(plan.folder / "tmpfs", server.host, data)),
            ("full", _full(plan.folder / "full", server.host, data)),
        ):
            for name, done, found in outcomes:
                seen[f"{where} exit {done.code}"] += 1
                findings += [finding(f"{where}, {name}", it, done) for it in found]
    return Summary(tried=seen.total(), seen=dict(seen), findings=findings)


Outcome = tuple[str, Ran, list[str]]


def _limited(folder: Path, host: str, data: bytes) -> Iterator[Outcome]:
    folder.mkdir()
    yield _lock(folder, host, data, limit=TINY)
    yield _cache(folder, host, data, folder / "cache.sqlite", limit=TINY)


def _tiny(folder: Path, host: str, data: bytes) -> Iterator[Outcome]:
    folder.mkdir()
    with _mounted(folder) as is_there:
        if is_there:
            yield _lock(folder, host, data)
            yield _cache(folder, host, data, folder / "cache.sqlite")


@contextmanager
def _mounted(folder: Path) -> Iterator[bool]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TINY}", "mirrorpin-hostile", str(folder)]
    try:
        is_there = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        is_there = False
    try:
        yield is_there
    finally:
        if is_there:
            subprocess.run(["umount", str(folder)], check=True)


def _full(folder: Path, host: str, data: bytes) -> Iterator[Outcome]:
    folder.mkdir()
    configure(folder, host, "off")
    with open("/dev/full", "wb") as full:
        done = _run(folder, ["-"], data, stdout=full.fileno())
    yield "output", done, list(faults(done, (2,)))
    done = _run(folder, ["--log-file", "/dev/full", "-v", "-"], data)
    # That the last line of a log does not fit is seen when the output is out.
    found = ["writes a part of the output"] if done.stdout not in (b"", data) else []
    yield "log", done, [*found, *faults(replace(done, stdout=b""), (2,))]


def _lock(folder: Path, host: str, data: bytes, limit: int = 0) -> Outcome:
    configure(folder, host, "lock")
    (folder / LOCK).write_bytes(OLD)
    done = _run(folder, ["lock", "-"], data, limit=limit)
    found = list(faults(done, (2,)))
    if (folder / LOCK).read_bytes() != OLD:
        found.append("changes the lock though it does not fit")
    left = {it.name for it in folder.iterdir()} - {LOCK, CONFIG}
    if left:
        found.append(f"leaves {', '.join(sorted(left))}")
    return "lock", done, found


def _cache(folder: Path, host: str, data: bytes, path: Path, limit: int = 0) -> Outcome:
    """A cache that cannot grow costs an answer at most, and no run."""
    configure(folder, host, "resolve")
    done = _run(folder, ["--cache", str(path), "-"], data, limit=limit)
    found = list(faults(done, (0,)))
    if done.stdout.count(b"@sha256:") != IMAGES:
        found.append("pins not every image")
    return "cache", done, found


def _run(
    folder: Path, arguments: Sequence[str], data: bytes, limit: int = 0, stdout: int = -1
) -> Ran:
    def bound() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        command(*arguments),
        check=False,
        cwd=folder,
        # Python leaves half of a compiled file behind where it does not fit.
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        input=data,
        stdout=subprocess.PIPE if stdout < 0 else stdout,
        stderr=subprocess.PIPE,
        timeout=60,
        preexec_fn=bound,
    )
    return Ran(
        arguments=tuple(arguments),
        code=done.returncode,
        stdout=done.stdout or b"",
        stderr=done.stderr.decode("utf-8", "replace"),
        seconds=0.0,
    )

"""Runs that are ended in the middle: by signals, by closed pipes, and `lock` by kill -9.

A run that ends well has written all of its output; a lock is the old one or the new one.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import generate
from tests.helpers.quirk_server import QuirkServer
from tools.hostile.findings import Finding, Plan, Summary
from tools.hostile.inputs import LOCK, configure, fill
from tools.hostile.process import Ran, command, environment, finding, ran
from transformer import parse_lock

ROUNDS, SHORT_ROUNDS = 60, 8
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
INTERRUPTED = 130
IMAGES = 40

# Ends a run, and returns what it has read of its output by then.
End = Callable[["subprocess.Popen[bytes]"], bytes]


def run(plan: Plan) -> Summary:
    """End runs at random moments, of `transform` and of `lock`."""
    rounds = SHORT_ROUNDS if plan.short else ROUNDS
    seen: Counter[str] = Counter()
    findings: list[Finding] = []
    for part in (_transforms, _locks):
        for outcome, found in part(plan, rounds):
            seen[outcome] += 1
            findings += found
    return Summary(tried=seen.total(), seen=dict(seen), findings=findings)


def _transforms(plan: Plan, rounds: int) -> Iterator[tuple[str, list[Finding]]]:
    folder = plan.folder / "signals"
    folder.mkdir()
    (folder / "mirrorpin.yaml").write_text(generate.config())
    apps = 100 if plan.short else 600
    (folder / "big.yaml").write_text(generate.stream(apps))
    whole = ran("-q", "big.yaml", folder=folder)
    assert whole.code == 0, whole.stderr
    rng = random.Random(plan.seed)
    for number in range(rounds):
        end = _ends(rng, whole.seconds, number)
        done = _ended(folder, end)
        part = _part(done.stdout, whole.stdout)
        # A reader that goes away has what it wants.
        bad = done.code == 0 and part != "all" and number % 4
        codes = {0, 1, 2, INTERRUPTED, -signal.SIGPIPE, *(-it for it in SIGNALS)}
        faults = ["ends well with a part of its output"] * bool(bad)
        faults += [f"ends with {done.code}"] * (done.code not in codes)
        faults += ["writes another output"] * (part == "another")
        # Before our first line runs, an interrupt is Python's to tell.
        faults += ["shows a traceback"] * ("transformer/" in done.stderr)
        outcome = f"{part} output, exit {done.code}"
        yield outcome, [finding("a signal", it, done) for it in faults]


def _ends(rng: random.Random, seconds: float, number: int) -> End:
    """How a run is ended: every fourth by a reader that leaves, the others by a signal."""
    if number % 4 == 0:
        return lambda process: _leave(process, rng.choice((0, 1, 4_096, 1 << 16)))
    wait, which = rng.uniform(0, seconds), SIGNALS[number % len(SIGNALS)]

    def end(process: subprocess.Popen[bytes]) -> bytes:
        head = b""
        if number % 2:
            time.sleep(wait)
        else:
            head = _read(process, 1)  # once it has begun to write
        process.send_signal(which)
        return head

    return end


def _leave(process: subprocess.Popen[bytes], count: int) -> bytes:
    head = _read(process, count)
    assert process.stdout is not None
    process.stdout.close()
    return head


def _read(process: subprocess.Popen[bytes], count: int) -> bytes:
    assert process.stdout is not None
    return os.read(process.stdout.fileno(), count)


def _ended(folder: Path, end: End) -> Ran:
    begin = time.monotonic()
    with subprocess.Popen(
        command("-q", "big.yaml"),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_default_signals,
    ) as process:
        head = end(process)
        assert process.stdout is not None
        assert process.stderr is not None
        rest = b"" if process.stdout.closed else process.stdout.read()
        stderr = process.stderr.read()
        code = process.wait(60)
    return Ran(
        arguments=("-q", "big.yaml"),
        code=code,
        stdout=head + rest,
        stderr=stderr.decode("utf-8", "replace"),
        seconds=time.monotonic() - begin,
    )


def _default_signals() -> None:
    # What starts a campaign in the background may have it ignore them.
    for it in (*SIGNALS, signal.SIGPIPE):
        signal.signal(it, signal.SIG_DFL)


def _part(output: bytes, whole: bytes) -> str:
    if output == whole:
        return "all"
    if whole.startswith(output):
        return "part of the" if output else "no"
    return "another"


def _locks(plan: Plan, rounds: int) -> Iterator[tuple[str, list[Finding]]]:
    rng = random.Random(plan.seed)
    folder = plan.folder / "killed"
    folder.mkdir()
    with QuirkServer() as server:
        configure(folder, server.host, "lock")
        data = fill(server, IMAGES)
        whole = ran("lock", "-", folder=folder, stdin=data)
        assert whole.code == 0, whole.stderr
        new = (folder / LOCK).read_bytes()
        old = _older(new)
        for _ in range(rounds):
            (folder / LOCK).write_bytes(old)
            done = _killed(folder, data, rng.uniform(0.2, 1.2) * whole.seconds)
            left = (folder / LOCK).read_bytes()
            is_whole = left in (old, new)
            outcome = "new lock" if left == new else "old lock"
            fault = "leaves a lock that is neither the old nor the new one"
            found = [] if is_whole else [finding("kill -9", fault, done, **{LOCK: left})]
            yield outcome if is_whole else "broken lock", found


def _older(lock: bytes) -> bytes:
    """The same lock before its last image was there."""
    text = lock.decode()
    keys = list(parse_lock(LOCK, text))
    return text[: text.index(f"  {keys[-1]}")].encode()


def _killed(folder: Path, data: bytes, seconds: float) -> Ran:
    with subprocess.Popen(
        command("lock", "-"),
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            stdout, stderr = process.communicate(data, seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
    said = stderr.decode("utf-8", "replace")
    return Ran(
        arguments=("lock", "-"),
        code=process.returncode,
        stdout=stdout,
        stderr=said,
        seconds=seconds,
    )

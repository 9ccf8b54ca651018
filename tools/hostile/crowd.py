"""Many runs at once that share a digest cache, some of which are killed.

Whoever asks first asks for all: however many run, the registry is asked once for each image.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.helpers.quirk_server import QuirkServer
from tools.hostile.findings import Finding, Plan, Summary
from tools.hostile.inputs import configure, fill
from tools.hostile.process import Ran, faults, finding, ran
from transformer.records import record

RUNS, SHORT_RUNS = 1_000, 200
AT_ONCE = 16
# Of so many runs one is killed, but for those that begin with an empty cache: whoever is killed
# while it asks leaves its questions to the next one.
KILLED = 10
IMAGES = 20


@record
class _Ended:
    done: Ran
    is_killed: bool


def run(plan: Plan) -> Summary:
    """Resolve the same images from one cache, many runs at a time."""
    runs = SHORT_RUNS if plan.short else RUNS
    folder = plan.folder / "crowd"
    folder.mkdir()
    with QuirkServer() as server:
        configure(folder, server.host, "resolve")
        data = fill(server, IMAGES)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ended = list(pool.map(lambda number: _one(folder, data, number, plan), range(runs)))
        asked = Counter(it.path for it in server.seen if "/manifests/" in it.path)
    output = ended[0].done.stdout
    findings = [found for it in ended if not it.is_killed for found in findings_of(it.done, output)]
    again = [f"{path}: {count}" for path, count in sorted(asked.items()) if count > 1]
    if again or len(asked) != IMAGES:
        title = f"{asked.total()} questions for {IMAGES} images"
        findings.append(Finding(title=title, details="\n".join(again), files={}))
    seen = Counter("killed" if it.is_killed else f"exit {it.done.code}" for it in ended)
    seen["questions"] = asked.total()
    return Summary(tried=runs, seen=dict(seen), findings=findings)


def _one(folder: Path, data: bytes, number: int, plan: Plan) -> _Ended:
    is_early = number < 2 * AT_ONCE
    is_killed = number % KILLED == 0 and not is_early
    moment = random.Random(f"{plan.seed}:{number}").uniform(0.0, 0.4)
    cache = folder / "cache.sqlite"
    given = ("--cache", str(cache), "-q", "-")
    seconds = moment if is_killed else 120.0
    return _Ended(done=ran(*given, folder=folder, stdin=data, seconds=seconds), is_killed=is_killed)


def findings_of(done: Ran, output: bytes) -> Iterator[Finding]:
    """What is wrong with a run that was left to its end, given the output of the first one."""
    found = list(faults(done, (0,)))
    if done.stdout != output or output.count(b"@sha256:") != IMAGES:
        found.append("pins otherwise than the first one")
    yield from (finding("a run of many", it, done) for it in found)

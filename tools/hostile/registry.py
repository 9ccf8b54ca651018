"""The lying registry, asked by every command that asks one."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.hostile.findings import Finding, Plan, Summary
from tools.hostile.inputs import LOCK, configure, pod
from tools.hostile.liar import Liar
from tools.hostile.lies import LIES, SLOW
from tools.hostile.process import SECRET, Ran, environment, faults, finding, ran
from transformer import ConfigError, parse_lock

DEADLINE = 5.0
# Each command that asks, and the mode of digests in which it does.
COMMANDS = {"lock": "lock", "verify": "off", "transform": "resolve"}


def run(plan: Plan) -> Summary:
    """Ask for every lie alone, with each command; in a short run for all quick ones together."""
    with Liar() as liar, ThreadPoolExecutor(2 * plan.jobs) as pool:
        folder = home(plan.folder / "home", liar.host)
        groups = [[name] for name in LIES]
        if plan.short:
            groups = [[name for name in LIES if name not in SLOW]]
        tasks = [(command, names) for names in groups for command in COMMANDS]
        tried = list(pool.map(lambda it: ask(liar, folder, plan.folder, *it), tasks))
    seen = Counter(f"exit {it.code}" for it, _ in tried)
    findings = [found for _, them in tried for found in them]
    if liar.stolen:
        stolen = "\n".join(liar.stolen)
        findings.append(Finding(title="credentials for a neighbour", details=stolen, files={}))
    count = sum(len(names) for _, names in tasks)
    return Summary(tried=count, seen=dict(seen), findings=findings)


def home(folder: Path, host: str) -> Path:
    auth = base64.b64encode(f"user:{SECRET}".encode()).decode()
    (folder / ".docker").mkdir(parents=True)
    (folder / ".docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
    return folder


def ask(
    liar: Liar, home: Path, scratch: Path, command: str, names: Sequence[str]
) -> tuple[Ran, list[Finding]]:
    title = f"{command} {names[0] if len(names) == 1 else 'together'}"
    folder = scratch / title.replace(" ", "-")
    folder.mkdir()
    configure(folder, liar.host, COMMANDS[command], "linux/amd64")
    data = pod(f"{liar.host}/{it}/x:1" for it in names)
    deadline = DEADLINE if len(names) == 1 else 4 * DEADLINE
    done = ran(
        *(command, "--deadline", f"{deadline:g}", "-"),
        folder=folder,
        stdin=data,
        seconds=deadline + 60,
        variables=environment(HOME=str(home)),
    )
    found = [*faults(done, (0, 1), deadline), *_lock_faults(folder)]
    return done, [finding(title, it, done, **{"input.yaml": data}) for it in found]


def _lock_faults(folder: Path) -> Iterator[str]:
    lock = folder / LOCK
    if not lock.exists():
        return
    try:
        parsed = parse_lock(LOCK, lock.read_text("utf-8"))
        for key in parsed:
            parsed.get(key)
    except (ConfigError, UnicodeDecodeError) as error:
        yield f"writes a lock that cannot be read: {error}"
    if lock.stat().st_size > 64 << 10:
        yield "writes a lock of more than 64 KiB"

"""`python -m tools.hostile`: see the package. Its exit code is 1 where there is a finding."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.hostile import crowd, disk, manifests, parsers, permissions, registry, signals, suite
from tools.hostile.findings import Part, Plan, table, write

PARTS: dict[str, Part] = {
    "manifests": manifests.run,
    "parsers": parsers.run,
    "registry": registry.run,
    "signals": signals.run,
    "crowd": crowd.run,
    "disk": disk.run,
    "permissions": permissions.run,
    "suite": suite.run,
}
MUTATIONS, SHORT_MUTATIONS = 20_000, 1_500
SECONDS, SHORT_SECONDS = 60, 15


def main(argv: Sequence[str] | None = None) -> int:
    """Run the parts, print their table, and return 0 without a finding, 1 otherwise."""
    given = _parser().parse_args(argv)
    folder = Path(given.findings)
    rows = []
    with tempfile.TemporaryDirectory(prefix="mirrorpin-hostile-") as scratch:
        plan = _plan(given, Path(scratch))
        for name in given.part or PARTS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            begin = time.monotonic()
            summary = PARTS[name](plan)
            rows.append((name, summary, time.monotonic() - begin))
            write(folder, name, summary.findings)
    for line in table(rows):
        print(line)
    findings = [f"{name}: {it.title}" for name, summary, _ in rows for it in summary.findings]
    for title in dict.fromkeys(findings):
        print(f"finding: {title} ({findings.count(title)})")
    if findings:
        print(f"written below {folder}")
    return 1 if findings else 0


def _plan(given: argparse.Namespace, folder: Path) -> Plan:
    short = given.short
    return Plan(
        seed=given.seed,
        start=given.start,
        mutations=given.mutations or (SHORT_MUTATIONS if short else MUTATIONS),
        seconds=given.seconds or (SHORT_SECONDS if short else SECONDS),
        jobs=given.jobs,
        short=short,
        folder=folder,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.hostile", description=__doc__)
    parser.add_argument("--short", action="store_true", help="two minutes at most")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random (default 1)")
    parser.add_argument(
        "--start", type=int, default=0, help="the first mutation's number, to go on"
    )
    parser.add_argument("--mutations", type=int, default=0, help=f"how many (default {MUTATIONS})")
    parser.add_argument("--seconds", type=int, default=0, help=f"a target (default {SECONDS})")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--findings", default="findings", metavar="DIR", help="where they go")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""What a part of the campaign comes to: how much was tried, and what broke a promise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from transformer.records import record

# Of more findings of one part the rest are counted: they are mostly one fault.
MAX_WRITTEN = 50


@record
class Plan:
    """What a run of the campaign is to do.

    `mutations` are tried from number `start` on, each made of its number and the `seed` alone;
    `seconds` are for each target of coverage-guided fuzzing. `short` leaves out what takes long,
    `jobs` processes work at once, and `folder` is for scratch files.
    """

    seed: int
    start: int
    mutations: int
    seconds: int
    jobs: int
    short: bool
    folder: Path


@record
class Finding:
    """A broken promise: in one line, in detail, and the files that show it."""

    title: str
    details: str = ""
    files: Mapping[str, bytes]


@record
class Summary:
    """What came of one part. `skipped` says why it did not run, `seen` counts what happened."""

    tried: int = 0
    seen: Mapping[str, int]
    findings: Sequence[Finding] = ()
    skipped: str = ""


Part = Callable[[Plan], Summary]


def skipped(reason: str) -> Summary:
    """The summary of a part that cannot run here."""
    return Summary(seen={}, skipped=reason)


def write(folder: Path, part: str, findings: Sequence[Finding]) -> None:
    """Write findings below a folder, each into one of its own with its files."""
    for number, finding in enumerate(findings[:MAX_WRITTEN], 1):
        place = folder / f"{part}-{number:03}-{slug(finding.title)}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "finding.txt").write_text(f"{finding.title}\n\n{finding.details}\n", "utf-8")
        for name, data in finding.files.items():
            (place / name).write_bytes(data)


def slug(text: str) -> str:
    """A text as the name of a folder."""
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[:60]


def table(rows: Sequence[tuple[str, Summary, float]]) -> Iterator[str]:
    """The lines of the table at the end: a row for each part, with the seconds that it took."""
    yield f"{'part':<10} {'tried':>8} {'seconds':>8} {'findings':>8}  seen"
    for name, summary, seconds in rows:
        seen = ", ".join(f"{count} {what}" for what, count in sorted(summary.seen.items()))
        said = f"skipped: {summary.skipped}" if summary.skipped else seen
        count = len(summary.findings)
        yield f"{name:<10} {summary.tried:>8} {seconds:>8.1f} {count:>8}  {said}".rstrip()

"""How time and memory grow with the input: `python -m bench.growth` measures and writes them down.

A stream and a ResourceList of the same apps, with lock and pull secrets, checked; 500 to 20,000
apps, or as many as the command line names, each in turns with the bare pass over the same bytes.
Processor time, as the least of the rounds, and peak memory go to `figures.json`, from which
`python -m bench.pictures` draws.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import generate
from bench.process import Run, run
from bench.table import print_table

APPS = (500, 1_000, 2_000, 5_000, 10_000, 20_000)
ROUNDS = 2
MB = 1_000_000

FIGURES = Path(__file__).with_name("figures.json")


def measure(folder: Path, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """What each size of each form costs: `time` is over that of the bare pass."""
    (folder / "mirrorpin.yaml").write_text(generate.config(pinning=True))
    (folder / "images.lock.yaml").write_text(generate.lock())
    for apps in sizes:
        text = generate.stream(apps)
        for form, content in (("stream", text), ("ResourceList", generate.resource_list(text))):
            source = folder / "in.yaml"
            source.write_text(content, newline="\n")
            rounds = [_round(folder, source) for _ in range(ROUNDS)]
            ours, bare = (min(it[at].processor for it in rounds) for at in (0, 1))
            yield {
                "apps": apps,
                "form": form,
                "megabytes": round(source.stat().st_size / MB, 2),
                "seconds": round(ours, 3),
                "time": round(ours / bare, 2),
                "memory": round(max(it[0].memory for it in rounds) / MB),
            }


def _round(folder: Path, source: Path) -> tuple[Run, Run]:
    config = str(folder / "mirrorpin.yaml")
    ours = run([sys.executable, "-m", "transformer", "-q", "-c", config, str(source)])
    bare = run([sys.executable, "-m", "bench.bare", str(source)])
    if ours.exit_code or bare.exit_code:
        sys.exit(f"must succeed:\n{ours.stderr}{bare.stderr}")
    return ours, bare


def table(growth: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """The cells of the table of growth."""
    yield "input", "apps", "size", "time, of the bare pass", "peak memory", "of the input"
    for it in growth:
        size, memory = it["megabytes"], it["memory"]
        yield (
            it["form"],
            f"{it['apps']:,}",
            f"{size:.1f} MB",
            f"{it['time']:.2f}",
            f"{memory} MB",
            f"{memory / size:.1f}",
        )


def main() -> None:
    """Measure, write down, print."""
    with tempfile.TemporaryDirectory() as name:
        growth = list(measure(Path(name), [*map(int, sys.argv[1:])] or APPS))
    figures = json.loads(FIGURES.read_text())
    FIGURES.write_text(json.dumps({**figures, "growth": growth}, indent=2) + "\n")
    print_table(table(growth))


if __name__ == "__main__":
    main()

"""Measure whole processes, in turns, and print ratios: `python -m bench [--short]`.

Ratios within one run mean the same on any machine; the times beside them do not. Goals that are
missed are named, and are no failure of the run: another process may have had the processor. A
command that fails, or does not rewrite every image, is one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import custom, generate, hostile, hosts, install, registries
from bench.process import Run, run
from bench.table import Ratio, print_table, ratios

ROUNDS = 15
SHORT_ROUNDS = 3
MIB = 1 << 20


RATIOS = (
    Ratio(title="rewrite, no check", command="rewrite", against="events", goal=1.5),
    Ratio(title="rewrite, checked (default)", command="checked", against="events", goal=2.5),
    Ratio(title="rewrite, pin, pull secrets, checked", command="all", against="events"),
    Ratio(title="a lock of 10,000 entries", command="large lock", against="all", goal=1.25),
    Ratio(title="checked, only documents with images", command="dense", against="events of dense"),
    Ratio(title="checked, one ResourceList", command="list", against="events of list", goal=2.5),
    Ratio(
        title="5,000 custom resources of 50 kinds, no check",
        command="custom",
        against="events of custom",
        goal=2,
    ),
    Ratio(title="the same, checked", command="custom checked", against="events of custom"),
    Ratio(
        title="install manifests, mostly CustomResourceDefinitions",
        command="install",
        against="events of install",
        goal=1.5,
    ),
    Ratio(title="ten documents", command="ten", against="import yaml", goal=2),
    Ratio(title="4x the documents", command="checked 4x", against="checked", goal=4.6, least=3.4),
)


def commands(folder: Path) -> dict[str, list[str]]:
    """Write every input into a folder; the commands to measure, by name."""
    text = generate.stream()
    dense = "".join(f"---\n{part}" for part in text.split("---\n") if "image: " in part)
    inputs = {
        "stream": text,
        "ten": "".join(f"---\n{part}" for part in text.split("---\n")[1:11]),
        "dense": dense,
        "list": generate.resource_list(text),
        "4x": generate.stream(4 * generate.APPS),
        "custom": custom.stream(),
        "install": install.stream(),
    }
    for name, content in inputs.items():
        (folder / f"{name}.yaml").write_text(content, newline="\n")
    (folder / "config.yaml").write_text(generate.config())
    (folder / "pinning.yaml").write_text(generate.config(pinning=True))
    (folder / "images.lock.yaml").write_text(generate.lock())
    large = generate.config(pinning=True).replace("images.lock.yaml", "large.lock.yaml")
    (folder / "large.yaml").write_text(large)
    (folder / "large.lock.yaml").write_text(generate.large_lock())

    def mirrorpin(name: str, config: str, *options: str) -> list[str]:
        paths = (str(folder / config), str(folder / f"{name}.yaml"))
        return [sys.executable, "-m", "transformer", "-q", *options, "-c", *paths]

    def events(name: str) -> list[str]:
        return [sys.executable, "-m", "bench.bare", str(folder / f"{name}.yaml")]

    return {
        "import yaml": [sys.executable, "-c", "import yaml"],
        "ten": mirrorpin("ten", "config.yaml"),
        "events": events("stream"),
        "rewrite": mirrorpin("stream", "config.yaml", "--no-verify"),
        "checked": mirrorpin("stream", "config.yaml"),
        "all": mirrorpin("stream", "pinning.yaml"),
        "large lock": mirrorpin("stream", "large.yaml"),
        "events of dense": events("dense"),
        "dense": mirrorpin("dense", "config.yaml"),
        "events of list": events("list"),
        "list": mirrorpin("list", "config.yaml"),
        "checked 4x": mirrorpin("4x", "config.yaml"),
        "events of custom": events("custom"),
        "custom": mirrorpin("custom", "config.yaml", "--no-verify"),
        "custom checked": mirrorpin("custom", "config.yaml"),
        "events of install": events("install"),
        "install": mirrorpin("install", "config.yaml"),
    }


def measure(folder: Path, rounds: int) -> dict[str, list[Run]]:
    """Run every command once a round, one after the other."""
    wanted = commands(folder)
    expected = {
        "rewrite": 6_000,
        "checked": 6_000,
        "all": 6_000,
        "large lock": 6_000,
        "list": 6_000,
        "checked 4x": 24_000,
        "custom": custom.OBJECTS,
        "custom checked": custom.OBJECTS,
        "install": install.OPERATORS,
    }
    runs: dict[str, list[Run]] = {name: [] for name in wanted}
    for _ in range(rounds):
        for name, command in wanted.items():
            done = run(command)
            if done.exit_code:
                sys.exit(f"must succeed: {' '.join(command)}\n{done.stderr}")
            images = done.stdout.count(f"{generate.TARGET}/".encode())
            if images != expected.get(name, images):
                sys.exit(f"must rewrite {expected[name]} images, not {images}: {name}")
            runs[name].append(done)
    return runs


def memory(runs: dict[str, list[Run]]) -> Iterator[tuple[str, ...]]:
    """The cells of the table of peak memory, the largest of all rounds."""
    yield "what", "peak memory"
    for name, done in runs.items():
        yield name, f"{max(it.memory for it in done) / MIB:.0f} MiB"


def hostile_inputs(folder: Path) -> Iterator[tuple[str, ...]]:
    """The cells of the table of hostile inputs: what comes of each, how fast and how large."""
    yield "input", "size", "exit", "time", "peak memory", ""
    for name, make in hostile.INPUTS.items():
        path = folder / "hostile"
        path.write_text(make(), newline="\n")
        done = run([sys.executable, "-m", "transformer", "-c", str(folder / "config.yaml")], path)
        is_within = done.seconds <= hostile.MAX_SECONDS and done.memory <= hostile.MAX_MEMORY
        yield (
            name,
            f"{path.stat().st_size / MIB:.1f} MiB",
            str(done.exit_code),
            f"{done.seconds:.2f} s",
            f"{done.memory / MIB:.0f} MiB",
            "" if is_within else "missed",
        )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"{SHORT_ROUNDS} rounds only")
    is_short = parser.parse_args().short
    rounds = SHORT_ROUNDS if is_short else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = measure(folder, rounds)
        print(f"medians of {rounds} rounds, Python {sys.version.split()[0]}\n")
        seconds = {name: [it.seconds for it in done] for name, done in runs.items()}
        print_table(ratios(RATIOS, seconds))
        print_table(memory(runs))
        print_table(hostile_inputs(folder))
        registries.report(folder, rounds)
        for table in hosts.tables(folder, is_short=is_short):
            print_table(table)


if __name__ == "__main__":
    main()

"""Measure what `sync` adds to its engine, with images of real size: `python -m bench.copies`.

Each image has a layer of 20 to 50 MB of its own. A shell runs the commands of `sync --dry-run`, one
after the other, and then `mirrorpin sync --engine crane --jobs 1` does, from one registry on this
machine to empty ones, in turns; and once more, when nothing is missing: what is not the copies.
Then 500 images are there, and `plan --missing`, which looks for them, takes turns with `verify`,
which asks for each once. So does `plan` where a lock has the digests; otherwise it asks the
sources, too.

Wall time is what a user waits for. Processor time is that of the command and all that it started,
which another process on the machine changes little.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import registries
from bench.table import print_table
from tests.e2e.pusher import OCI_CONFIG, OCI_LAYER, Pusher
from tests.e2e.registries import distribution
from tests.e2e.tools import CRANE, REGISTRY
from transformer.registry.manifests import OCI_MANIFEST

MB = 1_000_000
SIZES = (20, 25, 30, 35, 40, 50)
IMAGES = [f"team/app{number}:1" for number in range(2 * len(SIZES))]
ROUNDS = 6

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {{source: "{source}", target: "{mirror}"}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a command took, in seconds: on the wall, and of the processor with all it started."""

    wall: float
    processor: float


def spend(command: Sequence[str], folder: Path, output: Path | None = None) -> Spent:
    """Run a command to its end, with the tools on its PATH, and keep what it writes."""
    path = os.pathsep.join((str(CRANE.folder), os.environ["PATH"]))
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder)},
        text=True,
    )
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"must succeed: {' '.join(command)}\n{done.stderr}")
    if output is not None:
        output.write_text(done.stdout)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall=wall, processor=processor)


def mirrorpin(*options: str) -> list[str]:
    return [sys.executable, "-m", "transformer", options[0], "-q", *options[1:], "all.yaml"]


def fill(host: str) -> None:
    """Push the images; no two have a layer in common."""
    for number, image in enumerate(IMAGES):
        path, _, tag = image.partition(":")
        pusher = Pusher(host=host, path=path)
        layer = pusher.blob(os.urandom(SIZES[number % len(SIZES)] * MB))
        content = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": OCI_CONFIG, **pusher.blob(b"{}")},
            "layers": [{"mediaType": OCI_LAYER, **layer}],
        }
        pusher.manifest(tag, content, OCI_MANIFEST)


@contextmanager
def empty_mirror(folder: Path, source: str) -> Iterator[str]:
    """A registry on the disk with nothing in it, and a configuration that mirrors to it."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        storage = {"filesystem": {"rootdirectory": name}}
        with distribution(REGISTRY, Path(name, "registry"), storage=storage) as mirror:
            config = CONFIG.format(source=source, mirror=mirror.host)
            (folder / "mirrorpin.yaml").write_text(config)
            yield mirror.host


def copies(folder: Path, source: str) -> dict[str, list[Spent]]:
    """What each takes to copy all images to an empty mirror, in turns."""
    spent: dict[str, list[Spent]] = {"crane": [], "sync": [], "sync, all there": []}
    for number in range(ROUNDS + 1):
        # Who comes second waits for the disk to write what the first one left.
        for name in ("crane", "sync") if number % 2 else ("sync", "crane"):
            with empty_mirror(folder, source) as mirror:
                command = _copying(name, folder, source, mirror)
                took = {name: spend(command, folder)}
                if name == "sync":
                    took["sync, all there"] = spend(command, folder)
            # The first round fills the disk's cache.
            for it, once in took.items() if number else ():
                spent[it].append(once)
    return spent


def _copying(name: str, folder: Path, source: str, mirror: str) -> list[str]:
    hosts = (f"--plain-http={source}", f"--plain-http={mirror}")
    command = mirrorpin("sync", "--engine=crane", "--jobs=1", *hosts)
    if name == "sync":
        return command
    spend([*command, "--dry-run"], folder, folder / "copy.sh")
    return ["sh", "-e", "copy.sh"]


def looks(folder: Path, source: str, mirror: str) -> dict[str, list[Spent]]:
    """What each takes to look for images that are at the mirror, in turns."""
    (folder / "mirrorpin.yaml").write_text(CONFIG.format(source=source, mirror=mirror))
    hosts = (f"--plain-http={source}", f"--plain-http={mirror}")
    commands = {
        "verify": mirrorpin("verify", *hosts),
        "plan --missing": mirrorpin("plan", "--missing", *hosts),
    }
    spent: dict[str, list[Spent]] = {}
    for lock in ("", ", with a lock"):
        if lock:
            with (folder / "mirrorpin.yaml").open("a") as config:
                config.write("  digests: {mode: lock}\n")
            spend(mirrorpin("lock", *hosts), folder)
        for _ in range(ROUNDS):
            for name, command in commands.items():
                spent.setdefault(f"{name}{lock}", []).append(spend(command, folder))
    return spent


def rows(spent: Mapping[str, list[Spent]]) -> Iterator[tuple[str, ...]]:
    """The cells of a table: medians, and their ratios to those of the first."""
    yield "what", "wall", "", "processor", ""
    kinds: tuple[Callable[[Spent], float], ...] = (lambda it: it.wall, lambda it: it.processor)
    medians = {
        name: [statistics.median(map(kind, took)) for kind in kinds] for name, took in spent.items()
    }
    first = next(iter(medians.values()))
    for name, found in medians.items():
        cells = ((f"{it:.2f} s", f"{it / one:.2f}x") for it, one in zip(found, first, strict=True))
        yield name, *(cell for pair in cells for cell in pair)


def write_pods(folder: Path, host: str, names: Sequence[str]) -> None:
    pods = (registries.POD.format(number=number, image=name) for number, name in enumerate(names))
    (folder / "all.yaml").write_text("".join(pods).replace("ghcr.io/", f"{host}/"))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage = {"filesystem": {"rootdirectory": str(folder / "source-data")}}
        with distribution(REGISTRY, folder / "source", storage=storage) as source:
            fill(source.host)
            write_pods(folder, source.host, IMAGES)
            size = sum(SIZES) * 2
            print(f"{len(IMAGES)} images of 20 to 50 MB, {size} MB, medians of {ROUNDS} rounds\n")
            print_table(rows(copies(folder, source.host)))
            with distribution(REGISTRY, folder / "mirror") as mirror:
                found = registries.fill(source.host)
                registries.fill(mirror.host)
                write_pods(folder, source.host, list(found))
                print(f"{len(found)} images that are there, medians of {ROUNDS} rounds\n")
                print_table(rows(looks(folder, source.host, mirror.host)))


if __name__ == "__main__":
    main()

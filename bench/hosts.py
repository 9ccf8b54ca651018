"""What mirrorpin takes of the time of its hosts: kustomize, and Argo CD's plugin server.

Both are there when `make e2e` has run; otherwise nothing of them is measured. A build of thousands
of objects takes a minute, of which mirrorpin has about a second, so the difference of two builds
says little: mirrorpin is measured alone, on the very list that kustomize hands over, and in
processor time, which counts nothing that the machine does beside.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench import generate
from tests.e2e import tools

if TYPE_CHECKING:
    from tests.e2e.argocd import Server

Cells = Iterator[tuple[str, ...]]

SHORT_APPS = 100
BUILDS = 2
RUNS = 5
ROUNDS = 15
DOCUMENTS = 10
KUSTOMIZE = tools.kustomize(tools.KUSTOMIZE_VERSIONS[-1])
PROGRAM = (sys.executable, "-m", "transformer", "-q")
ANNOTATION = """\
  annotations:
    config.kubernetes.io/function: |
      exec: {path: "%s"}
spec:
"""


def tables(folder: Path, *, is_short: bool) -> Iterator[Cells]:
    """The tables of the hosts that are installed; takes a folder to work in."""
    if KUSTOMIZE.path.exists():
        yield kustomize(folder, SHORT_APPS if is_short else generate.APPS)
    if tools.ARGOCD_CMP_SERVER.path.exists() and importlib.util.find_spec("grpc"):
        yield plugin_server(folder)


def kustomize(folder: Path, apps: int) -> Cells:
    """The cells of a table: builds, and what mirrorpin takes of them, as a function or behind."""
    text = generate.stream(apps)
    names = ("handed", "rendered", "mirrored", "config.yaml")
    handed, rendered, mirrored, config = (folder / name for name in names)
    config.write_text(generate.config())
    bare = _build(folder / "bare", text)
    nothing = _build(folder / "nothing", text, f'exec tee "{handed}"')
    function = _build(folder / "function", text, f"exec {' '.join(PROGRAM)}")
    # In turns, and the least of each: what else the machine does only ever adds to it.
    runs: dict[str, Callable[[], float]] = {
        f"kustomize build, {apps:,} apps": lambda: spend(bare, out=rendered),
        "with a function that does nothing": lambda: spend(nothing),
        "with mirrorpin": lambda: spend(function, out=mirrored),
        "mirrorpin on the list that it gets": lambda: _least(PROGRAM, handed),
        "mirrorpin behind the build, in a pipe": lambda: _least(
            (*PROGRAM, "-c", str(config)), rendered
        ),
        "mirrorpin's start": lambda: _least((*PROGRAM, "--version"), rendered),
    }
    turns = [{title: measure() for title, measure in runs.items()} for _ in range(BUILDS)]
    if (images := mirrored.read_text().count(f"{generate.TARGET}/")) != 3 * apps:
        sys.exit(f"must rewrite {3 * apps} images, not {images}")
    least = {title: min(turn[title] for turn in turns) for title in runs}
    without, with_one, *_ = least.values()
    yield "what", "processor time", "of a build without function", "of one with"
    for title, seconds in least.items():
        yield title, f"{seconds:.2f} s", f"{seconds / without:.1%}", f"{seconds / with_one:.1%}"


def _build(folder: Path, apps: str, function: str = "") -> list[str]:
    # Returns the command that builds these apps, with a line of shell as function.
    folder.mkdir()
    (folder / "apps.yaml").write_text(apps)
    (folder / "kustomization.yaml").write_text("resources: [apps.yaml]\n")
    command = [str(KUSTOMIZE.path), "build", str(folder)]
    if not function:
        return command
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{function}\n")
    program.chmod(0o755)
    config = generate.config().replace("spec:\n", ANNOTATION % program, 1)
    (folder / "images.yaml").write_text(config)
    with (folder / "kustomization.yaml").open("a") as file:
        file.write("transformers: [images.yaml]\n")
    return [*command, "--enable-alpha-plugins", "--enable-exec"]


def _least(command: Sequence[str], stdin: Path) -> float:
    return min(spend(command, stdin) for _ in range(RUNS))


def spend(command: Sequence[str], stdin: Path | None = None, out: Path | None = None) -> float:
    """Run a command, which must succeed. Returns the processor seconds of it and what it starts."""
    with (
        (stdin or Path(os.devnull)).open("rb") as source,
        (out or Path(os.devnull)).open("wb") as to,
    ):
        process = subprocess.Popen(command, stdin=source, stdout=to)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"must succeed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime


def plugin_server(folder: Path) -> Cells:
    """The cells of a table: GenerateManifest of a small app, with mirrorpin and without."""
    from tests.e2e.argocd import PLUGIN, serve, sidecar
    from tests.helpers.rendering import pretend

    app = folder / "repository" / "app"
    app.mkdir(parents=True)
    documents = generate.stream().split("---\n")[1 : DOCUMENTS + 1]
    (app / "apps.yaml").write_text("".join(f"---\n{text}" for text in documents))
    (app / "kustomization.yaml").write_text("resources: [apps.yaml]\n")
    (app / "mirrorpin.yaml").write_text(generate.config())
    pretend(folder / "bare", "mirrorpin", "exec kustomize build .")
    usual = sidecar()
    without_it = {**usual, "PATH": f"{folder / 'bare'}{os.pathsep}{usual['PATH']}"}
    with serve(PLUGIN, usual) as server, serve(PLUGIN, without_it) as other:
        took: dict[str, list[float]] = {"with": [], "without": [], "start": []}
        for _ in range(ROUNDS):
            took["with"].append(_generate(server, app))
            took["without"].append(_generate(other, app))
            took["start"].append(_wall([*PROGRAM, "--version"]))
    whole, without, start = (min(times) for times in took.values())
    yield f"GenerateManifest, {DOCUMENTS} documents", "wall time", "goal", ""
    yield "with mirrorpin", _ms(whole), "", ""
    yield "with kustomize alone", _ms(without), "", ""
    missed = "" if whole - without <= 0.15 else "missed"
    yield "mirrorpin's share", _ms(whole - without), "<= 150 ms", missed
    yield "its start, of that", _ms(start), "", ""


def _generate(server: Server, app: Path) -> float:
    begin = time.perf_counter()
    manifests = server.generate(app.parent, app.name)
    seconds = time.perf_counter() - begin
    if len(manifests) != DOCUMENTS:
        sys.exit(f"must give {DOCUMENTS} manifests, not {len(manifests)}")
    return seconds


def _wall(command: Sequence[str]) -> float:
    begin = time.perf_counter()
    spend(command)
    return time.perf_counter() - begin


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"

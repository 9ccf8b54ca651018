from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.registry_table import (
    MIRROR,
    NGINX,
    WEB,
    A,
    B,
    C,
    Place,
    index,
    pods,
    refusal,
)
from transformer.cli.main import run
from transformer.cli.options import ENGINES as NAMES
from transformer.cli.shell import Shell
from transformer.cli.sync.sync import MAX_FAILURES
from transformer.plan.engines import ENGINES
from transformer.registry.resolver import Answer

STREAM = pods("nginx:1.27", WEB)
AT = (f"{MIRROR}/{NGINX}", f"{MIRROR}/{WEB}")
COPIES = [
    f"crane copy docker.io/library/nginx@{A} {AT[0]}",
    f"crane copy ghcr.io/acme/web@{B} {AT[1]}",
]
# An engine that notes its words, and then does what a test wants.
SCRIPT = "#!/bin/sh\nprintf '%s\\n' \"${{0##*/}} $*\" >> {folder}/ran\n{does}\n"


class Held(dict[str, Answer]):
    """Answers of registries: a mirror holds what an engine was told to copy there, unless lost."""

    def __init__(self, file: Path, answers: dict[str, Answer]) -> None:
        super().__init__(answers)
        self.file = file
        self.lost: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        for *_, source, target in map(str.split, lines):
            if target == name and name not in self.lost:
                return index(source.partition("@")[2])
        return super().get(name, default)


class Synced(Place):
    """A place whose PATH has engines that note what they are told."""

    def __init__(self, folder: Path) -> None:
        self.held = Held(folder / "ran", {NGINX: index(A), WEB: index(B)})
        super().__init__(folder, self.held)
        (folder / "bin").mkdir()
        self.environment = {"PATH": f"{folder}/bin"}

    def engine(self, name: str, does: str = "") -> None:
        program = self.folder / "bin" / name
        program.write_text(SCRIPT.format(folder=self.folder, does=does))
        program.chmod(0o755)

    @property
    def ran(self) -> list[str]:
        file = self.folder / "ran"
        return sorted(file.read_text().splitlines()) if file.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Synced:
    return Synced(tmp_path)


def test_what_is_missing_is_copied_and_looked_for(place: Synced) -> None:
    place.engine("crane")
    assert place.run("sync", "-j1", stdin=STREAM) == 0
    assert place.ran == COPIES
    assert place.out == ""
    assert place.err.splitlines() == [
        f"1 of 2: {AT[0]}",
        f"2 of 2: {AT[1]}",
        "2 images at the mirrors: 2 copied by crane, 0 there before",
    ]
    assert place.run("sync", stdin=STREAM) == 0
    assert place.ran == COPIES
    assert place.err == "2 images at the mirrors: 0 copied by crane, 2 there before\n"


def test_variables_of_ours_are_not_handed_on(place: Synced) -> None:
    place.engine("crane", f"export -p > {place.folder}/variables")
    place.environment |= {"MIRRORPIN_CACHE": "rediss://u:canary@h:1/0", "DOCKER_CONFIG": "theirs"}
    assert place.run("sync", "-j1", stdin=STREAM) == 0
    variables = (place.folder / "variables").read_text()
    assert "DOCKER_CONFIG='theirs'" in variables
    assert "MIRRORPIN_CACHE" not in variables


def test_nothing_is_said_on_request(place: Synced) -> None:
    place.engine("crane")
    log = place.folder / "log"
    assert place.run("sync", "-q", "--jobs", "1", "--log-file", str(log), stdin=STREAM) == 0
    assert place.err == ""
    assert log.read_text().splitlines()[-1].startswith("2 images at the mirrors")


def test_the_engines_are_looked_for_in_their_order(place: Synced) -> None:
    assert tuple(engine.name for engine in ENGINES) == NAMES
    for engine in reversed(NAMES):
        place.engine(engine)
        assert place.run("sync", "--dry-run", stdin=STREAM) == 0
        assert place.out.startswith(f"{engine} ")
    assert place.run("sync", "--engine", "oras", stdin=STREAM) == 0
    assert {it.split()[0] for it in place.ran} == {"oras"}


def test_without_an_engine_the_hint_is_what_to_install(place: Synced) -> None:
    place.environment = {"PATH": str(place.folder)}
    assert place.run("sync", stdin=STREAM) == 2
    assert place.err.splitlines() == [
        (
            "error: one of regctl, skopeo, crane and oras is not on PATH: expected it, to copy "
            "images (no-engine)"
        ),
        "  hint: install regctl, https://github.com/regclient/regclient",
    ]
    assert place.run("sync", "--engine", "oras", stdin=STREAM) == 2
    assert place.err.splitlines() == [
        "error: oras is not on PATH: expected it, to copy images (no-engine)",
        "  hint: install oras, https://github.com/oras-project/oras",
    ]
    assert place.table.with_platforms == []


def test_a_dry_run_prints_the_commands(place: Synced) -> None:
    place.engine("crane")
    argv = ("sync", "--dry-run", f"--plain-http={MIRROR}")
    assert place.run(*argv, stdin=STREAM) == 0
    assert place.out.splitlines() == [it.replace("copy ", "copy --insecure ") for it in COPIES]
    assert place.err == ""
    assert place.ran == []


@pytest.mark.parametrize("jobs", ["0", "65", "x", "-1"])
def test_jobs_are_a_number(place: Synced, jobs: str) -> None:
    place.engine("crane")
    assert place.run("sync", f"--jobs={jobs}", stdin=STREAM) == 2
    assert place.err == f'error: `--jobs` is "{jobs}": expected a number from 1 to 64 (usage)\n'


def test_what_an_engine_says_of_its_failure_is_shown_whole(place: Synced) -> None:
    does = (
        'case "$*" in *nginx*) printf "first\\033[31m\\n\\n'
        "denied: https://robot:can@ary@h.io/x docker://a@sha256:0\\r\\n::error::no\\n"
        '" >&2; exit 3;; esac'
    )
    place.engine("crane", does)
    place.held.lost = {AT[0]}
    assert place.run("sync", "-j1", stdin=STREAM) == 1
    assert place.err.splitlines() == [
        f'<stdin>:7:12: error: crane did not copy "docker.io/library/nginx@{A}" to '
        f'"{AT[0]}": it ended with exit status 3 (not-copied)',
        "  hint: its credentials are those of crane itself; what it said follows",
        "  | first\\x1b[31m",
        "  | denied: https://***@h.io/x docker://a@sha256:0",
        "  | ::error::no",
        f"1 of 2: {AT[1]}",
        "sync failed: 1 of 2 images copied and seen there",
    ]


def test_after_some_failures_no_more_are_tried(place: Synced) -> None:
    place.engine("crane", "exit 1")
    images = [f"a/b{number}:1" for number in range(MAX_FAILURES + 5)]
    place.held |= {f"docker.io/{it}": index(C) for it in images}
    assert place.run("sync", "-j1", stdin=pods(*images)) == 1
    assert len(place.ran) == MAX_FAILURES
    assert place.err.splitlines()[-1] == "sync failed: 0 of 15 images copied and seen there"


def test_an_engine_that_only_says_so_is_not_believed(place: Synced) -> None:
    place.engine("crane")
    place.held.lost = {AT[1]}
    assert place.run("sync", "-j1", stdin=STREAM) == 1
    assert place.err.splitlines()[2:] == [
        f'<stdin>:15:12: error: "{AT[1]}" is not at its mirror with its digest, though crane '
        "copied it (not-copied)",
        "  hint: see whether something else writes that tag, or try another engine",
        "sync failed: 1 of 2 images copied and seen there",
    ]


def test_a_mirror_that_is_gone_afterwards_is_an_error(place: Synced) -> None:
    place.engine("crane")
    place.held.lost = set(AT)

    class Gone(Held):
        def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
            down = name in AT and len(place.ran) == len(COPIES)
            return refusal(name, 503) if down else super().get(name, default)

    place.table.answers = Gone(place.folder / "ran", dict(place.held))
    assert place.run("sync", stdin=STREAM) == 1
    assert [it for it in place.err.splitlines() if it.endswith("(registry-not-found)")] != []
    assert place.err.splitlines()[-1] == "sync failed: 0 of 2 images copied and seen there"


def test_what_cannot_be_planned_is_not_copied(place: Synced) -> None:
    place.engine("crane")
    assert place.run("sync", stdin=pods("quay.io/a:1")) == 1
    assert place.err.splitlines()[-1] == "nothing was copied: 1 error"
    assert place.ran == []


def test_what_a_source_does_not_have_keeps_nothing_else_away(place: Synced) -> None:
    place.engine("crane")
    del place.held[WEB]
    assert place.run("sync", stdin=STREAM) == 1
    assert place.ran == COPIES[:1]
    assert place.err.splitlines() == [
        f'<stdin>:15:12: error: "{WEB}" at ghcr.io is not there, HTTP 404 (registry-not-found)',
        "  hint: compare its name",
        f"1 of 1: {AT[0]}",
        "sync failed: 1 of 2 images copied and seen there",
    ]
    assert place.run("sync", "--dry-run", stdin=STREAM) == 1
    assert place.out == ""


def test_a_source_is_not_asked_for_what_the_lock_knows(place: Synced) -> None:
    place.engine("crane")
    config = place.folder / "mirrorpin.yaml"
    config.write_text(f"{config.read_text()}  digests: {{mode: lock}}\n")
    place.lock.write_text(f"version: 1\nimages:\n  {NGINX}:\n    digest: {A}\n")
    assert place.run("sync", stdin=pods("nginx:1.27")) == 0
    assert place.table.asked == [AT[0], AT[0]]


class Screen(io.BytesIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_that_counts(place: Synced) -> None:
    place.engine("crane", 'case "$*" in *web*) exit 1;; esac')
    place.held.lost = {AT[1]}
    stderr = Screen()
    shell = Shell(io.BytesIO(STREAM.encode()), io.BytesIO(), stderr, place.environment)
    shell.resolve = place.table
    assert run(["sync", "-j1", "-c", str(place.folder / "mirrorpin.yaml")], shell) == 1
    shown = stderr.getvalue().decode().split("\r\x1b[K")
    assert [it.partition("\n")[0] for it in shown[:5]] == [
        *("", "copied 0 of 2 images", "copied 1 of 2 images"),
        f'<stdin>:15:12: \x1b[31merror\x1b[0m: crane did not copy "ghcr.io/acme/web@{B}" to '
        f'"{AT[1]}": it ended with exit status 1 (not-copied)',
        "sync failed: 1 of 2 images copied and seen there",
    ]


def test_a_terminal_that_is_gone_is_no_reason_to_stop(place: Synced) -> None:
    class Broken(Screen):
        def write(self, _: Any) -> int:  # noqa: ANN401
            raise OSError

    place.engine("crane", "exit 1")
    shell = Shell(io.BytesIO(STREAM.encode()), io.BytesIO(), Broken(), place.environment)
    shell.resolve = place.table
    assert run(["sync", "-j1", "-c", str(place.folder / "mirrorpin.yaml")], shell) == 1
    assert place.ran == COPIES


def test_an_interrupt_says_how_far_it_came(place: Synced) -> None:
    class Pressed(io.BytesIO):
        def write(self, data: Any) -> int:  # noqa: ANN401
            if bytes(data).startswith(b"1 of 2"):
                raise KeyboardInterrupt
            return super().write(data)

    place.engine("crane")
    stderr = Pressed()
    shell = Shell(io.BytesIO(STREAM.encode()), io.BytesIO(), stderr, place.environment)
    shell.resolve = place.table
    assert run(["sync", "-j1", "-c", str(place.folder / "mirrorpin.yaml")], shell) == 130
    assert stderr.getvalue().decode().splitlines() == [
        "error: interrupted when 1 of 2 images were copied (interrupted)",
        "  hint: run it again to go on from there",
    ]


def test_an_interrupt_of_the_last_look_says_so_too(place: Synced) -> None:
    class Pressed(Held):
        def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
            if name in AT and len(place.ran) == len(COPIES):
                raise KeyboardInterrupt
            return super().get(name, default)

    place.engine("crane")
    place.table.answers = Pressed(place.folder / "ran", dict(place.held))
    assert place.run("sync", "-j1", stdin=STREAM) == 130
    assert place.err.splitlines()[2] == (
        "error: interrupted when 2 of 2 images were copied (interrupted)"
    )


INTERRUPTED = """\
import sys
from pathlib import Path
from tests.cli.test_sync import Synced, standard
sys.exit(standard(Path(sys.argv[1])))
"""


def standard(folder: Path) -> int:
    """The command in a process of its own, with the signals that the program has."""
    from transformer.cli.shell import standard_shell

    shell = standard_shell()
    place = Synced.__new__(Synced)
    place.held = Held(folder / "ran", {NGINX: index(A), WEB: index(B)})
    Place.__init__(place, folder, place.held)
    shell.resolve = place.table
    return run(["sync", "-j2", "-c", str(folder / "mirrorpin.yaml")], shell)


@pytest.mark.slow
def test_an_interrupt_ends_the_engines(place: Synced) -> None:
    place.engine("crane", f"echo $$ >> {place.folder}/pids; exec /bin/sleep 60")
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(place.folder)],
        env={**place.environment, "PYTHONPATH": ":".join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdin is not None
    process.stdin.write(STREAM.encode())
    process.stdin.close()
    process.stdin = None
    pids = place.folder / "pids"
    end = time.monotonic() + 30
    while time.monotonic() < end and not (pids.exists() and len(pids.read_text().split()) == 2):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.decode().splitlines() == [
        "error: interrupted when 0 of 2 images were copied (interrupted)",
        "  hint: run it again to go on from there",
    ]
    for pid in map(int, pids.read_text().split()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

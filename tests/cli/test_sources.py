"""What stands in the place of a file and is none: an error at once, whoever names it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.command import command
from transformer.cli.doctor.values import read_text
from transformer.errors import InputError

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{{source: docker.io, target: m.io/hub}}]
  {}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: nginx}]}
"""
LOCKED = "digests: {mode: lock, lockFile: odd}"
RENDERED = "pullSecrets: {names: [a], templates: [odd]}"

# What is asked for, the configuration's last line, and whether the user names the file.
PLACES = {
    "manifest in a folder": (["folder"], "", False),
    "configuration that is found": (["pod.yaml"], "default", False),
    "lock": (["pod.yaml"], LOCKED, False),
    "lock to be written": (["lock", "pod.yaml"], LOCKED, False),
    "template": (["pod.yaml"], RENDERED, False),
    "configuration": (["-c", "odd", "pod.yaml"], "", True),
    "manifest": (["odd"], "", True),
    "older lock": (["lock", "--diff", "odd"], "", True),
    "lock of another program": (["lock", "--import", "odd"], "", True),
    "pull secrets": (["verify", "--pull-secrets", "odd", "pod.yaml"], "", True),
    "definition": (["fields", "--from-crd", "odd"], "", True),
}
KINDS = ("FIFO", "socket", "directory", "device")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "folder").mkdir()
    return tmp_path


@contextmanager
def odd(path: Path, kind: str) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as listening:
        if kind == "FIFO":
            os.mkfifo(path)
        elif kind == "socket":
            listening.bind(str(path))
        elif kind == "directory":
            path.mkdir()
        else:
            path.symlink_to("/dev/zero")
        yield


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_is_an_error_at_once(folder: Path, place: str, kind: str) -> None:
    arguments, setting, is_named = PLACES[place]
    path = folder / "odd"
    if setting == "default":
        path = folder / "mirrorpin.yaml"
    else:
        (folder / "mirrorpin.yaml").write_text(CONFIG.format(setting))
    if arguments == ["folder"]:
        path = folder / "folder" / "odd.yaml"
    start = time.monotonic()
    with odd(path, kind):
        ran = command(*arguments)
    assert time.monotonic() - start < 8
    assert (ran.code, ran.stdout) == (2, b"")
    name = path.relative_to(folder)
    reason = f"file cannot be read: Is a {kind}"
    if kind == "FIFO" and is_named:
        reason = f"{reason} that nobody writes to"
    if kind == "device" and setting in (LOCKED, RENDERED):
        key = "spec.digests.lockFile" if setting == LOCKED else "spec.pullSecrets.templates"
        demand = "leads out of the configuration's folder"
        assert ran.stderr[0] == f'mirrorpin.yaml: error: `{key}` {demand}: "odd" (outside)'
    elif kind in ("device", "directory") and path.parent != folder:
        # A link out of the folder, and a folder in it.
        assert ran.stderr[-1].endswith("holds no .yaml, .yml, .json file (no-input)")
    elif kind == "directory" and arguments in (["odd"], ["fields", "--from-crd", "odd"]):
        assert ran.stderr[-1].endswith("holds no .yaml, .yml, .json file (no-input)")
    else:
        assert ran.stderr[0] == f"{name}: error: {reason} (unreadable)"


@contextmanager
def piped(text: str) -> Iterator[str]:
    """What a shell hands over for `<(...)`."""
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "w", encoding="utf-8") as file:
            file.write(text)

    thread = threading.Thread(target=write)
    thread.start()
    yield f"/dev/fd/{reading}"
    thread.join()
    os.close(reading)


@pytest.mark.usefixtures("folder")
def test_pipes_that_are_named_are_read() -> None:
    with piped(CONFIG.format("")) as config, piped(POD) as pod:
        ran = command("-c", config, pod)
    assert (ran.code, ran.stdout.decode()) == (0, POD.replace("nginx", "m.io/hub/library/nginx"))


def test_a_fifo_that_is_named_is_read(folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    (folder / "mirrorpin.yaml").write_text(CONFIG.format(""))
    thread = threading.Thread(target=lambda: Path("fifo").write_text(POD))
    thread.start()
    ran = command("fifo")
    thread.join()
    assert (ran.code, ran.stdout.decode()) == (0, POD.replace("nginx", "m.io/hub/library/nginx"))


def test_a_log_that_nobody_reads_is_an_error_at_once(folder: Path) -> None:
    os.mkfifo(folder / "log")
    ran = command("--log-file", "log", "pod.yaml")
    message = "log: error: log file cannot be written: No such device or address (log-file)"
    assert (ran.code, ran.stderr) == (2, [message])


def test_a_fifo_is_no_file_of_a_kustomization(folder: Path) -> None:
    os.mkfifo(folder / "fn")
    with pytest.raises(InputError) as caught:
        read_text("fn")
    assert str(caught.value) == "fn: error: cannot be read: Is a FIFO (unreadable)"

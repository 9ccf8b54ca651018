"""Real registries on this machine, each on a free port, ended by process id."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tests.e2e.packages import DOCKER_REGISTRY, SKOPEO, Package
from tests.e2e.tools import CRANE, REGISTRY, Tool

Config: TypeAlias = "dict[str, Any]"
Program: TypeAlias = "Tool | Package"

START_SECONDS = 20.0
USER, PASSWORD = "robot", "s3cret"
# htpasswd -Bbn -C 4 robot s3cret
HTPASSWD = "robot:$2y$04$FlvrcTpHezzLVMDoLGz9a.LWaT3V1OS.mqZPZdbLkZ/L0urQXLtqu\n"

_listening = re.compile(
    r"(?:listening on|serving on port) (?:127\.0\.0\.1:|\[::\]:)?([0-9]+)"
).search


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A registry that runs; `host` is its host and port."""

    host: str
    process: subprocess.Popen[bytes]


@contextmanager
def distribution(program: Program, folder: Path, **config: Config) -> Iterator[Registry]:
    """A registry of the distribution project, release 3 or Debian's 2.8, with more `config`."""
    content = {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {"inmemory": {}},
        **config,
        "http": {"addr": "127.0.0.1:0", **config.get("http", {})},
    }
    folder.mkdir(exist_ok=True)
    (folder / "config.yml").write_text(json.dumps(content))
    with running([path_of(program), "serve", "config.yml"], folder) as registry:
        yield registry


@contextmanager
def crane(folder: Path) -> Iterator[Registry]:
    """The registry of go-containerregistry: in memory, without authorisation."""
    folder.mkdir(exist_ok=True)
    command = [path_of(CRANE), "registry", "serve", "--address", "127.0.0.1:0"]
    with running(command, folder) as registry:
        yield registry


# Every registry that tests run against, given a folder for its files.
STARTS: dict[str, Callable[[Path], AbstractContextManager[Registry]]] = {
    "distribution 3": lambda folder: distribution(REGISTRY, folder),
    "distribution 2.8": lambda folder: distribution(DOCKER_REGISTRY, folder),
    "go-containerregistry": crane,
}


def path_of(program: Program) -> str:
    path = str(program.path)
    assert os.path.exists(path), f"{program.name} must be installed: run `make e2e`"
    return path


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[Registry]:
    """A server that says in its log where it listens."""
    log = folder / "log"
    # Release 3 would send its traces to a collector.
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "OTEL_TRACES_EXPORTER": "none"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
        try:
            yield Registry(host=f"127.0.0.1:{_port(process, log)}", process=process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def _port(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = _listening(log.read_text("utf-8", "replace"))
        if found:
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"{process.args!r} must say where it listens:\n{log.read_text()}")


def htpasswd(folder: Path) -> Config:
    """Configuration for a registry that knows one user."""
    folder.mkdir(exist_ok=True)
    (folder / "htpasswd").write_text(HTPASSWD)
    return {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}


def skopeo(*arguments: str, home: Path, environment: Mapping[str, str] | None = None) -> bytes:
    """What skopeo, which shares no code with this project, says."""
    done = subprocess.run(
        [path_of(SKOPEO), *arguments],
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), **(environment or {})},
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def skopeo_digest(
    image: str, home: Path, *options: str, environment: Mapping[str, str] | None = None
) -> tuple[str, int]:
    """The digest and the size of an image's manifest, by skopeo."""
    raw = skopeo(
        "inspect", "--raw", *options, f"docker://{image}", home=home, environment=environment
    )
    file = home / "manifest.json"
    file.write_bytes(raw)
    return skopeo("manifest-digest", str(file), home=home).decode().strip(), len(raw)

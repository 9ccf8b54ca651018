"""Which runs ask nobody: no socket is opened, and no program started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.registry_runs import INDEX
from tests.helpers.registry_table import A, B, pods
from tests.helpers.socket_guard import guarded

NGINX, WEB = "docker.io/library/nginx:1.27", "docker.io/library/web:1"
LOCK = f"version: 1\nimages:\n  {NGINX}:\n    digest: {A}\n"
KNOWN, UNKNOWN = pods("nginx:1.27"), pods("web:1", "nginx:1.27")
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {{source: docker.io, target: "127.0.0.1:1/hub", pullSecrets: [pull]}}
  digests: {{mode: {mode}}}
"""
FIELD = "in Pod p0 at `spec.containers[0].image`"
REFUSED = (
    '"127.0.0.1:1/hub/library/web:1" at 127.0.0.1:1 would be asked about, which `--offline` forbids'
)
HINT = "  hint: leave `--offline` out, or lock the image where registries can be asked"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a lock, and a configuration for each mode."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images.lock.yaml").write_text(LOCK)
    for mode in ("off", "require", "lock", "resolve"):
        (tmp_path / f"{mode}.yaml").write_text(CONFIG.format(mode=mode))
    (tmp_path / "known.yaml").write_text(KNOWN)
    (tmp_path / "unknown.yaml").write_text(UNKNOWN)
    (tmp_path / "digests").write_text(f"web:1 {B}\n")
    return tmp_path


def offline(*argv: str, **environment: str) -> Ran:
    """Run a command line that must open nothing."""
    with guarded() as events:
        ran = command(*argv, environment=environment)
    assert events == []
    return ran


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        pytest.param(["-c", "off.yaml", "known.yaml"], 0, id="off"),
        pytest.param(["-c", "require.yaml", "known.yaml"], 1, id="require"),
        pytest.param(["-c", "lock.yaml", "known.yaml"], 0, id="lock"),
        pytest.param(["-c", "lock.yaml", "unknown.yaml"], 1, id="lock, unknown"),
        pytest.param(["-c", "resolve.yaml", "known.yaml"], 0, id="resolve, known"),
        pytest.param(
            ["-c", "resolve.yaml", "--digests", "lock", "unknown.yaml"], 1, id="mode of a run"
        ),
        pytest.param(["check", "-c", "lock.yaml", "known.yaml"], 1, id="check"),
        pytest.param(["diff", "-c", "lock.yaml", "known.yaml"], 0, id="diff"),
        pytest.param(["images", "-c", "lock.yaml", "known.yaml"], 0, id="images"),
        pytest.param(["lock", "-c", "lock.yaml", "known.yaml"], 0, id="lock that is whole"),
        pytest.param(["lock", "--check", "-c", "lock.yaml", "known.yaml"], 0, id="--check"),
        pytest.param(["lock", "--prune", "-c", "lock.yaml", "known.yaml"], 0, id="--prune"),
        pytest.param(["lock", "--import", "digests", "-c", "lock.yaml"], 0, id="--import"),
        pytest.param(
            ["lock", "--diff", "images.lock.yaml", "-c", "lock.yaml"], 0, id="lock --diff"
        ),
    ],
)
def test_runs_that_ask_nobody_by_themselves(argv: list[str], code: int) -> None:
    assert offline(*argv).code == code


@pytest.mark.parametrize("command_name", ["transform", "check", "diff", "images"])
def test_offline_wins_over_the_mode(command_name: str, folder: Path) -> None:
    argv = (command_name, "-c", "resolve.yaml", "--cache", "cache")
    ran = offline(*argv, "--offline", "unknown.yaml")
    assert ran.code == 1
    assert ran.stderr[:2] == [
        f"unknown.yaml:7:12: error: {REFUSED} {FIELD} (registry-offline)",
        HINT,
    ]
    assert offline(*argv, "--offline", "known.yaml").code == int(command_name == "check")
    assert not (folder / "cache").exists()


def test_offline_asks_no_cache(folder: Path) -> None:
    with QuirkServer() as server:
        server.put("hub/library/web:1", INDEX)
        config = (folder / "resolve.yaml").read_text().replace("127.0.0.1:1", server.host)
        (folder / "resolve.yaml").write_text(config)
        argv = ("-c", "resolve.yaml", "--cache", "cache", "unknown.yaml")
        assert command(*argv).code == 0
    assert command(*argv).code == 0
    assert offline(*argv, "--offline").code == 1


def test_offline_may_be_a_warning(folder: Path) -> None:
    config = CONFIG.format(mode="resolve, missing: warn")
    (folder / "resolve.yaml").write_text(config)
    ran = offline("--offline", "-c", "resolve.yaml", "unknown.yaml")
    assert (ran.code, ran.stderr[0]) == (
        0,
        f"unknown.yaml:7:12: warning: {REFUSED} {FIELD} (registry-offline)",
    )
    assert b"image: 127.0.0.1:1/hub/library/web:1\n" in ran.stdout


def test_lock_says_what_it_would_ask_for(folder: Path) -> None:
    ran = offline("lock", "-c", "lock.yaml", "unknown.yaml", MIRRORPIN_OFFLINE="1")
    assert (ran.code, ran.stderr) == (
        1,
        [
            f"unknown.yaml:7:12: error: {REFUSED} (registry-offline)",
            HINT,
            "images.lock.yaml was not written: 1 error",
        ],
    )
    assert (folder / "images.lock.yaml").read_text() == LOCK
    asked = '"127.0.0.1:1/hub/library/nginx:1.27" at 127.0.0.1:1 would be asked about'
    asked = f"{asked}, which `--offline` forbids"
    for argv in (["--update"], ["--check", "--refresh"]):
        ran = offline("lock", *argv, "--offline", "-c", "lock.yaml", "known.yaml")
        assert ran.code == 1
        assert ran.stderr[0].endswith(f"{asked} (registry-offline)")


def test_verify_needs_a_registry() -> None:
    ran = offline("verify", "--offline", "-c", "lock.yaml", "known.yaml")
    name = f"127.0.0.1:1/hub/library/nginx@{A}"
    assert (ran.code, ran.stderr) == (
        1,
        [
            f'known.yaml:7:12: error: "{name}" at 127.0.0.1:1 would be asked about, which '
            "`--offline` forbids (registry-offline)",
            HINT,
            "verify failed: 1 error",
        ],
    )


def connected() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def fetched() -> None:
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen("http://127.0.0.1:1", timeout=5)


@pytest.mark.parametrize(
    ("act", "event"),
    [
        pytest.param(lambda: socket.socket().close(), "socket.__new__", id="socket"),
        pytest.param(connected, "socket.connect", id="connection"),
        pytest.param(fetched, "socket.connect", id="http"),
        pytest.param(lambda: socket.getaddrinfo("localhost", 1), "socket.getaddrinfo", id="name"),
        pytest.param(
            lambda: subprocess.run([sys.executable, "-c", ""], check=True),
            "subprocess.Popen",
            id="program",
        ),
        pytest.param(lambda: os.system("true"), "os.system", id="shell"),
    ],
)
def test_the_guard_sees(act: Callable[[], object], event: str) -> None:
    with guarded() as events:
        act()
    assert event in events
    seen = len(events)
    act()
    assert len(events) == seen


@pytest.mark.slow
@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(["-c", "resolve.yaml", "--cache", "none", "unknown.yaml"], id="resolve"),
        pytest.param(["lock", "-c", "lock.yaml", "unknown.yaml"], id="lock"),
        pytest.param(["lock", "--check", "--refresh", "-c", "lock.yaml", "known.yaml"], id="drift"),
        pytest.param(["verify", "-c", "lock.yaml", "known.yaml"], id="verify"),
    ],
)
def test_the_guard_sees_runs_that_do_ask(argv: list[str]) -> None:
    with guarded() as events:
        ran = command(*argv, "--deadline", "1")
    assert (ran.code, "socket.connect" in events) == (1, True)

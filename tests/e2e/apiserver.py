"""A Kubernetes API server with its etcd on this machine, and kubectl to talk to it.

There are no controllers and no nodes. What they would make, above all a service account called
"default" in every namespace, is for the tests to make.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from tests.e2e.conftest import installed, search_path
from tests.e2e.tools import ETCD, KUBE_APISERVER, KUBECTL, Tool
from tests.helpers.certificates import Authority

Object: TypeAlias = "dict[str, Any]"

START_SECONDS = 120
TOKEN = "loopback"
APPLY = ("apply", "--server-side")
DRY = "--dry-run=server"


def named(kind: str, name: str, namespace: str = "") -> Object:
    """An object of the core group with nothing but a name."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running API server; its `home` holds the configuration that kubectl looks for."""

    home: Path

    def kubectl(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["kubectl", *arguments],
            capture_output=True,
            check=False,
            env={"PATH": search_path(KUBECTL), "HOME": str(self.home)},
            input=stdin,
            text=True,
            timeout=300,
        )

    def apply(self, text: str, *options: str) -> list[Object]:
        """The objects as the server has them, once it took the manifests."""
        return self._objects(*APPLY, "-f", "-", *options, stdin=text)

    def create(self, objects: Iterable[Object]) -> None:
        """Make what is not there."""
        text = yaml.safe_dump_all(objects)
        if not text:
            return
        done = self.kubectl("create", "-f", "-", stdin=text)
        failures = [it for it in done.stderr.splitlines() if "AlreadyExists" not in it]
        assert failures == []

    def read(self, text: str, *options: str) -> list[Object]:
        """The objects of these manifests as the server has them, with their managed fields."""
        return self._objects("get", "-f", "-", "--show-managed-fields", *options, stdin=text)

    def refuse(self, text: str, *options: str) -> str:
        """What the server says that must refuse the manifests."""
        done = self.kubectl(*APPLY, "-f", "-", *options, stdin=text)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    def _objects(self, *arguments: str, stdin: str) -> list[Object]:
        done = self.kubectl(*arguments, "--output=json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        found: Object = json.loads(done.stdout)
        items: list[Object] = found["items"] if found["kind"] == "List" else [found]
        return items


@contextmanager
def serve(folder: Path) -> Iterator[Cluster]:
    """Run etcd and an API server, with all that they write in an empty folder."""
    etcd, port = _url(), _free_port()
    pem = str(Authority(folder).sign("kube-apiserver", "127.0.0.1"))
    (folder / "tokens.csv").write_text(f"{TOKEN},admin,admin,system:masters\n")
    _configure(folder, port)
    store = {
        "data-dir": folder / "etcd",
        "listen-client-urls": etcd,
        "advertise-client-urls": etcd,
        "listen-peer-urls": (peer := _url()),
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
        "unsafe-no-fsync": "true",
    }
    server = {
        "etcd-servers": etcd,
        "bind-address": "127.0.0.1",
        "secure-port": port,
        "advertise-address": "127.0.0.1",
        "allow-privileged": "true",
        # The address would become an endpoint, and none may be on loopback.
        "endpoint-reconciler-type": "none",
        "tls-cert-file": pem,
        "tls-private-key-file": pem,
        "token-auth-file": folder / "tokens.csv",
        "authorization-mode": "AlwaysAllow",
        "service-account-issuer": "https://127.0.0.1",
        "service-account-key-file": pem,
        "service-account-signing-key-file": pem,
        "service-cluster-ip-range": "10.0.0.0/16",
    }
    cluster = Cluster(home=folder)
    with _running(ETCD, folder, store), _running(KUBE_APISERVER, folder, server) as started:
        _wait(cluster, started, folder / "kube-apiserver.log")
        yield cluster


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _url() -> str:
    return f"http://127.0.0.1:{_free_port()}"


def _configure(folder: Path, port: int) -> None:
    server = {"server": f"https://127.0.0.1:{port}", "certificate-authority": "../ca.pem"}
    config = {
        "clusters": [{"name": "loopback", "cluster": server}],
        "users": [{"name": "admin", "user": {"token": TOKEN}}],
        "contexts": [{"name": "admin", "context": {"cluster": "loopback", "user": "admin"}}],
        "current-context": "admin",
    }
    (folder / ".kube").mkdir()
    (folder / ".kube/config").write_text(json.dumps(config))


@contextmanager
def _running(
    tool: Tool, folder: Path, options: dict[str, object]
) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(installed(tool).path), *(f"--{name}={it}" for name, it in options.items())]
    with (folder / f"{tool.name}.log").open("wb") as log:
        started = subprocess.Popen(
            command, cwd=folder, env={"PATH": "/usr/bin:/bin"}, stdout=log, stderr=log
        )
        try:
            yield started
        finally:
            # All that they hold is thrown away, so nothing is to be saved.
            started.kill()
            started.wait()


def _wait(cluster: Cluster, started: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    # The server makes this namespace itself, as the last thing that a test needs.
    while cluster.kubectl("get", "namespace", "default").returncode:
        assert started.poll() is None, f"kube-apiserver has ended:\n{log.read_text()}"
        assert time.monotonic() < until, f"kube-apiserver does not answer:\n{log.read_text()}"
        time.sleep(0.2)

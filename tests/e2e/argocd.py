"""Argo CD's plugin server, and a client that asks it as Argo CD's repo-server does."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import EXAMPLES, NEWEST, installed, search_path
from tests.e2e.tools import ARGOCD_CMP_SERVER, HELM_VERSIONS, helm, kustomize

PLUGIN = EXAMPLES / "argocd"
# A home that cannot be made, as for a user that has none.
HOMELESS = {"HOME": "/nonexistent"}
CHUNK = 1024
# An error's text is a header: Argo CD, written in Go, takes 16 MiB of them.
LIMITS = [("grpc.max_metadata_size", 1 << 24), ("grpc.absolute_max_metadata_size", 1 << 24)]
DESTINATION = "shop-prod"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running argocd-cmp-server: its socket, and the folder of its plugin's repositories."""

    socket: Path
    work: Path

    def match(
        self, repository: Path, path: str, environment: Mapping[str, str] | None = None
    ) -> bool:
        answer = self._ask("MatchRepository", repository, path, environment)
        return bool(answer.isSupported)

    def announce(self, repository: Path, path: str) -> list[dict[str, Any]]:
        answer = self._ask("GetParametersAnnouncement", repository, path)
        return [
            {field.name: value for field, value in item.ListFields()}
            for item in answer.parameterAnnouncements
        ]

    def generate(
        self,
        repository: Path,
        path: str,
        environment: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> list[str]:
        answer = self._ask("GenerateManifest", repository, path, environment, timeout)
        return list(answer.manifests)

    def refuse(
        self,
        repository: Path,
        path: str,
        environment: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> str:
        """The text of the error that `generate` must end with."""
        import grpc

        with pytest.raises(grpc.RpcError) as refused:
            self.generate(repository, path, environment, timeout)
        answer: Any = refused.value
        return str(answer.details())

    def _ask(
        self,
        method: str,
        repository: Path,
        path: str,
        environment: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Any:  # noqa: ANN401 a generated message
        # Only there when `make e2e` has run; other runs collect this module too.
        import grpc

        protos, services = grpc.protos_and_services("tests/e2e/plugin.proto")
        variables = {**application_environment(path), **(environment or {})}
        with grpc.insecure_channel(f"unix:{self.socket}", LIMITS) as channel:
            stub = services.ConfigManagementPluginServiceStub(channel)
            stream = requests(protos, pack(repository), path, variables)
            return getattr(stub, method)(stream, timeout=timeout)


@contextmanager
def serve(plugin: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """Run the plugin server with a folder that holds plugin.yaml, and with nothing else set."""
    # Not pytest's folder: the path of a socket has room for 107 bytes.
    with tempfile.TemporaryDirectory(prefix="cmp-") as scratch:
        work = Path(scratch, "work")
        work.mkdir()
        started = subprocess.Popen(
            [str(installed(ARGOCD_CMP_SERVER).path), "--config-dir-path", str(plugin)],
            env={
                "ARGOCD_PLUGINSOCKFILEPATH": scratch,
                "ARGOCD_CMP_WORKDIR": str(work),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Server(socket=wait_for_socket(Path(scratch), started), work=work)
        finally:
            # SIGTERM takes its socket away, but does not end it.
            started.kill()
            started.wait()


def wait_for_socket(folder: Path, started: subprocess.Popen[bytes]) -> Path:
    until = time.monotonic() + 20
    while not (found := list(folder.glob("*.sock"))):
        assert started.poll() is None, "argocd-cmp-server has ended"
        assert time.monotonic() < until, "argocd-cmp-server does not listen"
        time.sleep(0.02)
    return found[0]


def pack(repository: Path) -> bytes:
    """A repository as Argo CD sends it: a .tgz with paths from its root, modes and links kept."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in sorted(repository.rglob("*")):
            archive.add(path, path.relative_to(repository), recursive=False)
    return packed.getvalue()


def requests(
    protos: Any,  # noqa: ANN401 a generated module
    packed: bytes,
    path: str,
    environment: Mapping[str, str],
) -> Iterator[Any]:
    yield protos.AppStreamRequest(
        metadata=protos.ManifestRequestMetadata(
            appName="shop",
            appRelPath=path,
            checksum=hashlib.sha256(packed).hexdigest(),
            size=len(packed),
            env=[protos.EnvEntry(name=name, value=it) for name, it in environment.items()],
        )
    )
    for start in range(0, len(packed), CHUNK):
        yield protos.AppStreamRequest(file=protos.File(chunk=packed[start : start + CHUNK]))


def application_environment(path: str) -> dict[str, str]:
    """What Argo CD sets for every application."""
    return {
        "ARGOCD_APP_NAME": "shop",
        "ARGOCD_APP_NAMESPACE": DESTINATION,
        "ARGOCD_APP_PROJECT_NAME": "default",
        "ARGOCD_APP_REVISION": "5b6f4c1f0e8f3d6f2f8d7b1c9e0a4b3c2d1e0f9a",
        "ARGOCD_APP_REVISION_SHORT": "5b6f4c1",
        "ARGOCD_APP_SOURCE_REPO_URL": "https://git.example.com/shop.git",
        "ARGOCD_APP_SOURCE_PATH": path,
        "ARGOCD_APP_SOURCE_TARGET_REVISION": "main",
        "KUBE_VERSION": "1.34.0",
        "KUBE_API_VERSIONS": "apps/v1,v1,monitoring.coreos.com/v1",
    }


def plugin_environment(plugin: Mapping[str, Any]) -> dict[str, str]:
    """What Argo CD makes of `spec.source.plugin` of an application: its `env` and `parameters`."""
    set_ = {f"ARGOCD_ENV_{it['name']}": it["value"] for it in plugin.get("env", ())}
    parameters = plugin.get("parameters", ())
    set_["ARGOCD_APP_PARAMETERS"] = json.dumps(parameters)
    for parameter in parameters:
        name = f"PARAM_{escaped(parameter['name'])}"
        if "string" in parameter:
            set_[name] = parameter["string"]
        for index, value in enumerate(parameter.get("array", ())):
            set_[f"{name}_{index}"] = value
        for key, value in parameter.get("map", {}).items():
            set_[f"{name}_{escaped(key)}"] = value
    return set_


def escaped(name: str) -> str:
    return re.sub("[^A-Z0-9_]", "_", name.upper())


def sidecar(*folders: Path, **more: str) -> dict[str, str]:
    """The environment of a sidecar; folders come before the hosts on its PATH."""
    path = search_path(*folders, kustomize(NEWEST), helm(HELM_VERSIONS[0]))
    return {"PATH": path, **HOMELESS, **more}


def plugin(*parameters: dict[str, Any], **env: str) -> dict[str, str]:
    """What an application with these parameters and this environment of its plugin sends."""
    variables = [{"name": name, "value": value} for name, value in env.items()]
    return plugin_environment({"parameters": list(parameters), "env": variables})


def string(name: str, value: str) -> dict[str, str]:
    return {"name": name, "string": value}


def objects(manifests: list[str]) -> dict[tuple[str, str], Any]:
    found = [yaml.safe_load(text) for text in manifests]
    by_name = {(item["kind"], item["metadata"]["name"]): item for item in found}
    assert len(by_name) == len(found)
    return by_name


def processes_with(variable: str) -> list[int]:
    """The processes whose environment holds `NAME=value`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if variable.encode() in variables and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found

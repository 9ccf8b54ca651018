"""Policies on a real API server, and pods made over one connection, as controllers make them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import urllib3
import yaml

from tests.e2e.apiserver import TOKEN, Object, named
from tests.e2e.pod_images import containers
from tests.helpers import runs
from transformer.config.config import Config
from transformer.export.format import Request
from transformer.export.formats import format_of
from transformer.lock.lock import Lock

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster

SECONDS = 60


class Pods:
    """Makes pods in a namespace, over a connection that stays open."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        config = json.loads((cluster.home / ".kube/config").read_text())
        self.namespace = namespace
        self.server: str = config["clusters"][0]["cluster"]["server"]
        self.pool = urllib3.PoolManager(ca_certs=str(cluster.home / "ca.pem"))

    def ask(self, method: str, path: str, body: Object, *, is_kept: bool = False) -> Object:
        """What the server answers: the object as it would have it, or a `Status`."""
        dry = "" if is_kept else "?dryRun=All"
        url = f"{self.server}/api/v1/namespaces/{self.namespace}/pods{path}{dry}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer: Any = self.pool.request(method, url, json=body, headers=headers).json()
        assert isinstance(answer, dict)
        return answer

    def create(self, spec: Object, *, is_kept: bool = False, **metadata: object) -> Object:
        pod = named("Pod", f"pod-{uuid.uuid4()}")
        pod["metadata"] |= metadata
        return self.ask("POST", "", {**pod, "spec": spec}, is_kept=is_kept)


def namespace(cluster: Cluster, name: str = "") -> str:
    """A namespace with the service account that pods have unless they say another."""
    name = name or f"test-{uuid.uuid4()}"
    cluster.create([named("Namespace", name), named("ServiceAccount", "default", name)])
    return name


def exported(format_name: str, settings: Config, lock: Lock | None = None) -> str:
    """The text of an export that says everything."""
    made = format_of(format_name).make(Request(config=settings, lock=lock))
    assert made.unsaid == ()
    (file,) = made.files
    return file.text


def apply(cluster: Cluster, text: str) -> list[Object]:
    """Apply objects, and leave out of a policy's answer what a server without controllers lacks."""
    return cluster.apply(text, "--force-conflicts")


def settings(rules: Sequence[str], *spec: str) -> tuple[Config, str]:
    """A configuration, and a host of its own that it blocks: to see when a policy counts."""
    host = f"{uuid.uuid4()}.example"
    canary = f"{{source: {host}, block: true}}"
    return runs.config("mirrors:", *(f"- {it}" for it in (*rules, canary)), *spec), host


def wait_for(pods: Pods, host: str) -> None:
    """Wait until the server denies what a policy blocks."""
    until = time.monotonic() + SECONDS
    while "blocks it" not in str(pods.create(containers(f"{host}/canary")).get("message")):
        assert time.monotonic() < until, pods.create(containers(f"{host}/canary"))
        time.sleep(0.1)


def is_denied(answer: Object) -> bool:
    """Whether an answer is the refusal of a policy; another refusal is an error of the test."""
    if answer["kind"] == "Pod":
        return False
    assert "ValidatingAdmissionPolicy" in answer["message"], answer
    return True


def load(text: str) -> list[Object]:
    return [*yaml.safe_load_all(text)]

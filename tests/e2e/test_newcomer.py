"""The whole way of a newcomer: from an empty mirror with a password to pods in a cluster."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.apiserver import named
from tests.e2e.conftest import search_path
from tests.e2e.mirrored import Mirrored, Ran
from tests.e2e.pusher import Pusher
from tests.e2e.registries import PASSWORD, USER, distribution, htpasswd
from tests.e2e.tools import CRANE, REGISTRY

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster

pytestmark = pytest.mark.e2e

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      initContainers:
      - {{name: migrate, image: "{host}/team/migrate:2"}}
      containers:
      - {{name: web, image: "{host}/team/web:1.0"}}
"""
RUNNER = "  images:\n  - {{image: '{host}/team/runner:3', for: what the operator starts}}\n"
MORE = "  digests: {mode: lock}\n  pullSecrets: {names: [pull]}\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Mirrored]:
    """A folder beside a source with three images, and a mirror with none; who may push is known."""
    folder = tmp_path / "shop"
    (folder / ".docker").mkdir(parents=True)
    auth = htpasswd(tmp_path / "auth")
    with (
        distribution(REGISTRY, tmp_path / "source") as source,
        distribution(REGISTRY, tmp_path / "mirror", auth=auth) as mirror,
    ):
        for path, tag in (("team/web", "1.0"), ("team/migrate", "2"), ("team/runner", "3")):
            Pusher(host=source.host, path=path).index(tag)
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        login = {"auths": {mirror.host: {"auth": pair}}}
        (folder / ".docker" / "config.json").write_text(json.dumps(login))
        environment = {"PATH": search_path(CRANE)}
        yield Mirrored(
            folder=folder, source=source.host, mirror=mirror.host, environment=environment
        )


def test_the_whole_way(place: Mirrored, cluster: Cluster) -> None:
    namespace = f"shop-{uuid.uuid4()}"
    web = place.folder / "web.yaml"
    web.write_text(SHOP.format(host=place.source, namespace=namespace))

    def run(code: int, *argv: str) -> Ran:
        ran = place.run(*argv)
        assert ran.code == code, ran.stderr
        return ran

    run(0, "init", f"--registry={place.mirror}/all", "--output=mirrorpin.yaml", "web.yaml")
    config = place.folder / "mirrorpin.yaml"
    config.write_text(config.read_text() + RUNNER.format(host=place.source) + MORE)
    ran = run(1, "lock", "--keep-going", "web.yaml")
    assert any("copy it there, mirrorpin plan" in it for it in ran.stderr)
    assert ran.stderr[-1].startswith("images.lock.yaml: nothing changed; 0 images; 3 not locked: ")
    assert not place.lock.exists()

    hosts = [f"--plain-http={place.source}", f"--plain-http={place.mirror}"]
    assert len(run(0, "plan", "--format=tsv", "web.yaml").stdout.splitlines()) == 4
    run(0, "sync", *hosts, "web.yaml")
    assert run(0, "plan", "--missing", *hosts, "web.yaml").stdout == ""
    run(0, "lock", "web.yaml")
    assert place.lock.read_text().count("digest: ") == 3

    mirrored = run(0, "web.yaml").stdout
    listed = run(0, "secrets", "web.yaml").stdout.splitlines()
    assert listed == [
        f"pull in namespace {namespace}: not among the manifests",
        f"     opens {place.mirror}",
        f"     for Deployment {namespace}/web",
    ]
    cluster.create([named("Namespace", namespace)])
    (secret,) = cluster.apply(run(0, "secrets", "--from-login", "web.yaml").stdout)
    (deployment,) = cluster.apply(mirrored)
    assert deployment["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "pull"}]

    kept = base64.b64decode(secret["data"][".dockerconfigjson"]).decode()
    (place.folder / "kept.json").write_text(kept)
    (place.folder / ".docker" / "config.json").unlink()
    ran = run(0, "verify", "--pull-secrets=kept.json", "web.yaml")
    assert ran.stderr[-1] == "verify passed: 3 images are there"

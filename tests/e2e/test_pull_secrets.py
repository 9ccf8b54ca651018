"""Whether the secrets that pods get open a real registry, as `verify --pull-secrets` says."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.apiserver import named
from tests.e2e.packages import DOCKER_REGISTRY
from tests.e2e.pusher import Pusher
from tests.e2e.registries import PASSWORD, USER, Registry, distribution, htpasswd
from tests.e2e.tools import REGISTRY
from tests.helpers.quirks import basic_header
from tests.helpers.shared import ROOT

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster

pytestmark = pytest.mark.e2e

CANARY = "c4n4ry"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
  - {name: web, image: "team/app:1.0"}
"""
IMAGE = "{host}/hub/team/app:1.0"


@pytest.fixture(
    scope="module", params=[REGISTRY, DOCKER_REGISTRY], ids=["distribution 3", "distribution 2.8"]
)
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    with distribution(request.param, folder, auth=htpasswd(folder / "auth")) as registry:
        headers = {"Authorization": basic_header(USER, PASSWORD)}
        Pusher(host=registry.host, path="hub/team/app", headers=headers).index("1.0")
        yield registry


def docker_config(key: str, password: str = PASSWORD) -> str:
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    return json.dumps({"auths": {key: {"auth": auth}}})


def secret(name: str, namespace: str, config: str) -> str:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/dockerconfigjson",
            "metadata": {"name": name, "namespace": namespace},
            "data": {".dockerconfigjson": base64.b64encode(config.encode()).decode()},
        }
    )


def verify(folder: Path, registry: Registry, secrets: str) -> tuple[int, str]:
    """The exit code, and what was said. The user of this machine may pull everything."""
    (folder / "secrets").write_text(secrets)
    (folder / "mirrorpin.yaml").write_text(
        "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n  mirrors:\n"
        f"  - {{source: docker.io, target: '{registry.host}/hub', pullSecrets: [pull]}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "transformer", "verify", "--pull-secrets=secrets", "--log-file=log"],
        capture_output=True,
        check=False,
        cwd=folder,
        env={
            "HOME": str(folder),
            "DOCKER_AUTH_CONFIG": docker_config(registry.host),
            "PYTHONPATH": str(ROOT),
        },
        input=POD,
        text=True,
        timeout=60,
    )
    for written in (done.stdout, done.stderr, (folder / "log").read_text()):
        assert PASSWORD not in written
        assert CANARY not in written
    return done.returncode, done.stderr


def printed(folder: Path, registry: Registry, namespace: str) -> str:
    """The Secret that is made of a login which knows another registry as well."""
    login = {**json.loads(docker_config(registry.host))["auths"], "other.io": {"auth": "YTpi"}}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "transformer",
            "secrets",
            "--from-login",
            f"--namespace={namespace}",
        ],
        capture_output=True,
        check=False,
        cwd=folder,
        env={
            "HOME": str(folder),
            "DOCKER_AUTH_CONFIG": json.dumps({"auths": login}),
            "PYTHONPATH": str(ROOT),
        },
        input=POD.replace("shop", namespace),
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "1 secret printed\n")
    return done.stdout


def test_a_login_becomes_a_secret_that_a_cluster_takes_and_that_opens(
    tmp_path: Path, registry: Registry, cluster: Cluster
) -> None:
    verify(tmp_path, registry, docker_config(registry.host))
    namespace = f"shop-{uuid.uuid4()}"
    cluster.create([named("Namespace", namespace)])
    (kept,) = cluster.apply(printed(tmp_path, registry, namespace))
    assert kept["type"] == "kubernetes.io/dockerconfigjson"
    assert kept["metadata"]["namespace"] == namespace
    config = base64.b64decode(kept["data"][".dockerconfigjson"]).decode()
    assert list(json.loads(config)["auths"]) == [registry.host]
    assert verify(tmp_path, registry, config) == PASSED


PASSED = (0, "verify passed: 1 image is there\n")


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("{}", id="the host"),
        pytest.param("https://{}/v2/", id="as docker login writes it"),
        pytest.param("{}/hub", id="a folder"),
        pytest.param("{}/hub/team/a", id="the beginning of a name"),
    ],
)
def test_the_right_secret(tmp_path: Path, registry: Registry, key: str) -> None:
    config = docker_config(key.format(registry.host))
    assert verify(tmp_path, registry, config) == PASSED
    assert verify(tmp_path, registry, secret("pull", "shop", config)) == PASSED


def test_a_wrong_password(tmp_path: Path, registry: Registry) -> None:
    code, said = verify(tmp_path, registry, docker_config(registry.host, CANARY))
    image = IMAGE.format(host=registry.host)
    assert code == 1
    assert said.splitlines() == [
        f'<stdin>:6:24: error: "{image}" at {registry.host} is not open to the credentials '
        "given, HTTP 401 (registry-unauthorized)",
        "  hint: see whether the credentials are still good, and may pull this repository",
        "verify failed: 1 error",
    ]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("registry.example.com", id="another host"),
        pytest.param("127.0.0.1", id="another port"),
        pytest.param("{}/hub/other", id="another folder"),
    ],
)
def test_a_secret_for_another_place(tmp_path: Path, registry: Registry, key: str) -> None:
    key = key.format(registry.host)
    code, said = verify(tmp_path, registry, docker_config(key, CANARY))
    name = IMAGE.format(host=registry.host).removesuffix(":1.0")
    assert code == 1
    assert said.splitlines() == [
        '<stdin>:6:24: error: pull secrets, "pull" in namespace "shop", do not authorise '
        f'"{name}" (unauthorised)',
        f"  hint: its keys are {key}; a key is a host with its port, and how a path begins",
        f'<stdin>:6:24: error: "{name}:1.0" at {registry.host} is not open to anyone, HTTP '
        "401 (registry-unauthorized)",
        "  hint: compare its name, or give credentials, as by `docker login` or --auth-file",
        "verify failed: 2 errors",
    ]


def test_a_secret_of_another_namespace(tmp_path: Path, registry: Registry) -> None:
    config = docker_config(registry.host)
    code, said = verify(tmp_path, registry, secret("pull", "other", config))
    assert code == 1
    assert said.splitlines() == [
        '<stdin>:6:24: error: pod in namespace "shop" finds none of its pull secrets in '
        'secrets: expected "pull" (no-secret)',
        "verify failed: 1 error",
    ]

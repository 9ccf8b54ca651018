"""What Argo CD's repo-server keeps of a plugin's work, and when it asks the plugin again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.argocd import objects, string
from tests.e2e.reposerver import commit, serve_repositories
from tests.e2e.test_kustomize import IMAGES, edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.reposerver import RepoServer

pytestmark = pytest.mark.e2e

PROD: dict[str, Any] = {"parameters": [string("overlay", "overlays/prod")]}
NGINX = IMAGES["nginx:1.27"]
DIGEST = NGINX.partition("@")[2]
OTHER = "sha256:" + "5f" * 32


@pytest.fixture(scope="module")
def repo_server() -> Iterator[RepoServer]:
    with serve_repositories() as running:
        yield running


@pytest.fixture
def app(repository: Path) -> dict[str, Any]:
    """An application of its own name: what the cache has of others is not for it."""
    commit(repository)
    return {"name": repository.parent.name, "repository": repository, "path": "example"}


def images(manifests: list[str]) -> set[str]:
    return {
        container["image"]
        for (kind, _), item in objects(manifests).items()
        if kind == "Deployment"
        for container in item["spec"]["template"]["spec"]["containers"]
    }


def test_the_same_again_is_answered_from_the_cache(
    repo_server: RepoServer, app: dict[str, Any]
) -> None:
    before = repo_server.runs
    first = repo_server.generate(app, PROD)
    assert NGINX in images(first)
    assert repo_server.generate(app, PROD) == first
    assert repo_server.runs == before + 1


@pytest.mark.parametrize(
    ("plugin", "more"),
    [
        pytest.param(
            {"parameters": [*PROD["parameters"], string("digests", "off")]}, {}, id="parameter"
        ),
        pytest.param({"parameters": []}, {}, id="no-parameter"),
        pytest.param({**PROD, "env": [{"name": "X", "value": "1"}]}, {}, id="environment"),
        pytest.param(PROD, {"namespace": "shop-test"}, id="namespace"),
        pytest.param(PROD, {"kubeVersion": "1.35.0"}, id="cluster"),
        pytest.param(PROD, {"noCache": True}, id="hard-refresh"),
    ],
)
def test_a_change_of_the_application_asks_the_plugin_again(
    repo_server: RepoServer, app: dict[str, Any], plugin: dict[str, Any], more: dict[str, Any]
) -> None:
    repo_server.generate(app, PROD)
    before = repo_server.runs
    repo_server.generate(app, plugin, **more)
    assert repo_server.runs == before + 1


def test_a_change_of_the_lock_is_a_new_revision(
    repo_server: RepoServer, app: dict[str, Any]
) -> None:
    assert NGINX in images(repo_server.generate(app, PROD))
    edit(app["repository"] / "example/images.lock.yaml", DIGEST, OTHER)
    assert NGINX in images(repo_server.generate(app, PROD))
    commit(app["repository"])
    assert NGINX.replace(DIGEST, OTHER) in images(repo_server.generate(app, PROD))


def test_a_mounted_configuration_is_not_part_of_the_key(
    app: dict[str, Any], tmp_path: Path
) -> None:
    mounted = shutil.copytree(app["repository"] / "example", tmp_path / "mounted")
    with serve_repositories(MIRRORPIN_CONFIG=str(mounted / "mirrorpin.yaml")) as running:
        assert NGINX in images(running.generate(app, PROD))
        edit(mounted / "images.lock.yaml", DIGEST, OTHER)
        assert NGINX in images(running.generate(app, PROD))
        refreshed = running.generate(app, PROD, noCache=True)
    assert NGINX.replace(DIGEST, OTHER) in images(refreshed)


def test_a_failure_is_kept_as_well(repo_server: RepoServer, app: dict[str, Any]) -> None:
    wrong = {"parameters": [string("digest", "off")]}
    said = 'parameter "digest" is not known'
    answers = [repo_server.refuse(app, wrong) for _ in range(5)]
    assert all(said in answer for answer in answers)
    assert ["(cached)" in answer for answer in answers] == [False, False, False, True, True]
    assert "(cached)" not in repo_server.refuse(app, wrong, noCache=True)

"""The config management plugin, run by Argo CD's own plugin server."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.argocd import (
    HOMELESS,
    PLUGIN,
    objects,
    plugin,
    plugin_environment,
    serve,
    sidecar,
    string,
)
from tests.e2e.conftest import search_path
from tests.e2e.test_kustomize import IMAGES
from tests.e2e.tools import KUSTOMIZE_VERSIONS, kustomize

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.argocd import Server
    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

README = (PLUGIN / "README.md").read_text()
NGINX = IMAGES["nginx:1.27"]
MIGRATE = IMAGES["ghcr.io/acme/migrate:2.4.1"]


def expected(run: Run, folder: Path) -> dict[tuple[str, str], Any]:
    """What kustomize alone makes of a folder, with the images and secrets of the example."""
    built = run("kustomize", "build", ".", cwd=folder)
    assert built.returncode == 0
    found = objects(built.stdout.split("\n---\n"))
    for item in found.values():
        spec = item["spec"]["template"]["spec"]
        spec["imagePullSecrets"] = [{"name": "registry-pull"}]
        for container in spec["containers"]:
            container["image"] = IMAGES[container["image"]]
    return found


def test_manifests_differ_in_images_and_pull_secrets_only(
    run: Run, server: Server, repository: Path
) -> None:
    manifests = server.generate(repository, "example")
    assert objects(manifests) == expected(run, repository / "example")


def test_every_pinned_kustomize_gives_the_same(repository: Path) -> None:
    answers = []
    for version in KUSTOMIZE_VERSIONS:
        path = search_path(kustomize(version))
        with serve(PLUGIN, {**HOMELESS, "PATH": path}) as running:
            answers.append(running.generate(repository, "example"))
    assert answers == answers[:1] * len(KUSTOMIZE_VERSIONS)


def test_application_of_the_readme(server: Server, repository: Path) -> None:
    application = next(
        found for text in blocks("yaml") if "kind" in (found := yaml.safe_load(text))
    )
    source = application["spec"]["source"]
    named = plugin_environment(source["plugin"])
    assert (
        source["plugin"]["name"]
        == yaml.safe_load((PLUGIN / "plugin.yaml").read_text())["metadata"]["name"]
    )
    assert server.match(repository, source["path"], environment=named)
    found = objects(server.generate(repository, source["path"], environment=named))
    spec = found["Deployment", "prod-web"]["spec"]["template"]["spec"]
    assert [it["image"] for it in spec["containers"]] == [
        "edge.example.com/docker.io/library/nginx:1.27",
        "edge.example.com/ghcr.io/acme/migrate:2.4.1",
    ]


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", README)


@pytest.mark.parametrize(
    ("path", "environment", "is_ours"),
    [
        pytest.param("example", {}, True, id="kustomization-and-configuration"),
        pytest.param("example/base", {}, True, id="configuration-above"),
        pytest.param("bare", {}, False, id="no-configuration"),
        pytest.param("example-chart", {}, False, id="no-kustomization"),
        pytest.param("bare", plugin(), True, id="named-so-that-generate-says-why"),
    ],
)
def test_discovery(
    server: Server, repository: Path, path: str, environment: dict[str, str], is_ours: bool
) -> None:
    shutil.copytree(repository / "example/base", repository / "bare")
    assert server.match(repository, path, environment=environment) is is_ours


def test_configuration_of_the_sidecar_takes_every_kustomization(repository: Path) -> None:
    config = str(PLUGIN / "example" / "mirrorpin.yaml")
    with serve(PLUGIN, sidecar(MIRRORPIN_CONFIG=config)) as running:
        assert running.match(repository, "example/base")
        assert running.match(repository, "example/overlays/prod")
        assert not running.match(repository, "example-chart")
        [web] = running.generate(repository, "example/base")
        assert NGINX in web


def test_parameters_are_announced_with_what_the_repository_holds(
    server: Server, repository: Path
) -> None:
    assert server.announce(repository, "example") == [
        {
            "name": "config",
            "title": "Configuration",
            "tooltip": "Below the application's folder. Found: edge.yaml mirrorpin.yaml",
            "collectionType": "string",
        },
        {
            "name": "overlay",
            "title": "Overlay",
            "tooltip": "The folder to build. Found: base overlays/dev overlays/prod",
            "collectionType": "string",
            "string": ".",
        },
        {
            "name": "digests",
            "title": "Digests",
            "tooltip": "off, require or lock; empty for what the configuration says",
            "collectionType": "string",
        },
    ]


def test_announced_tooltip_survives_any_file_name(server: Server, repository: Path) -> None:
    shutil.copytree(repository / "example/overlays/dev", repository / 'example/a "\\\n\t\x01')
    config, overlay, _ = server.announce(repository, "example")
    assert config["name"] == "config"
    assert '"\\' in overlay["tooltip"]


def test_folder_without_anything_announces_so(server: Server, repository: Path) -> None:
    (repository / "empty").mkdir()
    config, overlay, digests = server.announce(repository, "empty")
    assert [config["tooltip"].split(". ")[1], overlay["tooltip"].split(". ")[1]] == [
        "Found: none"
    ] * 2
    assert digests["name"] == "digests"


def test_announced_defaults_are_those_in_effect(server: Server, repository: Path) -> None:
    defaults = [
        string(it["name"], it.get("string", "")) for it in server.announce(repository, "example")
    ]
    spelled = server.generate(repository, "example", environment=plugin(*defaults))
    assert spelled == server.generate(repository, "example", environment=plugin())


@pytest.mark.parametrize(
    ("parameters", "names", "nginx"),
    [
        pytest.param([], ["web"], NGINX, id="none"),
        pytest.param([string("overlay", "overlays/dev")], ["dev-web"], NGINX, id="overlay"),
        pytest.param(
            [string("config", "edge.yaml")],
            ["web"],
            "edge.example.com/docker.io/library/nginx:1.27",
            id="config",
        ),
        pytest.param([string("digests", "off")], ["web"], NGINX.partition("@")[0], id="digests"),
        pytest.param([string("overlay", ""), string("config", "")], ["web"], NGINX, id="cleared"),
    ],
)
def test_parameters(
    server: Server,
    repository: Path,
    parameters: list[dict[str, Any]],
    names: list[str],
    nginx: str,
) -> None:
    manifests = server.generate(repository, "example", environment=plugin(*parameters))
    found = objects(manifests)
    assert [name for _, name in found] == names
    [web] = found.values()
    assert web["spec"]["template"]["spec"]["containers"][0]["image"] == nginx


def test_folder_at_the_root_of_the_repository(server: Server, repository: Path) -> None:
    prod = plugin(string("overlay", "./overlays/prod"))
    [web] = server.generate(repository / "example", ".", environment=prod)
    assert NGINX in web


def test_configuration_elsewhere_in_the_repository(server: Server, repository: Path) -> None:
    above = plugin(string("config", "../../mirrorpin.yaml"))
    [web] = server.generate(repository, "example/overlays/prod", environment=above)
    assert NGINX in web


def test_environment_of_an_application_sets_no_option(server: Server, repository: Path) -> None:
    named = plugin(MIRRORPIN_CONFIG="edge.yaml", MIRRORPIN_DIGESTS="off")
    assert named["ARGOCD_ENV_MIRRORPIN_DIGESTS"] == "off"
    [web] = server.generate(repository, "example", environment=named)
    assert NGINX in web


def test_concurrent_requests_do_not_meet(server: Server, repository: Path) -> None:
    def generate(number: int) -> tuple[str, str]:
        overlay = ("overlays/dev", "overlays/prod")[number % 2]
        config = ("mirrorpin.yaml", "edge.yaml")[number // 2 % 2]
        chosen = plugin(string("overlay", overlay), string("config", config))
        [web] = server.generate(repository, "example", environment=chosen)
        return yaml.safe_load(web)["metadata"]["name"], containers(web)[0]["image"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(generate, range(12)))
    edge = "edge.example.com/docker.io/library/nginx:1.27"
    assert (
        answers
        == [
            ("dev-web", NGINX),
            ("prod-web", NGINX),
            ("dev-web", edge),
            ("prod-web", edge),
        ]
        * 3
    )
    assert not [entry for entry in server.work.rglob("*") if entry.is_file()]


def containers(manifest: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(manifest)["spec"]["template"]["spec"]["containers"]
    return found

"""The plugin for Helm charts, run by Argo CD's own plugin server."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.argocd import DESTINATION, HOMELESS, PLUGIN, objects, plugin, serve, sidecar, string
from tests.e2e.conftest import search_path
from tests.e2e.test_kustomize import IMAGES
from tests.e2e.tools import HELM_VERSIONS, helm

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.argocd import Server
    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

README = (PLUGIN / "README.md").read_text()


@pytest.mark.parametrize("version", HELM_VERSIONS)
def test_chart_with_hooks_and_resource_definitions(
    run: Run, repository: Path, version: str
) -> None:
    chart = repository / "example-chart"
    bare = run(
        *("helm", "template", "shop", ".", "--include-crds", f"--namespace={DESTINATION}"),
        *("--kube-version=1.34.0", "--api-versions=monitoring.coreos.com/v1"),
        *("--values=values-prod.yaml",),
        cwd=chart,
        tools=(helm(version),),
    )
    assert bare.returncode == 0
    rendered = objects(re.split("(?m)^---$", bare.stdout)[1:])
    assert len(rendered) == 4
    with serve(PLUGIN / "helm", {**HOMELESS, "PATH": search_path(helm(version))}) as running:
        prod = plugin({"name": "values", "array": ["values.yaml", "values-prod.yaml"]})
        mirrored = objects(running.generate(repository, "example-chart", environment=prod))
    web = rendered["Deployment", "shop-web"]
    assert web["metadata"]["annotations"]["example.com/kubernetes"] == "v1.34.0"
    assert web["metadata"]["annotations"]["example.com/monitored"] == "true"
    for item in rendered.values():
        if item["kind"] == "CustomResourceDefinition":
            continue
        spec = item["spec"].get("jobTemplate", item)["spec"]["template"]["spec"]
        [container] = spec["containers"]
        if container["image"] == "nginx:1.27":
            spec["imagePullSecrets"] = [{"name": "registry-pull"}]
        container["image"] = IMAGES[container["image"]]
    assert mirrored == rendered


def test_parameters_of_a_chart(helm_server: Server, repository: Path) -> None:
    (repository / "example-chart/tag.yaml").write_text("tag: 1.26\n")
    chosen = plugin(
        string("release", "blue"),
        string("digests", "off"),
        {"name": "values", "array": ["values-prod.yaml", "tag.yaml"]},
    )
    assert helm_server.match(repository, "example-chart")
    assert not helm_server.match(repository, "example")
    found = objects(helm_server.generate(repository, "example-chart", environment=chosen))
    spec = found["Deployment", "blue-web"]["spec"]["template"]["spec"]
    assert spec["containers"][0]["image"] == "registry.example.com/docker.io/library/nginx:1.26"
    assert ("CronJob", "blue-backup") in found
    names = [it["name"] for it in helm_server.announce(repository, "example-chart")]
    assert names == ["config", "digests", "release", "values"]


def test_dependencies_of_a_chart(repository: Path, tmp_path: Path) -> None:
    [init] = re.findall(r"`(init: .*)`", README)
    plugin_file = yaml.safe_load((PLUGIN / "helm/plugin.yaml").read_text())
    plugin_file["spec"].update(yaml.safe_load(init))
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin/plugin.yaml").write_text(yaml.safe_dump(plugin_file))
    chart = repository / "umbrella"
    (chart / "templates").mkdir(parents=True)
    shutil.copy(repository / "example-chart/mirrorpin.yaml", chart)
    shutil.copy(repository / "example-chart/images.lock.yaml", chart)
    (chart / "Chart.yaml").write_text(
        "apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n"
        "- {name: shop, version: 1.0.0, repository: 'file://../example-chart'}\n"
    )
    with serve(tmp_path / "plugin", sidecar(HOME=str(tmp_path))) as running:
        found = objects(running.generate(repository, "umbrella"))
    assert ("Deployment", "shop-web") in found


def test_options_of_the_sidecar_reach_helm(repository: Path) -> None:
    with serve(PLUGIN / "helm", sidecar(HELM_OPTIONS="--no-hooks --set backup=true")) as running:
        found = objects(running.generate(repository, "example-chart"))
    assert {kind for kind, _ in found} == {"CustomResourceDefinition", "Deployment", "CronJob"}

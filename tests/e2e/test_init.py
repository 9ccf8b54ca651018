"""What `init` writes for a host, run by that host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.argocd import HOMELESS, objects, serve
from tests.e2e.conftest import EXAMPLES, NEWEST, search_path
from tests.e2e.test_kustomize import IMAGES
from tests.e2e.tools import HELM_VERSIONS, KUSTOMIZE_VERSIONS, helm, kustomize
from tests.helpers.runs import pod

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("version", KUSTOMIZE_VERSIONS)
def test_kustomize_runs_the_function(tmp_path: Path, run: Run, version: str) -> None:
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [pod.yaml]\ntransformers: [images.yaml]\n"
    )
    (tmp_path / "pod.yaml").write_text(pod("nginx:1.27", "quay.io/acme/web"))
    init = ["mirrorpin", "init", "--for", "kustomize", "--output", "images.yaml", "pod.yaml"]
    written = run(*init, "--registry", "m.io", cwd=tmp_path, version=version)
    assert (written.returncode, written.stdout) == (0, "")
    # The comment that is written is no call.
    asked = run("mirrorpin", "doctor", ".", cwd=tmp_path, version=version)
    assert "(flags-unseen)" in asked.stderr
    (tmp_path / "build.sh").write_text("kustomize build --enable-alpha-plugins --enable-exec .\n")
    assert run("mirrorpin", "doctor", ".", cwd=tmp_path, version=version).returncode == 0
    build = ["kustomize", "build", "--enable-alpha-plugins", "--enable-exec", "."]
    built = run(*build, cwd=tmp_path, version=version)
    assert built.returncode == 0, built.stderr
    containers = yaml.safe_load(built.stdout)["spec"]["containers"]
    images = [container["image"] for container in containers]
    assert images == ["m.io/docker.io/library/nginx:1.27", "m.io/quay.io/acme/web"]


@pytest.mark.parametrize(
    ("plugin", "path"),
    [
        pytest.param("plugin", "example", id="kustomize"),
        pytest.param("plugin/helm", "example-chart", id="helm"),
    ],
)
def test_argocd_runs_the_plugins(
    tmp_path: Path, run: Run, repository: Path, plugin: str, path: str
) -> None:
    init = ["mirrorpin", "init", "--for", "argocd", "--output", "plugin"]
    assert run(*init, cwd=tmp_path).returncode == 0
    tools = (kustomize(NEWEST), helm(HELM_VERSIONS[0]))
    environment = {**HOMELESS, "PATH": search_path(*tools)}
    with serve(tmp_path / plugin, environment) as server:
        assert server.match(repository, path)
        found = objects(server.generate(repository, path))
    web = next(item for (kind, _), item in found.items() if kind == "Deployment")
    spec = web["spec"]["template"]["spec"]
    assert spec["containers"][0]["image"] == IMAGES["nginx:1.27"]
    assert spec["imagePullSecrets"] == [{"name": "registry-pull"}]


def test_helm_4_runs_the_plugin(tmp_path: Path, run: Run) -> None:
    init = ["mirrorpin", "init", "--for", "helm", "--output", "mirrorpin"]
    assert run(*init, cwd=tmp_path).returncode == 0
    done = run(
        *("helm", "template", "shop", ".", "--post-renderer", "mirrorpin"),
        cwd=EXAMPLES / "argocd" / "example-chart",
        tools=(helm(HELM_VERSIONS[1]),),
        HELM_PLUGINS=str(tmp_path),
    )
    # Helm 4 would swallow it: that it is seen is what the plugin is for.
    summary = "2 images: 2 rewritten, 0 kept, 0 left alone; 1 pull secret list extended\n"
    assert (done.returncode, done.stderr) == (0, summary)
    assert IMAGES["nginx:1.27"] in done.stdout

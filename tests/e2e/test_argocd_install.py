"""The files that bring the plugin into Argo CD's repo-server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.argocd import PLUGIN, objects
from tests.e2e.conftest import NEWEST
from tests.e2e.tools import HELM_VERSIONS

if TYPE_CHECKING:
    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

CONTAINERFILE = (PLUGIN / "Containerfile").read_text()
REPO_SERVER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-repo-server}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: argocd-repo-server}}
  template:
    metadata: {labels: {app.kubernetes.io/name: argocd-repo-server}}
    spec:
      containers:
      - name: argocd-repo-server
        image: quay.io/argoproj/argocd:v3.2.12
      volumes:
      - {name: var-files, emptyDir: {}}
      - {name: plugins, emptyDir: {}}
"""


@pytest.fixture
def installed(run: Run, tmp_path: Path) -> dict[tuple[str, str], Any]:
    """What a kustomization that installs Argo CD becomes with the README's line."""
    shutil.copytree(PLUGIN, tmp_path / "mirrorpin/kustomize-plugin/argocd")
    (tmp_path / "repo-server.yaml").write_text(REPO_SERVER)
    [line] = re.findall(r"(?m)^components: .*$", (PLUGIN / "README.md").read_text())
    (tmp_path / "kustomization.yaml").write_text(f"resources: [repo-server.yaml]\n{line}\n")
    built = run("kustomize", "build", ".", cwd=tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    return objects(built.stdout.split("\n---\n"))


def test_component_adds_a_sidecar_for_each_plugin(
    installed: dict[tuple[str, str], Any],
) -> None:
    pod = installed["Deployment", "argocd-repo-server"]["spec"]["template"]["spec"]
    names = [it["name"] for it in pod["containers"]]
    assert sorted(names) == ["argocd-repo-server", "mirrorpin-helm", "mirrorpin-kustomize"]
    volumes = {it["name"]: it for it in pod["volumes"]}
    for container in pod["containers"]:
        if container["name"] == "argocd-repo-server":
            continue
        assert container["securityContext"]["runAsUser"] == 999
        mounts = {it["mountPath"]: it["name"] for it in container["volumeMounts"]}
        assert mounts["/tmp"] == f"{container['name']}-tmp"
        config = volumes[mounts["/home/argocd/cmp-server/config/plugin.yaml"]]["configMap"]["name"]
        plugin = yaml.safe_load(installed["ConfigMap", config]["data"]["plugin.yaml"])
        assert plugin["metadata"]["name"] == container["name"]
        assert set(mounts.values()) <= set(volumes)


def test_image_has_the_tested_versions() -> None:
    pinned = re.findall(r"go install (\S+)@v(\S+)", CONTAINERFILE)
    assert pinned == [
        ("sigs.k8s.io/kustomize/kustomize/v5", NEWEST),
        ("helm.sh/helm/v3/cmd/helm", HELM_VERSIONS[0]),
    ]


def test_image_gets_files_that_exist() -> None:
    root = PLUGIN.parents[1]
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", CONTAINERFILE)
    assert copied
    for names in copied:
        for name in names.split():
            assert (root / name).exists(), name


def test_lint() -> None:
    program = Path(sys.executable).parent / "hadolint"
    linted = subprocess.run(
        [program, "Containerfile"],
        capture_output=True,
        check=False,
        cwd=PLUGIN,
        text=True,
        timeout=60,
    )
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")

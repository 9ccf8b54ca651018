"""Where in a tree of kustomizations mirrorpin can be listed, and through which kustomize."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import EXAMPLES, NEWEST
from tests.e2e.test_kustomize import (
    BUILD,
    EXEC,
    IMAGES,
    SUMMARY,
    VERSIONS,
    edit,
    objects,
    pod_spec,
    validate,
)
from tests.e2e.tools import KUBECTL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

KUBECTL_BUILD = ("kubectl", "kustomize", "--enable-alpha-plugins")
TRANSFORMERS = "transformers:\n- images.yaml\n"


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLES, tmp_path / "kustomize-plugin", symlinks=True)


@pytest.fixture
def krm(examples: Path) -> Path:
    return examples / "krm"


@VERSIONS
def test_component_of_one_line(run: Run, krm: Path, version: str) -> None:
    [line] = re.findall(
        r"components: \[.*\]", (krm.parent / "component/kustomization.yaml").read_text()
    )
    edit(krm / "kustomization.yaml", TRANSFORMERS, f"{line}\n")
    built = run(*EXEC, ".", cwd=krm, version=version)
    assert built.returncode == 0
    # A component comes before the prefix of who includes it: names are what they would have been.
    assert built.stdout == (krm / "expected.yaml").read_text()
    assert run("mirrorpin", "doctor", ".", cwd=krm, version=version).returncode == 0


@VERSIONS
@pytest.mark.parametrize(
    ("environment", "registry"),
    [("dev", "registry.dev.example.com"), ("prod", "registry.example.com")],
)
def test_one_configuration_and_one_lock_for_environments(
    run: Run, tmp_path: Path, version: str, environment: str, registry: str
) -> None:
    folder = shutil.copytree(EXAMPLES.parent / "examples/environments", tmp_path / "environments")
    (folder / ".git").mkdir()
    [command] = re.findall(
        r"(?m)^kustomize (.* )overlays/prod$", (folder / "README.md").read_text()
    )
    built = run(
        "kustomize", *command.split(), f"overlays/{environment}", cwd=folder, version=version
    )
    assert built.returncode == 0, built.stderr
    spec = pod_spec(objects(built.stdout)["Deployment", "web"])
    assert spec["containers"][0]["image"].startswith(
        f"{registry}/docker.io/library/nginx:1.27@sha256:6965a10c"
    )
    assert spec.get("imagePullSecrets", []) == (
        [{"name": "registry-pull"}] if environment == "prod" else []
    )


@VERSIONS
@pytest.mark.parametrize("again", ["images.yaml", "edge.yaml"], ids=["same-file", "two-files"])
def test_listed_twice(run: Run, krm: Path, version: str, again: str) -> None:
    edit(krm / "kustomization.yaml", TRANSFORMERS, f"{TRANSFORMERS}- again.yaml\n")
    second = (krm / "images.yaml").read_text().replace("name: images\n", "name: again\n")
    if again == "edge.yaml":
        # Whoever comes second finds targets that it does not know.
        second = second.replace("registry.example.com", "edge.example.com")
    (krm / "again.yaml").write_text(second)
    built = run(*EXEC, ".", cwd=krm, version=version)
    if again == "images.yaml":
        twice = SUMMARY.replace("7 rewritten, 0 kept", "0 rewritten, 7 kept")
        twice = twice.replace("3 pull secret", "0 pull secret")
        assert (built.returncode, built.stderr) == (0, SUMMARY + twice)
        assert built.stdout == (krm / "expected.yaml").read_text()
    else:
        assert (built.returncode, built.stdout) == (1, "")
        assert "registry.example.com/docker.io/library/nginx:1.27" in built.stderr


@VERSIONS
def test_validator_of_each_version(run: Run, krm: Path, version: str) -> None:
    validate(krm)
    passed = run(*EXEC, ".", cwd=krm, version=version)
    assert (passed.returncode, passed.stdout) == (0, (krm / "expected.yaml").read_text())
    edit(krm / "kustomization.yaml", TRANSFORMERS, "")
    failed = run(*EXEC, ".", cwd=krm, version=version)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "check failed" in failed.stderr


def test_validator_of_the_legacy_layout(run: Run, examples: Path) -> None:
    folder = examples / "legacy" / "example"
    home = {"KUSTOMIZE_PLUGIN_HOME": str(examples / "legacy")}
    validate(folder)
    passed = run(*BUILD, ".", cwd=folder, **home)
    assert (passed.returncode, passed.stdout) == (0, (examples / "krm/expected.yaml").read_text())
    edit(folder / "kustomization.yaml", TRANSFORMERS, "")
    failed = run(*BUILD, ".", cwd=folder, **home)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "check failed" in failed.stderr


SECRET = """\
secretGenerator:
- name: registry-pull
  type: kubernetes.io/dockerconfigjson
  files: [.dockerconfigjson]
"""


@VERSIONS
@pytest.mark.parametrize("owner", ["base", "middle", "outer"])
def test_generated_secret_below_nested_prefixes(
    run: Run, krm: Path, tmp_path: Path, version: str, owner: str
) -> None:
    below = {"base": ["web.yaml"], "middle": ["../base"], "outer": ["../middle"]}
    for name, resources in below.items():
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(krm / "dockerconfig.json", folder / ".dockerconfigjson")
        text = f"resources: {resources}\nnamePrefix: {name}-\n"
        (folder / "kustomization.yaml").write_text(text + (SECRET if name == owner else ""))
    shutil.copy(EXAMPLES / "argocd/example/base/web.yaml", tmp_path / "base")
    for name in ("images.yaml", "images.lock.yaml"):
        shutil.copy(krm / name, tmp_path / "outer")
    with (tmp_path / "outer/kustomization.yaml").open("a") as file:
        file.write(TRANSFORMERS)
    built = run(*EXEC, "outer", cwd=tmp_path, version=version)
    assert built.returncode == 0, built.stderr
    found = objects(built.stdout)
    [secret] = [name for kind, name in found if kind == "Secret"]
    prefix = {"base": "outer-middle-base", "middle": "outer-middle", "outer": "outer"}[owner]
    assert re.fullmatch(f"{prefix}-registry-pull-[a-z0-9]{{10}}", secret)
    spec = pod_spec(found["Deployment", "outer-middle-base-web"])
    assert spec["imagePullSecrets"] == [{"name": secret}]
    assert spec["containers"][0]["image"] == IMAGES["nginx:1.27"]


@pytest.mark.parametrize("version", ["5.7.1", "5.8.1"])
def test_arguments_reach_the_function(run: Run, krm: Path, version: str) -> None:
    edit(krm / "images.yaml", "{path: mirrorpin}", "{path: mirrorpin, args: [--digests=off, -q]}")
    built = run(*EXEC, ".", cwd=krm, version=version)
    assert (built.returncode, built.stderr) == (0, "")
    expected = re.sub("@sha256:[0-9a-f]{64}", "", (krm / "expected.yaml").read_text())
    assert built.stdout == expected


def test_legacy_plugin_in_kubectl(run: Run, examples: Path) -> None:
    folder = examples / "legacy" / "example"
    home = {"KUSTOMIZE_PLUGIN_HOME": str(examples / "legacy")}
    built = run(*KUBECTL_BUILD, ".", cwd=folder, tools=(KUBECTL,), **home)
    assert (built.returncode, built.stdout) == (0, (examples / "krm/expected.yaml").read_text())
    edit(folder / "images.lock.yaml", "docker.io/library/nginx:1.27:", "docker.io/library/n:1:")
    failed = run(*KUBECTL_BUILD, ".", cwd=folder, tools=(KUBECTL,), **home)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert '"docker.io/library/nginx:1.27"' in failed.stderr


def test_function_in_kubectl_is_skipped_in_silence(run: Run, krm: Path) -> None:
    built = run(*KUBECTL_BUILD, ".", cwd=krm, tools=(KUBECTL,))
    assert (built.returncode, built.stderr) == (0, "")
    assert "image: nginx:1.27\n" in built.stdout
    (krm / "README.md").write_text("kubectl kustomize --enable-alpha-plugins .\n")
    doctor = run("mirrorpin", "doctor", ".", cwd=krm, tools=(KUBECTL,))
    assert doctor.returncode == 1
    assert "kubectl has no `--enable-exec`: it skips the function in silence" in doctor.stderr


def containers(item: dict[str, Any]) -> list[str]:
    return [container["image"] for container in pod_spec(item)["containers"]]


def test_helm_charts_inflated_by_kustomize(run: Run, krm: Path) -> None:
    from tests.e2e.tools import HELM_VERSIONS, helm

    shutil.copytree(EXAMPLES / "argocd/example-chart", krm / "charts/shop")
    edit(
        krm / "kustomization.yaml",
        "resources:\n- base\n",
        "helmCharts:\n"
        "- {name: shop, releaseName: shop, valuesFile: charts/shop/values-prod.yaml}\n",
    )
    for version in HELM_VERSIONS:
        built = run(*EXEC, "--enable-helm", ".", cwd=krm, tools=(helm(version),), version=NEWEST)
        assert built.returncode == 0, built.stderr
        found = objects(built.stdout)
        assert containers(found["Deployment", "prod-shop-web"]) == [IMAGES["nginx:1.27"]]
        assert containers(found["CronJob", "prod-shop-backup"]) == [
            IMAGES["ghcr.io/acme/backup:1.9"]
        ]
        assert containers(found["Job", "prod-shop-migrate"]) == [
            IMAGES["ghcr.io/acme/migrate:2.4.1"]
        ]

"""The post-renderer of Helm 3 and the plugin of Helm 4, run by both."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.conftest import EXAMPLES, search_path
from tests.e2e.discovery import serve_discovery
from tests.e2e.test_kustomize import IMAGES, edit
from tests.e2e.tools import HELM_VERSIONS, helm

if TYPE_CHECKING:
    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

HELM_3, HELM_4 = HELM_VERSIONS
VERSIONS = pytest.mark.parametrize("version", HELM_VERSIONS)
TEMPLATE = ("helm", "template", "shop", ".")
MIRRORED = (*TEMPLATE, "--post-renderer", "mirrorpin")
PROD = "--values=values-prod.yaml"
NGINX = IMAGES["nginx:1.27"]
MIGRATE = IMAGES["ghcr.io/acme/migrate:2.4.1"]
README = (EXAMPLES / "helm" / "README.md").read_text()
BLOCKS = re.findall(r"(?ms)^```sh\n(.*?)^```$", README)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    examples = shutil.copytree(EXAMPLES, tmp_path / "kustomize-plugin", symlinks=True)
    return examples / "argocd" / "example-chart"


@pytest.fixture
def plugins(chart: Path) -> str:
    return str(chart.parents[1] / "helm")


def objects(text: str) -> dict[str, Any]:
    found = [it for it in yaml.safe_load_all(text) if it]
    by_kind = {item["kind"]: item for item in found}
    assert len(by_kind) == len(found)
    return by_kind


def pod_spec(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = item["spec"].get("jobTemplate", item)["spec"]["template"]["spec"]
    return found


def mirrored(bare: dict[str, Any], *kinds: str) -> dict[str, Any]:
    for kind in kinds:
        spec = pod_spec(bare[kind])
        if kind == "Deployment":
            spec["imagePullSecrets"] = [{"name": "registry-pull"}]
        [container] = spec["containers"]
        container["image"] = IMAGES[container["image"]]
    return bare


@pytest.mark.parametrize(
    ("version", "kinds"),
    [
        pytest.param(HELM_3, ("Deployment", "CronJob"), id="helm-3-keeps-hooks-to-itself"),
        pytest.param(HELM_4, ("Deployment", "CronJob", "Job"), id="helm-4-hands-hooks-over"),
    ],
)
def test_images_and_pull_secrets_change_only(
    run: Run, chart: Path, plugins: str, version: str, kinds: tuple[str, ...]
) -> None:
    tools = (helm(version),)
    bare = run(*TEMPLATE, PROD, "--include-crds", cwd=chart, tools=tools)
    done = run(
        *MIRRORED, PROD, "--include-crds", cwd=chart, tools=tools, **only_for(version, plugins)
    )
    assert (bare.returncode, done.returncode) == (0, 0)
    found = objects(done.stdout)
    assert found == mirrored(objects(bare.stdout), *kinds)
    assert found["Job"]["metadata"]["annotations"] == {
        "helm.sh/hook": "pre-upgrade,pre-install",
        "helm.sh/hook-weight": "-5",
    }
    versions = found["CustomResourceDefinition"]["spec"]["versions"]
    schema = versions[0]["schema"]["openAPIV3Schema"]
    assert schema["properties"]["image"]["default"] == "nginx:1.27"
    assert "Thank you" not in done.stdout
    assert "postrenderer.helm.sh" not in done.stdout


def only_for(version: str, plugins: str) -> dict[str, str]:
    # Helm 3 fails at the sight of a plugin for Helm 4.
    return {"HELM_PLUGINS": plugins} if version == HELM_4 else {}


@VERSIONS
def test_text_of_the_chart_stays(run: Run, chart: Path, plugins: str, version: str) -> None:
    done = run(*MIRRORED, cwd=chart, tools=(helm(version),), **only_for(version, plugins))
    [line] = [it for it in done.stdout.splitlines() if "library/nginx" in it]
    assert re.fullmatch(rf' +image: "{NGINX}" +# the tag is a value', line)
    assert "# Source: shop/templates/web.yaml\n" in done.stdout


def test_pipe_sees_the_hooks_of_helm_3(run: Run, chart: Path) -> None:
    done = run("sh", "-c", BLOCKS[1], cwd=chart, tools=(helm(HELM_3),))
    bare = run(*TEMPLATE, "--include-crds", cwd=chart, tools=(helm(HELM_3),))
    assert objects(done.stdout) == mirrored(objects(bare.stdout), "Deployment", "Job")


@pytest.mark.parametrize(
    ("version", "number"), [pytest.param(HELM_3, 0, id="3"), pytest.param(HELM_4, 2, id="4")]
)
def test_commands_of_the_readme(run: Run, chart: Path, version: str, number: int) -> None:
    assert len(BLOCKS) == 3
    done = run("sh", "-eu", "-c", BLOCKS[number], cwd=chart, tools=(helm(version),))
    assert done.returncode == 0
    assert done.stdout.count(NGINX) == 2
    assert done.stdout.count(MIGRATE) == (2 if version == HELM_4 else 0)


@VERSIONS
def test_dry_run_of_an_upgrade(
    run: Run, chart: Path, plugins: str, version: str, tmp_path: Path
) -> None:
    (tmp_path / "releases.yaml").write_text("[]")
    with serve_discovery() as url:
        done = run(
            *("helm", "upgrade", "--install", "--dry-run=client", "shop", ".", PROD),
            *("--post-renderer", "mirrorpin", "--kube-apiserver", url),
            cwd=chart,
            tools=(helm(version),),
            HELM_DRIVER="memory",
            HELM_MEMORY_DRIVER_DATA=str(tmp_path / "releases.yaml"),
            **only_for(version, plugins),
        )
    assert done.returncode == 0, done.stderr
    manifest = done.stdout.partition("MANIFEST:\n")[2].partition("\nNOTES:\n")
    assert set(objects(manifest[0])) == {"Deployment", "CronJob"}
    assert NGINX in manifest[0]
    assert IMAGES["ghcr.io/acme/backup:1.9"] in manifest[0]
    assert manifest[2] == "Thank you for installing shop: nginx:1.27 is up.\n"


@VERSIONS
def test_failing_run_shows_its_reason(run: Run, chart: Path, plugins: str, version: str) -> None:
    edit(chart / "values.yaml", '"1.27"', '"1.28"')
    failed = run(*MIRRORED, cwd=chart, tools=(helm(version),), **only_for(version, plugins))
    assert (failed.returncode, failed.stdout) == (1, "")
    assert ': error: "docker.io/library/nginx:1.28" is not in images.lock.yaml' in failed.stderr
    if version == HELM_4:
        assert 'plugin "mirrorpin" exited with error' in failed.stderr


def test_log_file_keeps_the_reason(run: Run, chart: Path, plugins: str) -> None:
    edit(chart / "values.yaml", '"1.27"', '"1.28"')
    log = chart / "mirrorpin.log"
    for version in HELM_VERSIONS:
        options = {"MIRRORPIN_LOG_FILE": str(log), **only_for(version, plugins)}
        assert run(*MIRRORED, cwd=chart, tools=(helm(version),), **options).returncode == 1
    assert log.read_text().count('error: "docker.io/library/nginx:1.28" is not in') == 2


@pytest.mark.parametrize("can_write", [True, False], ids=["folder", "read-only-folder"])
def test_helm_4_with_stderr_in_a_file(chart: Path, plugins: str, can_write: bool) -> None:
    (chart / "mirrorpin.yaml").unlink()
    folder = Path(plugins, "mirrorpin")
    if not can_write:
        # Also for root, who may write to any folder.
        edit(folder / "run", '[ -w "$HELM_PLUGIN_DIR" ]', "false")
    with (chart / "stderr").open("w") as stderr:
        failed = subprocess.run(
            MIRRORED,
            check=False,
            cwd=chart,
            env={"PATH": search_path(helm(HELM_4)), "HOME": plugins, "HELM_PLUGINS": plugins},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            timeout=60,
        )
    assert failed.returncode == 1
    assert (chart / "stderr").read_text().startswith("Error: error while running post render")
    assert (folder / "stderr.log").exists() is can_write
    if can_write:
        assert "error: no configuration" in (folder / "stderr.log").read_text()


def test_plugin_has_the_version_of_the_package() -> None:
    from transformer import __version__

    plugin = yaml.safe_load((EXAMPLES / "helm/mirrorpin/plugin.yaml").read_text())
    assert plugin["version"] == __version__


def test_script_has_no_findings() -> None:
    program = Path(sys.executable).parent / "shellcheck"
    linted = subprocess.run(
        [program, EXAMPLES / "helm/mirrorpin/run"], capture_output=True, check=False, timeout=60
    )
    assert (linted.returncode, linted.stdout) == (0, b"")

"""The kustomize examples, run by the real kustomize."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.tools import KUSTOMIZE_VERSIONS
from tests.helpers.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

EXAMPLES = ROOT / "kustomize-plugin"
BUILD = ("kustomize", "build", "--enable-alpha-plugins")
EXEC = (*BUILD, "--enable-exec")
VERSIONS = pytest.mark.parametrize("version", KUSTOMIZE_VERSIONS)

# The notes in a ConfigMap name an image that nothing pulls.
SUMMARY = "warning: 1 value looks like an image and is left as it is (suspects)\n"
SUMMARY += "  hint: list what was seen: mirrorpin images --maybe\n"
SUMMARY += "7 images: 7 rewritten, 0 kept, 0 left alone; 3 pull secret lists extended\n"
PULL_SECRET = "prod-registry-pull-7k4d2tf875"
IMAGES = {
    "nginx:1.27": "registry.example.com/docker.io/library/nginx:1.27"
    "@sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd",
    "fluent/fluent-bit:3.2": "registry.example.com/docker.io/fluent/fluent-bit:3.2"
    "@sha256:5fe806d99f745708775ef33cd56b187a1a2ea93f23316b49e636cc54e397534e",
    "redis:7.4-alpine": "registry.example.com/docker.io/library/redis:7.4-alpine"
    "@sha256:81ff61c6958f38514583d4129a829bef85555b207222d99bc5bc388ce8130df7",
    "ghcr.io/acme/migrate:2.4.1": "registry.example.com/acme/migrate:2.4.1"
    "@sha256:a289c3a55021661d189d8c58a2cb6c893ab336904f84b60f9d0da51aa40fce48",
    "ghcr.io/acme/rules:12": "registry.example.com/acme/rules:12"
    "@sha256:203fd5b92d30a59c2709da9d0ccb3321a45b13ef526c2b76b1b1be71d650fd3c",
    "ghcr.io/acme/backup:1.9": "registry.example.com/acme/backup:1.9"
    "@sha256:93345ee15e781b697a1a3914db0e01b842281d42836de05caf91cd57b3fc23db",
    "quay.io/prometheus/node-exporter:v1.9.1": "public.example.com/quay.io/prometheus/"
    "node-exporter:v1.9.1@sha256:3aca07ea747c1fe31d56cb4512e31ce52af2c9cffb57763555a3b0ae5b8b146a",
}
PULL_SECRETS = {
    "prod-web": ["team-pull", PULL_SECRET],
    "prod-cart": [PULL_SECRET],
    "prod-backup": ["team-pull", PULL_SECRET],
}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLES, tmp_path / "kustomize-plugin", symlinks=True)


@pytest.fixture
def krm(examples: Path) -> Path:
    return examples / "krm"


def objects(text: str) -> dict[tuple[str, str], Any]:
    found = list(yaml.safe_load_all(text))
    by_name = {(item["kind"], item["metadata"]["name"]): item for item in found}
    assert len(by_name) == len(found)
    return by_name


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def pod_spec(item: dict[str, Any]) -> dict[str, Any]:
    spec = item["spec"]
    template: dict[str, Any] = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]
    found: dict[str, Any] = template["spec"]
    return found


def images(spec: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for container in spec.get("initContainers", []) + spec["containers"]:
        yield container, "image"
    for volume in spec.get("volumes", []):
        yield volume["image"], "reference"


def rewrite(built: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    """What the documented rules make of a build without the transformer."""
    for (kind, name), item in built.items():
        if kind not in ("Deployment", "StatefulSet", "DaemonSet", "CronJob"):
            continue
        spec = pod_spec(item)
        for owner, key in images(spec):
            owner[key] = IMAGES[owner[key]]
        if name in PULL_SECRETS:
            spec["imagePullSecrets"] = [{"name": secret} for secret in PULL_SECRETS[name]]
    return built


def without_transformer(run: Run, folder: Path) -> str:
    bare = shutil.copytree(folder.parent, folder.parent.parent / "bare") / folder.name
    edit(bare / "kustomization.yaml", "transformers:\n- images.yaml\n", "")
    built = run("kustomize", "build", ".", cwd=bare)
    assert built.returncode == 0
    output: str = built.stdout
    return output


@VERSIONS
def test_krm_function_changes_images_and_pull_secrets_only(
    run: Run, krm: Path, version: str
) -> None:
    built = run(*EXEC, ".", cwd=krm, version=version)
    assert (built.returncode, built.stderr) == (0, SUMMARY)
    assert objects(built.stdout) == rewrite(objects(without_transformer(run, krm)))


def test_krm_function_prints_the_expected_file(run: Run, krm: Path) -> None:
    assert run(*EXEC, ".", cwd=krm).stdout == (krm / "expected.yaml").read_text()


@VERSIONS
def test_legacy_plugin_gives_the_same_without_enable_exec(
    run: Run, examples: Path, version: str
) -> None:
    home = str(examples / "legacy")
    folder = examples / "legacy" / "example"
    built = run(*BUILD, ".", cwd=folder, version=version, KUSTOMIZE_PLUGIN_HOME=home)
    assert built.returncode == 0
    assert built.stdout == (examples / "krm" / "expected.yaml").read_text()


def test_function_in_a_component_and_listed_twice(run: Run, krm: Path) -> None:
    edit(krm / "kustomization.yaml", "- base\n", "- base\ncomponents:\n- ../component\n")
    assert run(*EXEC, ".", cwd=krm).stdout == (krm / "expected.yaml").read_text()


def test_failing_run_fails_the_build_and_says_why(run: Run, krm: Path) -> None:
    edit(krm / "images.lock.yaml", "docker.io/library/nginx:1.27:", "docker.io/library/nginx:1.26:")
    built = run(*EXEC, ".", cwd=krm)
    assert built.returncode == 1
    assert built.stdout == ""
    problem, *_, kustomize = built.stderr.splitlines()
    assert ": error: " in problem
    assert '"docker.io/library/nginx:1.27"' in built.stderr
    assert kustomize.rstrip() == "Error: couldn't execute function: exit status 1"


def test_failing_legacy_plugin_shows_its_reason(run: Run, examples: Path) -> None:
    folder = examples / "legacy" / "example"
    edit(folder / "images.lock.yaml", "docker.io/library/nginx:1.27:", "docker.io/library/n:1:")
    home = str(examples / "legacy")
    built = run(*BUILD, ".", cwd=folder, KUSTOMIZE_PLUGIN_HOME=home, TMPDIR=str(examples))
    assert built.returncode == 1
    assert built.stdout == ""
    assert '"docker.io/library/nginx:1.27"' in built.stderr
    assert "exit status 1" in built.stderr


def test_configuration_error_has_its_own_exit_status(run: Run, krm: Path) -> None:
    edit(krm / "images.yaml", "unmatched: fail", "unmatchd: fail")
    built = run(*EXEC, ".", cwd=krm)
    assert built.returncode == 1
    assert built.stdout == ""
    assert "`spec.unmatchd`" in built.stderr
    assert "exit status 2" in built.stderr


def test_validator_passes_what_the_transformer_left(run: Run, krm: Path) -> None:
    validate(krm)
    assert run(*EXEC, ".", cwd=krm).stdout == (krm / "expected.yaml").read_text()


def test_validator_fails_what_was_not_transformed(run: Run, krm: Path) -> None:
    validate(krm)
    edit(krm / "kustomization.yaml", "transformers:\n- images.yaml\n", "")
    built = run(*EXEC, ".", cwd=krm)
    assert built.returncode == 1
    assert built.stdout == ""
    assert "nginx:1.27" in built.stderr


def validate(krm: Path) -> None:
    check = (krm / "images.yaml").read_text().replace("spec:\n", "spec:\n  mode: check\n")
    (krm / "check.yaml").write_text(check)
    with (krm / "kustomization.yaml").open("a") as kustomization:
        kustomization.write("validators:\n- check.yaml\n")


def test_without_enable_exec_nothing_happens_in_silence(run: Run, krm: Path) -> None:
    built = run(*BUILD, ".", cwd=krm)
    assert (built.returncode, built.stderr) == (0, "")
    assert built.stdout == without_transformer(run, krm)


def test_doctor_sees_the_missing_flag(run: Run, krm: Path) -> None:
    (krm / "README.md").unlink()
    unseen = run("mirrorpin", "doctor", ".", cwd=krm)
    assert unseen.returncode == 1
    assert "(flags-unseen)" in unseen.stdout + unseen.stderr
    (krm / "build.sh").write_text("kustomize build --enable-alpha-plugins .\n")
    missing = run("mirrorpin", "doctor", ".", cwd=krm)
    assert missing.returncode == 1
    assert "build.sh:1:1: error: `kustomize build` lacks" in missing.stdout + missing.stderr


def test_check_in_the_pipe_sees_the_missing_flag(run: Run, krm: Path) -> None:
    # kustomize has given the generated pull secret another name by then.
    check = (krm / "images.yaml").read_text() + "  pullSecrets: {attachTo: none}\n"
    (krm / "check.yaml").write_text(check)
    guard = "| mirrorpin check -c check.yaml -"
    assert run("sh", "-c", f"{' '.join(BUILD)} . {guard}", cwd=krm).returncode == 1
    assert run("sh", "-c", f"{' '.join(EXEC)} . {guard}", cwd=krm).returncode == 0


@pytest.mark.parametrize(("version", "works"), [("5.5.0", False), ("5.7.1", True), ("5.8.1", True)])
def test_arguments_need_5_7_and_doctor_says_so(
    run: Run, krm: Path, version: str, works: bool
) -> None:
    edit(krm / "images.yaml", "{path: mirrorpin}", "{path: mirrorpin, args: [-q]}")
    built = run(*EXEC, ".", cwd=krm, version=version)
    assert (built.returncode == 0) is works
    assert ('unknown field "args"' in built.stderr) is not works
    doctor = run("mirrorpin", "doctor", ".", cwd=krm, version=version)
    assert (doctor.returncode == 0) is works
    assert ("(exec-args)" in doctor.stdout + doctor.stderr) is not works


@pytest.mark.parametrize(
    ("example", "found", "said"),
    [
        pytest.param("krm", "2 kustomizations", SUMMARY, id="krm"),
        pytest.param("legacy", "1 kustomization", "", id="legacy-hides-stderr-of-success"),
    ],
)
def test_commands_of_the_readme(
    run: Run, examples: Path, example: str, found: str, said: str
) -> None:
    readme = (examples / example / "README.md").read_text()
    commands = readme.partition("```sh\n")[2].partition("```")[0]
    assert "kustomize build" in commands
    shown = run("sh", "-eu", "-c", commands, cwd=examples / example)
    doctor = f"doctor passed: {found}, 1 configuration, no trap\n"
    assert (shown.returncode, shown.stderr) == (0, doctor + said)
    assert shown.stdout == (examples / "krm" / "expected.yaml").read_text()


def test_tested_mirrorpin_is_the_one_on_path(run: Run, tmp_path: Path) -> None:
    found = run("sh", "-c", "command -v mirrorpin", cwd=tmp_path)
    assert found.stdout.strip() == os.path.join(os.path.dirname(sys.executable), "mirrorpin")

"""What kpt expects of a function, by itself and the runner that `kustomize fn run` shares."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.conftest import EXAMPLES
from tests.e2e.test_kustomize import edit
from tests.e2e.tools import KPT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

RUN = ("kustomize", "fn", "run", "--enable-exec")
WEB = "registry.example.com/docker.io/library/nginx:1.27"
MIGRATE = "registry.example.com/acme/migrate:2.4.1"
README = (EXAMPLES / "kpt/README.md").read_text()
# What kpt decodes results into, v1.0.0-beta.67; another type fails the function.
RESULT = {"message": str, "severity": str, "resourceRef": dict, "field": dict, "file": dict}
REFERENCE = {"apiVersion", "kind", "name", "namespace"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLES / "kpt", tmp_path / "kpt")


def pipeline(text: str, kind: str) -> dict[str, Any]:
    [function] = yaml.safe_load(text)["pipeline"][kind]
    found: dict[str, Any] = function
    return found


def with_config_map(config_map: dict[str, str]) -> list[str]:
    """The arguments that make the runner pass the ConfigMap which kpt makes of `configMap`."""
    return [
        "--exec-path",
        "mirrorpin",
        ".",
        "--",
        *(f"{key}={it}" for key, it in config_map.items()),
    ]


def test_files_keep_all_but_images_and_pull_secrets(run: Run, package: Path) -> None:
    before = (package / "workloads.yaml").read_text()
    [command] = re.findall(r"(?ms)^```sh\n(.*?)^```$", README)
    done = run("sh", "-eu", "-c", command, cwd=package)
    assert done.returncode == 0, done.stderr
    web = '        image: "nginx:1.27" # bump with care\n'
    expected = before.replace(
        web,
        web.replace("nginx:1.27", WEB) + "      imagePullSecrets:\n      - name: registry-pull\n",
    ).replace("image: ghcr.io/acme/migrate:2.4.1", f"image: '{MIGRATE}'")
    assert (package / "workloads.yaml").read_text() == expected
    secret = yaml.safe_load((package / "shop/externalsecret_registry-pull.yaml").read_text())
    assert secret["metadata"] == {"name": "registry-pull", "namespace": "shop"}
    again = run("sh", "-eu", "-c", command, cwd=package)
    assert again.returncode == 0
    assert (package / "workloads.yaml").read_text() == expected


def test_kptfile_mutates_then_validates(run: Run, package: Path) -> None:
    kptfile = (package / "Kptfile").read_text()
    assert pipeline(kptfile, "mutators") == {"exec": "mirrorpin", "configPath": "images.yaml"}
    check = with_config_map(pipeline(kptfile, "validators")["configMap"])
    (package / "images.yaml").rename(package.parent / "images.yaml")
    refused = run(*RUN, *check, cwd=package)
    assert refused.returncode == 1
    assert "check failed" in refused.stderr
    assert run(*RUN, ".", "--fn-path", "../images.yaml", cwd=package).returncode == 0
    passed = run(*RUN, "--dry-run", *check, cwd=package)
    assert passed.returncode == 0, passed.stderr
    assert "check passed" in passed.stderr


def test_image_example_of_the_readme(run: Run, package: Path) -> None:
    [block] = re.findall(r"(?ms)^```yaml\n(.*?)^```$", README)
    (package / "images.yaml").unlink()
    done = run(*RUN, *with_config_map(pipeline(block, "mutators")["configMap"]), cwd=package)
    assert done.returncode == 0, done.stderr
    text = (package / "workloads.yaml").read_text()
    assert WEB in text
    assert MIGRATE in text


@pytest.mark.parametrize("failing", [False, True], ids=["changes", "errors"])
def test_results_are_what_kpt_decodes(run: Run, package: Path, failing: bool) -> None:
    edit(package / "images.yaml", "{path: mirrorpin}", "{path: mirrorpin, args: [-v]}")
    if failing:
        edit(package / "images.yaml", "source: docker.io", "source: quay.io")
    (package.parent / "results").mkdir()
    before = items(package)
    done = run(*RUN, ".", "--results-dir", "../results", cwd=package)
    assert done.returncode == failing
    [file] = (package.parent / "results").iterdir()
    results = yaml.safe_load(file.read_text())
    assert len(results) >= (1 if failing else 2)
    after = items(package)
    assert failing is (after == before)
    for result in results:
        assert result["severity"] in ("error", "warning", "info")
        for key, value in result.items():
            assert isinstance(value, RESULT.get(key, dict))
        if "field" in result:
            check_field(result, before, "currentValue")
            check_field(result, after, "currentValue" if failing else "proposedValue")


def items(package: Path) -> dict[tuple[str, int], Any]:
    return {
        (str(path.relative_to(package)), index): item
        for path in sorted(package.rglob("*.yaml"))
        for index, item in enumerate(yaml.safe_load_all(path.read_text()))
    }


def check_field(result: dict[str, Any], found: dict[tuple[str, int], Any], key: str) -> None:
    """What a result names is there: the file, the object, and the field with that value."""
    item = found[result["file"]["path"], result["file"]["index"]]
    reference = result["resourceRef"]
    assert set(reference) <= REFERENCE
    assert reference["name"] == item["metadata"]["name"]
    assert (reference["apiVersion"], reference["kind"]) == (item["apiVersion"], item["kind"])
    field = result["field"]
    assert all(isinstance(value, str) for value in field.values())
    if field["path"].endswith("imagePullSecrets"):
        return  # may be absent before; a list of names as a string
    value = item
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", field["path"]):
        value = value[int(index)] if index else value[name]
    assert value == field[key]


def test_stdin_of_the_runner_keeps_its_annotations(run: Run, package: Path) -> None:
    manifests = list(yaml.safe_load_all((package / "workloads.yaml").read_text()))
    for index, item in enumerate(manifests):
        item["metadata"]["annotations"] = {
            "internal.config.kubernetes.io/package-path": "/packages/shop",
            "internal.config.kubernetes.io/path": "workloads.yaml",
            "internal.config.kubernetes.io/index": str(index),
        }
    resource_list = {
        "apiVersion": "config.kubernetes.io/v1",
        "kind": "ResourceList",
        "items": manifests,
        "functionConfig": yaml.safe_load((package / "images.yaml").read_text()),
    }
    done = run("mirrorpin", cwd=package, stdin=yaml.safe_dump(resource_list))
    answer = yaml.safe_load(done.stdout)
    assert answer["functionConfig"] == resource_list["functionConfig"]
    for old, new in zip(manifests, answer["items"], strict=False):
        assert new["metadata"] == old["metadata"]
    assert [it["kind"] for it in answer["items"]] == ["Deployment", "Job", "ExternalSecret"]


MIRRORED = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example.com/docker.io/library/nginx:1.27}
"""
CHECK = """\
apiVersion: kpt.dev/v1
kind: Kptfile
metadata: {name: shop, annotations: {config.kubernetes.io/local-config: "true"}}
pipeline:
  %s:
  - exec: mirrorpin -q
    configMap:
      mode: check
      mirrors: "[{source: docker.io, target: registry.example.com/docker.io}]"
"""


@pytest.mark.parametrize("mirrored", [True, False], ids=["passes", "fails"])
@pytest.mark.parametrize("kind", ["mutators", "validators"])
def test_check_in_a_kptfile_deletes_nothing(
    run: Run, tmp_path: Path, kind: str, mirrored: bool
) -> None:
    before = write_checked(tmp_path / "shop", kind, mirrored)
    done = run("kpt", "fn", "render", "--allow-exec", "shop", cwd=tmp_path, tools=(KPT,))
    assert (done.returncode == 0) is mirrored, done.stderr
    # kpt writes files anew, with quotes of its own.
    assert yaml.safe_load((tmp_path / "shop/pod.yaml").read_text()) == yaml.safe_load(before)
    assert (tmp_path / "shop/Kptfile").exists()


LOCKED = """\
apiVersion: kpt.dev/v1
kind: Kptfile
metadata: {name: shop, annotations: {config.kubernetes.io/local-config: "true"}}
pipeline:
  mutators:
  - exec: mirrorpin -q
    %s
"""
PIN = "mirrors: [{source: docker.io, target: registry.example.com/docker.io}]"


@pytest.mark.parametrize("start", [".", "shop", "shop/fn", "elsewhere", "/"])
@pytest.mark.parametrize("way", ["configPath", "configMap"])
def test_a_lock_lives_in_a_package_wherever_kpt_starts(
    run: Run, tmp_path: Path, start: str, way: str
) -> None:
    package = tmp_path / "shop"
    (package / "fn").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    configured = "configPath: fn/images.yaml"
    if way == "configMap":
        configured = (
            f"configMap: {{mirrors: '{PIN.removeprefix('mirrors: ')}', digests: 'mode: lock'}}"
        )
    else:
        (package / "fn/images.yaml").write_text(
            "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nmetadata: {name: images}\n"
            f"spec: {{{PIN}, digests: {{mode: lock}}}}\n"
        )
    (package / "Kptfile").write_text(LOCKED % configured)
    (package / "pod.yaml").write_text(
        MIRRORED.replace("registry.example.com/docker.io/library/nginx", "nginx")
    )
    digest = f"sha256:{'5f' * 32}"
    (package / "kbld.yaml").write_text(f"docker.io/library/nginx:1.27 {digest}\n")
    (tmp_path / "mirrorpin.yaml").write_text(
        "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
        f"spec: {{{PIN}, digests: {{lockFile: shop/images.lock.yaml}}}}\n"
    )
    locked = run("mirrorpin", "lock", "--import", "shop/kbld.yaml", cwd=tmp_path)
    assert locked.returncode == 0, locked.stderr
    (package / "kbld.yaml").unlink()
    before = (package / "images.lock.yaml").read_text()
    done = run(
        "kpt", "fn", "render", "--allow-exec", str(package), cwd=tmp_path / start, tools=(KPT,)
    )
    assert done.returncode == 0, done.stderr
    assert f"nginx:1.27@{digest}" in (package / "pod.yaml").read_text()
    assert (package / "images.lock.yaml").read_text() == before
    written = (package / "pod.yaml").read_text()
    again = run(
        "kpt", "fn", "render", "--allow-exec", str(package), cwd=tmp_path / start, tools=(KPT,)
    )
    assert again.returncode == 0, again.stderr
    assert (package / "pod.yaml").read_text() == written
    assert (package / "images.lock.yaml").read_text() == before


@pytest.mark.parametrize("mirrored", [True, False], ids=["passes", "fails"])
@pytest.mark.parametrize("command", ["mirrorpin", "mirrorpin check"])
def test_check_by_eval_deletes_nothing(
    run: Run, tmp_path: Path, command: str, mirrored: bool
) -> None:
    before = write_checked(tmp_path / "shop", "validators", mirrored)
    rule = "mirrors=[{source: docker.io, target: registry.example.com/docker.io}]"
    done = run(
        *("kpt", "fn", "eval", "shop", "--exec", command, "--", rule, "mode=check"),
        cwd=tmp_path,
        tools=(KPT,),
    )
    assert (done.returncode == 0) is mirrored, done.stderr
    # kpt writes files anew, with quotes of its own.
    assert yaml.safe_load((tmp_path / "shop/pod.yaml").read_text()) == yaml.safe_load(before)
    assert (tmp_path / "shop/Kptfile").exists()


def write_checked(folder: Path, kind: str, mirrored: bool) -> str:
    """A package that checks one pod. Returns the text of its file."""
    text = (
        MIRRORED if mirrored else MIRRORED.replace("registry.example.com/docker.io/", "docker.io/")
    )
    folder.mkdir()
    (folder / "Kptfile").write_text(CHECK % kind)
    (folder / "pod.yaml").write_text(text)
    return text

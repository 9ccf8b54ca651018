"""The options for pipes that others start: `--no-empty` and `--digests`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NGINX = "registry.example.com/hub/library/nginx:1.27"
DIGEST = "sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "nginx:1.27"}]}
"""
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: registry.example.com/hub}]
"""
LOCK = f"version: 1\nimages: {{docker.io/library/nginx:1.27: {{digest: {DIGEST}}}}}\n"
EMPTY = """\
<stdin>: error: must hold at least one manifest (no-manifests)
  hint: what was to render them failed, or rendered nothing
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "images.lock.yaml").write_text(LOCK)
    return tmp_path


def mirrorpin(
    folder: Path, *arguments: str, stdin: str = POD, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "transformer", *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": ":".join(sys.path), **environment},
        input=stdin,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("\ufeff", id="byte-order-mark"),
        pytest.param(" \r\n\t\n", id="blank-lines"),
        pytest.param("---\n...\n--- \n", id="markers"),
        pytest.param("%YAML 1.1\n--- # Source: shop/templates/web.yaml\n  # off\n", id="comments"),
    ],
)
def test_input_without_a_manifest_fails_on_request(folder: Path, text: str) -> None:
    failed = mirrorpin(folder, "--no-empty", stdin=text)
    assert (failed.returncode, failed.stdout, failed.stderr) == (1, "", EMPTY)
    twin = mirrorpin(folder, MIRRORPIN_NO_EMPTY="true", stdin=text)
    assert (twin.returncode, twin.stdout, twin.stderr) == (1, "", EMPTY)
    passed = mirrorpin(folder, stdin=text)
    assert (passed.returncode, passed.stdout) == (0, text.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(POD, id="pod"),
        pytest.param("--- {apiVersion: v1, kind: Service}\n", id="behind-a-marker"),
        pytest.param("# a comment\n  kind: Service\n", id="indented"),
        pytest.param("{kind: ResourceList, items: []}", id="resource-list-counts-its-own"),
    ],
)
def test_input_with_a_manifest_passes(folder: Path, text: str) -> None:
    assert mirrorpin(folder, "--no-empty", stdin=text).returncode == 0


@pytest.mark.parametrize(
    ("mode", "code", "image"),
    [
        pytest.param("", 0, NGINX, id="the-configuration's"),
        pytest.param("off", 0, NGINX, id="off"),
        pytest.param("lock", 0, f"{NGINX}@{DIGEST}", id="lock"),
        pytest.param("require", 1, "", id="require"),
    ],
)
def test_mode_of_digests_is_the_caller_s(folder: Path, mode: str, code: int, image: str) -> None:
    option = (f"--digests={mode}",) if mode else ()
    for done in (mirrorpin(folder, *option), mirrorpin(folder, MIRRORPIN_DIGESTS=mode)):
        assert done.returncode == code
        assert done.stdout == (POD.replace("nginx:1.27", image) if image else "")


def test_lock_that_is_asked_for_must_exist(folder: Path) -> None:
    (folder / "images.lock.yaml").unlink()
    failed = mirrorpin(folder, "--digests", "lock")
    assert (failed.returncode, failed.stdout, failed.stderr) == (
        2,
        "",
        'mirrorpin.yaml: error: `spec.digests.lockFile` must exist: "images.lock.yaml"'
        " (missing-file)\n",
    )

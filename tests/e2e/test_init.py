"""What `init` writes for kustomize, run by kustomize."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.tools import KUSTOMIZE_VERSIONS
from tests.runs import pod

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
    assert run("mirrorpin", "doctor", ".", cwd=tmp_path, version=version).returncode == 0
    build = ["kustomize", "build", "--enable-alpha-plugins", "--enable-exec", "."]
    built = run(*build, cwd=tmp_path, version=version)
    assert built.returncode == 0, built.stderr
    containers = yaml.safe_load(built.stdout)["spec"]["containers"]
    images = [container["image"] for container in containers]
    assert images == ["m.io/docker.io/library/nginx:1.27", "m.io/quay.io/acme/web"]

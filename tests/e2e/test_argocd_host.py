"""What Argo CD does to a plugin's files and processes, and that the plugin bears it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.argocd import PLUGIN, plugin, processes_with, serve, sidecar, string
from tests.helpers.rendering import pretend

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

FUNCTION = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata:
  name: images
  annotations:
    config.kubernetes.io/function: |
      exec: {path: PROGRAM}
spec: {unmatched: keep}
"""


@pytest.mark.parametrize(
    ("program", "preserve", "said"),
    [
        pytest.param("mirrorpin", False, "", id="on-path"),
        pytest.param("./function", False, "permission denied", id="of-the-repository"),
        pytest.param("./function", True, "", id="of-the-repository-with-its-mode"),
    ],
)
def test_files_arrive_without_their_exec_bit(
    repository: Path, tmp_path: Path, program: str, preserve: bool, said: str
) -> None:
    overlay = repository / "example/overlays/dev"
    (overlay / "function").write_text("#!/bin/sh\nexec cat\n")
    (overlay / "function").chmod(0o755)
    (overlay / "images.yaml").write_text(FUNCTION.replace("PROGRAM", program))
    with (overlay / "kustomization.yaml").open("a") as file:
        file.write("transformers: [images.yaml]\n")
    config = yaml.safe_load((PLUGIN / "plugin.yaml").read_text())
    config["spec"]["preserveFileMode"] = preserve
    (tmp_path / "plugin.yaml").write_text(yaml.safe_dump(config))
    flags = sidecar(KUSTOMIZE_OPTIONS="--enable-alpha-plugins --enable-exec")
    chosen = plugin(string("overlay", "overlays/dev"))
    with serve(tmp_path, flags) as running:
        if said:
            assert said in running.refuse(repository, "example", chosen)
        else:
            [web] = running.generate(repository, "example", chosen)
            assert "registry.example.com/docker.io/library/nginx:1.27@sha256:" in web


@pytest.mark.parametrize(
    ("program", "limit"),
    [
        pytest.param("sleep 600 & sleep 600; wait", 3.5, id="polite"),
        pytest.param("trap '' TERM; sleep 600 & sleep 600; sleep 600", 9, id="deaf"),
    ],
)
def test_deadline_ends_a_stalled_run_without_an_orphan(
    repository: Path, tmp_path: Path, program: str, limit: float
) -> None:
    pretend(tmp_path / "bin", "kustomize", program)
    mark = f"STALLED_RUN={tmp_path}"
    name, _, value = mark.partition("=")
    with serve(PLUGIN, sidecar(tmp_path / "bin", **{name: value})) as running:
        before = processes_with(mark)
        start = time.monotonic()
        said = running.refuse(repository, "example", timeout=2)
        assert re.search("eadline|signal: killed|CANCEL|error code 8", said)
        while processes_with(mark) != before:
            assert time.monotonic() - start < limit
            time.sleep(0.05)

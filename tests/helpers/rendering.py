"""Renderers that are a few lines of shell, and runs of the plugin that find them on their PATH."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tests.helpers.command import Ran, command

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata: {name: images}
spec: {mirrors: [{source: docker.io, target: m.io/hub}]}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: nginx:1.27}]}
"""
MIRRORED = POD.replace("nginx", "m.io/hub/library/nginx")
SUMMARY = "1 image: 1 rewritten, 0 kept, 0 left alone; 0 pull secret lists extended"

# One argument a line, and what a cat makes of a file that is called pod.yaml.
SHOW_AND_RENDER = 'printf "%s\\n" "$0" "$@" > "$SEEN"\ncat "$POD"'


def pretend(folder: Path, name: str, program: str) -> None:
    """Put a program of a name into a folder for PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{program}\n")
    (folder / name).chmod(0o755)


def application(repository: Path, path: str = "apps/web") -> Path:
    """Make an application of both sorts, with a configuration; returns its folder."""
    folder = repository / path
    folder.mkdir(parents=True)
    (folder / "mirrorpin.yaml").write_text(CONFIG)
    (folder / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: web, version: 1.0.0}\n")
    return folder


def sidecar(programs: Path, **more: str) -> dict[str, str]:
    """What the sidecar and Argo CD set, with programs in front on PATH."""
    return {
        "PATH": os.pathsep.join([str(programs), "/usr/bin", "/bin"]),
        "ARGOCD_APP_NAME": "shop",
        "ARGOCD_APP_NAMESPACE": "shop-prod",
        "ARGOCD_APP_SOURCE_PATH": "apps/web",
        **more,
    }


def plugin(word: str, environment: Mapping[str, str], *options: str) -> Ran:
    """Run the plugin in the working directory."""
    return command(*options, "cmp", *word.split(), environment=environment)

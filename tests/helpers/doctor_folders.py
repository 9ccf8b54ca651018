"""Kustomization folders for the tests of `mirrorpin doctor`: a correct one, and its parts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from transformer.cli.doctor import examine

if TYPE_CHECKING:
    from collections.abc import Mapping

MAKEFILE = "build:\n\tkustomize build --enable-alpha-plugins --enable-exec app\n"
KUSTOMIZATION = "resources: [pod.yaml]\ntransformers:\n- images.yaml\n"
FUNCTION = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata:
  name: images
  annotations:
    config.kubernetes.io/function: |
      exec:
        path: mirrorpin
spec:
  unmatched: keep
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: images
  annotations:
    config.kubernetes.io/function: "exec: {path: mirrorpin}"
data:
  mode: check
"""
CORRECT = {
    ".git/HEAD": "",
    "Makefile": MAKEFILE,
    "app/kustomization.yaml": KUSTOMIZATION,
    "app/images.yaml": FUNCTION,
    "app/pod.yaml": "kind: Pod\n",
    "bin/mirrorpin": "#!/bin/sh\n",
}
PLUGIN = "plugins/mirrorpin.dev/v1alpha1/imagetransformer/ImageTransformer"
LEGACY = FUNCTION.replace("annotations", "labels").replace("config.kubernetes.io/function", "x")
OVERLAY = "resources: [../app]\n"
COMPONENT = "components: [../app]\n"


def write(files: Mapping[str, str | None], *, mode: int = 0o755) -> None:
    """Write files below the working directory; None stands for no file."""
    for name, text in files.items():
        if text is None:
            continue
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(name, mode)


def diagnose(folder: str = "app", **environment: str) -> list[str]:
    """The problems as text, with `bin` and `plugins` of the test's folder as all there is."""
    found = examine(
        folder,
        {
            "PATH": os.path.abspath("bin"),
            "KUSTOMIZE_PLUGIN_HOME": os.path.abspath("plugins"),
            **environment,
        },
    )
    return [str(problem) for problem in found.traps]


def function(spec: str) -> str:
    """A function configuration with `spec` as its annotation's text, on one line."""
    head, _, rest = FUNCTION.partition("    config.kubernetes.io")
    return f"{head}    config.kubernetes.io/function: '{spec}'\n{rest[rest.index('spec:') :]}"

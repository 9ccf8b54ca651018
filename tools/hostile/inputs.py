"""What runs of the campaign are given: a configuration, and a pod with images of a registry."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.helpers.quirk_server import QuirkServer

CONFIG = "mirrorpin.yaml"
LOCK = "images.lock.yaml"

_RULES = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{{source: {host}, keep: true}}]
  digests: {{mode: "{mode}", resolveFrom: source, platforms: [{platforms}]}}
"""
_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n"


def configure(folder: Path, host: str, mode: str, platforms: str = "") -> None:
    """Write a configuration that keeps the images of a host, and wants digests by a mode."""
    (folder / CONFIG).write_text(_RULES.format(host=host, mode=mode, platforms=platforms))


def pod(images: Iterable[str]) -> bytes:
    items = (f"  - {{name: c, image: '{image}'}}\n" for image in images)
    return (_POD + "".join(items)).encode()


def fill(server: QuirkServer, count: int) -> bytes:
    """Put so many images into a registry. Returns a pod with all of them."""
    for number in range(count):
        server.put(f"a/b{number}:1", {"schemaVersion": 2, "manifests": [], "n": number})
    return pod(f"{server.host}/a/b{number}:1" for number in range(count))

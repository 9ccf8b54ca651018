"""A source and a mirror, both real registries, and `mirrorpin` run between them as a process."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.pusher import Pusher
from tests.e2e.registries import skopeo_digest
from transformer.registry.manifests import OCI_INDEX

PLAIN = "--tls-verify=false"
FIELD = "`spec.containers[0].image`"

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {{source: "{source}", target: "{mirror}", pullSecrets: [pull]}}
  digests: {digests}
"""

# Release 2.8, release 3 and go-containerregistry each say it in their own words.
_own_words = re.compile(r'(HTTP 404), [A-Z_]+(?: "[^"]*")?').sub


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a command; the lines of stderr without what a registry adds to a 404."""

    code: int
    stdout: str
    stderr: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """A folder with a configuration that mirrors one registry, by host and port, to another."""

    folder: Path
    source: str
    mirror: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def lock(self) -> Path:
        return self.folder / "images.lock.yaml"

    def configure(self, digests: str = "{mode: lock}", *, mirror: str = "") -> None:
        config = CONFIG.format(source=self.source, mirror=mirror or self.mirror, digests=digests)
        (self.folder / "mirrorpin.yaml").write_text(config)

    def manifests(self, *names: str) -> None:
        """Write pods, one for each image of the source, as path:tag; images are at column 12."""
        (self.folder / "pods.yaml").write_text(pods(*(f"{self.source}/{it}" for it in names)))

    def run(self, *argv: str, **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "transformer", *argv],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=variables(self.folder) | self.environment | environment,
            input="",
            text=True,
            timeout=60,
        )
        lines = _own_words(r"\1", done.stderr).splitlines()
        return Ran(code=done.returncode, stdout=done.stdout, stderr=lines)

    def digest(self, name: str) -> str:
        """What skopeo finds at the mirror, as path:tag."""
        return self.described(name)[0]

    def described(self, name: str) -> tuple[str, int]:
        return skopeo_digest(f"{self.mirror}/{name}", self.folder, PLAIN)


def variables(home: Path) -> dict[str, str]:
    path = ":".join(filter(None, sys.path))
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": path}


def pods(*images: str) -> str:
    """A stream of seven lines for each image, which is on the last of them."""
    return "".join(
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{number}}}\nspec:\n  containers:\n"
        f"  - image: {image}\n    name: c\n"
        for number, image in enumerate(images)
    )


def part_of_index(pusher: Pusher, tag: str, machines: Sequence[str]) -> None:
    """An index of some of the platforms that `Pusher.index` has."""
    children = [pusher.image("", it) for it in machines]
    content = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children}
    pusher.manifest(tag, content, OCI_INDEX)


def entry(name: str, digest: str, media_type: str, size: int, *more: str, whom: str) -> str:
    """An entry of a lock, as it is written."""
    fields = (
        f"digest: {digest}",
        f"mediaType: {media_type}",
        f"size: {size}",
        f"resolvedFrom: {whom}",
        *more,
    )
    return f"  {name}:\n" + "".join(f"    {it}\n" for it in fields)

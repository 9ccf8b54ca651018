"""A table in place of registries, and the command line over it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from transformer.cli.main import run
from transformer.cli.shell import Shell
from transformer.image.reference import Reference
from transformer.registry import Descriptor, RegistryFault
from transformer.registry.resolver import Answer

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64
C = "sha256:" + "c" * 64
INDEX = "application/vnd.oci.image.index.v1+json"
MIRROR = "registry.example.com"
NGINX = "docker.io/library/nginx:1.27"
WEB = "ghcr.io/acme/web:2.0"

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - source: docker.io
    target: registry.example.com/docker.io
    pullSecrets: [registry-pull]
  - source: ghcr.io
    target: registry.example.com/ghcr.io
    pullSecrets: [registry-pull]
  - source: docker.io/evil
    block: true
  - source: r.io
    keep: true
"""


def index(digest: str, **platforms: str) -> Descriptor:
    """An index; a platform is given as linux_amd64=digest."""
    children = {name.replace("_", "/"): it for name, it in platforms.items()}
    return Descriptor(digest=digest, media_type=INDEX, size=100, platforms=children)


def refusal(image: str, status: int = 404) -> RegistryFault:
    """The fault of an image that is not there."""
    host = image.partition("/")[0]
    message = f'"{image}" at {host} is not there, HTTP {status}'
    return RegistryFault("registry-not-found", message, "compare its name", status)


class Table:
    """Answers by reference; what it does not have is not found. Notes what was asked for."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.with_platforms: list[bool] = []

    def __call__(
        self, references: Sequence[Reference], with_platforms: bool
    ) -> Mapping[str, Answer]:
        names = [str(it) for it in references]
        self.asked += names
        self.with_platforms.append(with_platforms)
        return {name: self.answers.get(name, refusal(name)) for name in names}


class Terminal(io.BytesIO):
    """Standard input that nothing is piped into."""

    def isatty(self) -> bool:
        return True


class Place:
    """A folder with a configuration, and the command line run in it over a table."""

    def __init__(self, folder: Path, answers: Mapping[str, Answer], digests: str = "") -> None:
        self.folder = folder
        self.table = Table(answers)
        config = CONFIG + (f"  digests: {digests}\n" if digests else "")
        (folder / "mirrorpin.yaml").write_text(config)
        self.environment: dict[str, str] = {}
        self.out = self.err = ""

    @property
    def lock(self) -> Path:
        return self.folder / "images.lock.yaml"

    def run(self, *argv: str, stdin: str | None = "") -> int:
        """Run a command with `stdin` piped in, or None for a terminal. Returns the exit code."""
        stdout, stderr = io.BytesIO(), io.BytesIO()
        given = Terminal() if stdin is None else io.BytesIO(stdin.encode())
        shell = Shell(given, stdout, stderr, self.environment)
        shell.resolve = self.table
        code = run((*argv, "-c", str(self.folder / "mirrorpin.yaml")), shell)
        self.out = stdout.getvalue().decode().replace(f"{self.folder}/", "")
        self.err = stderr.getvalue().decode().replace(f"{self.folder}/", "")
        return code


def pods(*images: str, kind: str = "Pod") -> str:
    """A stream of a pod for each image."""
    return "".join(
        f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: p{number}}}\nspec:\n  containers:\n"
        f"  - name: c\n    image: {image}\n---\n"
        for number, image in enumerate(images)
    )

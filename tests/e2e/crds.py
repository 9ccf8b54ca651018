"""What operators say of their kinds, pinned, and installed once into the cache of the tools.

`schemas/` has validators that npm packages are made of, `kinds/` a program of the operators' own Go
types. Both are locked by digests there, and cached by what is in those folders.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.e2e.tools import cache_folder

HERE = Path(__file__).parent
SCHEMAS = HERE / "schemas"
KINDS = HERE / "kinds"

Data = dict[str, Any]


def schema_faults(objects: Iterable[Data]) -> list[list[str]]:
    """What the npm packages' validators refuse of each object: types, and unknown fields."""
    folder = packages()
    code = (SCHEMAS / "validate.mjs").read_text(encoding="utf-8")
    lines = _answers(["node", "--input-type=module", "--eval", code], folder, objects)
    return [json.loads(line) for line in lines]


def type_faults(objects: Iterable[Data]) -> list[str]:
    """What the operators' Go types refuse of each object first, '' for nothing."""
    folder = _kinds()
    return _answers([str(folder / "kinds")], folder, objects)


def packages() -> Path:
    """The folder in which the npm packages are installed."""
    return _installed(SCHEMAS, _install_packages)


def _kinds() -> Path:
    return _installed(KINDS, _build_kinds)


def _answers(command: list[str], folder: Path, objects: Iterable[Data]) -> list[str]:
    lines = "".join(json.dumps(it) + "\n" for it in objects)
    done = subprocess.run(
        command, input=lines, capture_output=True, check=True, cwd=folder, text=True, timeout=60
    )
    return done.stdout.split("\n")[:-1]


def _installed(sources: Path, install: Callable[[Path], None]) -> Path:
    files = sorted(sources.iterdir())
    digest = hashlib.sha256(b"".join(it.read_bytes() for it in files)).hexdigest()[:16]
    folder = cache_folder() / f"mirrorpin-{sources.name}" / digest
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Made beside its place and moved there whole, as the tools are.
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = shutil.copytree(sources, Path(scratch, "made"))
            install(made)
            made.rename(folder)
    return folder


def _install_packages(folder: Path) -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(["npm", "ci", *quiet], check=True, cwd=folder)


def _build_kinds(folder: Path) -> None:
    build = ["go", "build", "-trimpath", "-mod=readonly", "-ldflags=-s -w", "-o", "kinds", "."]
    subprocess.run(build, check=True, cwd=folder)


def main() -> int:
    try:
        packages()
        _kinds()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"error: cannot install the schemas of operators: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

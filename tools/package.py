"""Builds what is published: `python -m tools.package FOLDER` writes the sdist and the wheel.

Both are made of an sdist that is unpacked, in which the links of the README are absolute: whoever
shows it elsewhere has no file beside it.
"""

from __future__ import annotations

import os
import re
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from flit_core import buildapi

ROOT = Path(__file__).resolve().parents[1]

_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)")


def absolute(text: str, home: str) -> str:
    """A page in which links to files lead to the site at `home`, which has pages for Markdown."""
    return _LINK.sub(lambda it: f"]({home}/{_page(it[1])}{it[2] or ''})", text)


def _page(link: str) -> str:
    if (ROOT / link).is_dir():
        link = f"{link.rstrip('/')}/README.md"
    path = Path(link)
    # As MkDocs names them.
    if path.name == "README.md":
        return str(path.with_name("index.html"))
    return str(path.with_suffix(".html")) if path.suffix == ".md" else link


def build(folder: Path) -> list[Path]:
    """Write the sdist and the wheel into a folder. Returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    target = str(folder.resolve())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(ROOT)
        with tarfile.open(Path(scratch, buildapi.build_sdist(scratch))) as archive:
            # Of our own making; what filters came with Python 3.11.4.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(scratch)
        [source] = (it for it in Path(scratch).iterdir() if it.is_dir())
        readme = source / project["readme"]
        home = project["urls"]["Homepage"]
        readme.write_text(absolute(readme.read_text("utf-8"), home), "utf-8")
        os.chdir(source)
        built = (buildapi.build_sdist(target), buildapi.build_wheel(target))
        os.chdir(ROOT)
    return [folder / name for name in built]


if __name__ == "__main__":
    for path in build(Path(sys.argv[1])):
        print(path)

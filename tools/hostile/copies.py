"""The program for another user: where it is, or a copy with its Python where that is closed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from tests.helpers.shared import ROOT
from transformer.records import record

# Of the standard library what no run needs, and what is large.
_LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "config-*", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests",
    "tkinter", "turtledemo", "*.a",
)  # fmt: skip


@record
class Program:
    """A Python, and the variables with which it finds the program."""

    python: str
    variables: Mapping[str, str]


def program_for(user: int, place: Path) -> Program:
    """The program as a user can run it; where there is none, a copy in a folder that is made."""
    program = Program(python=sys.executable, variables={})
    return program if runs(program, user) else copied(place)


def runs(program: Program, user: int) -> bool:
    """Whether a user can run a program."""
    try:
        done = subprocess.run(
            [program.python, "-c", "import transformer.cli.main"],
            check=False,
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stderr=subprocess.DEVNULL,
            user=user,
            group=user,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return done.returncode == 0


def copied(place: Path) -> Program:
    """Copy the program, what it needs, and its Python into a folder that is made."""
    library = Path(sysconfig.get_path("stdlib"))
    copies = place / "lib" / library.name
    shutil.copytree(library, copies, ignore=_LEFT_OUT)
    shutil.copytree(ROOT / "transformer", place / "transformer", ignore=_LEFT_OUT)
    for name in _needed("mirrorpin"):
        for file in metadata.files(name) or ():
            if ".." not in file.parts:
                target = place / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target)
    shared = Path(sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME"))
    if shared.suffix != ".a" and shared.exists():
        shutil.copy(shared, place / "lib")
    python = place / "bin" / "python3"
    python.parent.mkdir()
    shutil.copy(Path(sys.executable).resolve(), python)
    _open(place)
    variables = {
        "PYTHONHOME": str(place),
        "PYTHONPATH": str(place),
        "LD_LIBRARY_PATH": str(place / "lib"),
    }
    return Program(python=str(python), variables=variables)


def _needed(name: str) -> Iterator[str]:
    for wanted in metadata.requires(name) or ():
        if "extra ==" not in wanted:
            found = re.match(r"[\w.-]+", wanted)
            assert found is not None
            yield found[0]
            yield from _needed(found[0])


def _open(place: Path) -> None:
    for it in (place, *place.rglob("*")):
        it.chmod(it.stat().st_mode | (0o555 if it.is_dir() or it.parent.name == "bin" else 0o444))

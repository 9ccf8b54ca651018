"""Shared libraries: which others they need, and which C library."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

# The parts of glibc, which every host has, and which must be the host's own.
GLIBC = re.compile(r"^(?:ld-linux.*|lib(?:c|dl|m|pthread|resolv|rt|util))\.so\.\d+$")


def needs(file: Path) -> dict[str, Path]:
    """The libraries that a file names as needed, but for glibc, by soname.

    Raises `FileNotFoundError` for one that this machine does not have.
    """
    dynamic = _output("readelf", "--wide", "--dynamic", str(file))
    sonames = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
    paths = dict(re.findall(r"^\s*(\S+) => (/\S+)", _output("ldd", str(file)), re.MULTILINE))
    found: dict[str, Path] = {}
    for soname in sonames:
        if not GLIBC.match(soname):
            if soname not in paths:
                raise FileNotFoundError(f"{file} needs {soname}, which is not here")
            found[soname] = Path(paths[soname])
    return found


def stripped(file: Path, scratch: Path) -> bytes:
    """A shared library without what only debuggers and linkers read."""
    subprocess.run(["strip", "--strip-unneeded", "-o", str(scratch), str(file)], check=True)
    return scratch.read_bytes()


def glibc(file: Path) -> tuple[int, ...]:
    """The oldest glibc that has all that a file takes from it."""
    versions = re.findall(r"GLIBC_(\d+(?:\.\d+)+)", _output("readelf", "--wide", "-V", str(file)))
    return max((tuple(map(int, version.split("."))) for version in versions), default=(0,))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout

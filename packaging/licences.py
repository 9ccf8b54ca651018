"""The licence texts of all that is inside of the programs.

Python packages bring theirs. A library of the system has its in the `copyright` file of its Debian
package, which names texts that many share by their path in /usr/share/common-licenses; without
these the file says little, so they follow.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

DISTRIBUTIONS = (
    "PyYAML", "Jinja2", "MarkupSafe", "argcomplete", "jsonpatch", "jsonpointer", "redis", "urllib3",
)  # fmt: skip
COMMON = re.compile(rb"/usr/share/common-licenses/([A-Za-z0-9][A-Za-z0-9.+-]*[A-Za-z0-9])")
HEAD = b"""\
The licences of what is inside of mirrorpin and mirrorpin.pyz. Libraries (*.so) and Python are in
the first alone. Names are those of the bill of materials, mirrorpin.cdx.json.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A Debian package that a library comes from, and what its licences are."""

    name: str
    version: str
    architecture: str
    distribution: str
    copyright: bytes


def packages(libraries: Mapping[str, Path]) -> dict[str, Package]:
    """The packages of libraries, by soname. Raises `SystemExit` for one that comes from none."""
    return {soname: _package(soname, path) for soname, path in libraries.items()}


def _package(soname: str, path: Path) -> Package:
    # Either of /lib and /usr/lib may be a link to the other, and the database has one of them.
    known = {path, path.resolve()}
    other = {Path("/usr", *it.parts[1:]) for it in known} | {
        Path("/", *it.parts[2:]) for it in known if it.parts[1] == "usr"
    }
    owners = _output("dpkg-query", "--search", *map(str, sorted(known | other)))
    name = owners.partition(": ")[0].partition(":")[0]
    if not name:
        raise SystemExit(
            f"error: the licence of {soname} must be known, and no Debian package has {path}"
        )
    fields = "${Version} ${Architecture}"
    version, architecture = _output("dpkg-query", "--show", "-f", fields, name).split()
    return Package(
        name=name,
        version=version,
        architecture=architecture,
        distribution=re.findall(r"(?m)^ID=(.+)$", Path("/etc/os-release").read_text())[0],
        copyright=Path("/usr/share/doc", name, "copyright").read_bytes(),
    )


def _output(*command: str) -> str:
    # dpkg-query fails when it does not find all, and may not be there at all.
    try:
        done = subprocess.run(command, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout


def texts(root: Path, libraries: Mapping[str, Package], *, with_python: bool) -> dict[str, bytes]:
    """The texts by path: the component's name, and that of a file."""
    found = {"mirrorpin/LICENSE": (root / "LICENSE").read_bytes()}
    if with_python:
        text = Path(sysconfig.get_path("stdlib"), "LICENSE.txt")
        found["python/LICENSE.txt"] = text.read_bytes()
    for name in DISTRIBUTIONS:
        for file in importlib.metadata.files(name) or ():
            if ".dist-info" in str(file) and "LICENSE" in file.name.upper():
                found[f"{name}/{file.name}"] = Path(str(file.locate())).read_bytes()
    own = {f"{soname}/copyright": libraries[soname].copyright for soname in sorted(libraries)}
    return {**found, **own, **_common(own.values())}


def _common(texts: Iterable[bytes]) -> dict[str, bytes]:
    names = {name.decode() for text in texts for name in COMMON.findall(text)}
    folder = Path("/usr/share/common-licenses")
    return {f"common-licenses/{name}": (folder / name).read_bytes() for name in sorted(names)}


def joined(found: Mapping[str, bytes]) -> bytes:
    """One file of all the texts, each below its path."""
    parts = [b"==== %s ====\n\n%s" % (path.encode(), text) for path, text in found.items()]
    return b"\n".join([HEAD, *parts])

"""Builds what needs no installation: `make dist`, or `python packaging/dist.py FOLDER`.

    mirrorpin           one file for hosts with glibc, without Python
    mirrorpin.pyz       one file for hosts with Python 3.11 or later
    mirrorpin.cdx.json  what is inside of both
    LICENSES.txt        the licences of what is inside of both
    SHA256SUMS

The same machine makes the same bytes: archives are sorted and have one date, SOURCE_DATE_EPOCH or
the first that zip knows. It needs a C compiler, binutils, and a Python with a shared library.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import contents
import elf
import licences
from sbom import bill

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MARK = b"libraries-are-at"
MOST = 16
FIRST_DATE = 315532800  # 1980, when zip's time begins
BLOCK = 4096
COMPILE = ("-O2", "-s", "-Wall", "-Wextra", "-Werror", "-fPIE", "-pie", "-Wl,--build-id=none")

PYZ_MAIN = b"""\
import sys

if sys.version_info < (3, 11):
    print("error: mirrorpin must have Python 3.11 or later (python)", file=sys.stderr)
    raise SystemExit(2)

from transformer.__main__ import main

raise SystemExit(main())
"""


class Layout:
    """The program as it grows: parts one after another, each at the start of a block."""

    def __init__(self, launcher: bytes) -> None:
        self.data = bytearray(launcher)

    def add(self, part: bytes) -> tuple[int, int]:
        """Append a part. Returns its offset and size."""
        self.data += bytes(-len(self.data) % BLOCK)
        offset = len(self.data)
        self.data += part
        return offset, len(part)

    def announce(self, parts: Sequence[tuple[int, int]]) -> None:
        """Tell the launcher where the libraries are that it must load, in their order."""
        assert len(parts) <= MOST
        at = self.data.index(MARK) + len(MARK)
        places = b"".join(number.to_bytes(8, "little") for part in parts for number in part)
        self.data[at : at + len(places)] = places


def launcher(scratch: Path) -> bytes:
    """Compile the launcher."""
    output = scratch / "launcher"
    include = sysconfig.get_path("include")
    source = str(HERE / "launcher.c")
    command = [os.environ.get("CC", "cc"), *COMPILE, f"-I{include}", source, "-o", str(output)]
    subprocess.run(command, check=True)
    return output.read_bytes()


def python_library() -> Path:
    """The shared library of this Python. Raises `SystemExit` when it has none."""
    name = sysconfig.get_config_var("INSTSONAME")
    path = Path(sysconfig.get_config_var("LIBDIR"), name)
    if not path.exists():
        raise SystemExit("error: this Python must have a shared library: choose one by PYTHON=")
    return path


def libraries(files: Sequence[Path], known: Mapping[str, Path]) -> dict[str, Path]:
    """All the libraries that files need, but for glibc and those that are known.

    What a library needs comes before it.
    """
    found: dict[str, Path] = {}
    for file in files:
        for soname, path in elf.needs(file).items():
            if soname not in {**known, **found}:
                found.update(libraries([path], {**known, **found}))
                found[soname] = path
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The self-contained program, the libraries in it by soname, and the packages of these.

    `texts` are the licences of all, by path; `glibc` is the version that it needs.
    """

    whole: bytes
    shared: Mapping[str, bytes]
    packages: Mapping[str, licences.Package]
    texts: Mapping[str, bytes]
    glibc: str


def program(scratch: Path) -> Program:
    """Build the self-contained program."""
    modules = contents.closure(ROOT, scratch / "start.py")
    native = {module.name: module.file for module in modules if module.is_native}
    python = python_library()
    first = {**libraries([python], {}), python.name: python}
    later = libraries(list(native.values()), first)
    strip = scratch / "stripped"
    shared = {name: elf.stripped(path, strip) for name, path in {**first, **later}.items()}
    system = {name: path for name, path in {**first, **later}.items() if path != python}
    packages = licences.packages(system)
    texts = licences.texts(ROOT, packages, with_python=True)
    whole = Layout(launcher(scratch))
    whole.announce([whole.add(shared[name]) for name in first])

    def table(files: Mapping[str, Path]) -> dict[str, tuple[int, int, tuple[str, ...]]]:
        return {
            name: (
                *whole.add(shared.get(name) or elf.stripped(path, strip)),
                tuple(soname for soname in elf.needs(path) if soname in later),
            )
            for name, path in files.items()
        }

    embedded = f"LIBRARIES = {table(later)!r}\nEXTENSIONS = {table(native)!r}\n".encode()
    archive = {
        **contents.bytecode(modules),
        **contents.data(ROOT),
        **licensed(texts),
        "boot.pyc": contents.compiled((HERE / "boot.py").read_bytes(), "boot.py"),
        "embedded.pyc": contents.compiled(embedded, "embedded.py"),
    }
    files = [scratch / "launcher", *native.values(), *first.values(), *later.values()]
    return Program(
        whole=append(bytes(whole.data), archive, zipfile.ZIP_STORED),
        shared=shared,
        packages=packages,
        texts=texts,
        glibc=".".join(map(str, max(map(elf.glibc, files)))),
    )


def zipapp() -> bytes:
    """The program for hosts with Python."""
    archive = {
        **contents.sources(ROOT),
        **licensed(licences.texts(ROOT, {}, with_python=False)),
        "__main__.py": PYZ_MAIN,
    }
    return append(b"#!/usr/bin/env python3\n", archive, zipfile.ZIP_DEFLATED)


def licensed(texts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The part of an archive that licence texts are."""
    return {f"licenses/{path}": text for path, text in texts.items()}


def append(head: bytes, files: Mapping[str, bytes], compression: int) -> bytes:
    """A zip archive behind other bytes, the same for the same files."""
    date = time.gmtime(max(FIRST_DATE, int(os.environ.get("SOURCE_DATE_EPOCH", FIRST_DATE))))[:6]
    whole = io.BytesIO(head)
    with zipfile.ZipFile(whole, "a", compression) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            entry.compress_type = compression
            archive.writestr(entry, files[path])
    return whole.getvalue()


def main(folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    from transformer import __version__

    with tempfile.TemporaryDirectory() as scratch:
        native = program(Path(scratch))
    programs = {"mirrorpin": native.whole, "mirrorpin.pyz": zipapp()}
    inside = bill(__version__, programs, native.shared, native.packages, native.glibc)
    files = {
        **programs,
        "mirrorpin.cdx.json": inside,
        "LICENSES.txt": licences.joined(native.texts),
    }
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**files, "SHA256SUMS": sums.encode()}.items():
        path = folder / name
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if name in programs else 0o644)
        print(f"{len(content):10,}  {path}")
    print(f"mirrorpin needs glibc {native.glibc} or later")


if __name__ == "__main__":
    # The order of sets is part of what compiled modules hold.
    if os.environ.get("PYTHONHASHSEED") != "0":
        again = [sys.executable, __file__, *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": "0"})
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))

"""What goes into the programs: the modules of a closure, as bytes."""

from __future__ import annotations

import importlib.util
import marshal
import os
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

PACKAGES = (
    "transformer", "argcomplete", "yaml", "jinja2", "markupsafe", "jsonpatch", "jsonpointer",
    "redis", "urllib3",
)  # fmt: skip

# What a run needs and no import says: Python's own encodings, what reports a fault, and what
# ModuleFinder loses among imports that go round in a circle.
ALWAYS = (
    "encodings.ascii", "encodings.cp437", "encodings.idna", "encodings.latin_1",
    "encodings.punycode", "encodings.unicode_escape", "encodings.utf_16", "encodings.utf_32",
    "encodings.utf_8", "encodings.utf_8_sig", "redis._parsers.hiredis", "traceback", "warnings",
)  # fmt: skip
# Imports of parts that are never used: self-tests, windows, other platforms, what
# redis-py takes when it is there, and the extra for reports.
NEVER = (
    "OpenSSL", "cryptography", "curses", "cyclonedx", "distutils", "doctest", "encodings.mbcs",
    "hiredis", "jwt", "lib2to3", "multiprocessing", "opentelemetry", "packageurl", "pdb",
    "pkg_resources", "py_compile", "pydoc", "requests", "setuptools", "sqlite3", "test", "tkinter",
    "trio", "typing_extensions", "unittest", "xml", "xmlrpc",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module: its file, and its path in an archive, without suffix."""

    name: str
    file: Path
    path: str

    @property
    def is_native(self) -> bool:
        return self.file.suffix == ".so"


def closure(root: Path, start: Path) -> list[Module]:
    """Every module that the package in a folder can import, by name; `start` is a scratch file."""
    names = [*ALWAYS, "transformer.__main__", *_submodules(root / "transformer")]
    start.write_text("".join(f"import {name}\n" for name in names))
    site = sysconfig.get_path("purelib")
    stdlib = sysconfig.get_path("stdlib")
    path = [str(root), stdlib, os.path.join(stdlib, "lib-dynload"), site]
    finder = ModuleFinder(path=path, excludes=list(NEVER))
    finder.run_script(str(start))
    found_modules: dict[str, Any] = dict(finder.modules)
    return [
        Module(name=name, file=Path(found.__file__), path=_archived(name, found.__path__))
        for name, found in sorted(found_modules.items())
        if found.__file__ and name != "__main__"
    ]


def _submodules(package: Path) -> Iterator[str]:
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        if parts[-1] != "__main__":
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _archived(name: str, package: object) -> str:
    path = name.replace(".", "/")
    return f"{path}/__init__" if package else path


def compiled(source: bytes, path: str) -> bytes:
    """A source as the bytes of a .pyc that is never compared with it (PEP 552, unchecked)."""
    # An absolute path: a traceback must not show a line of what happens to be in the folder.
    code = marshal.dumps(compile(source, f"/mirrorpin/{path}", "exec", dont_inherit=True))
    flags = (0b01).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source) + code


def bytecode(modules: Iterable[Module]) -> dict[str, bytes]:
    """The archive of modules, compiled, by path."""
    return {
        f"{module.path}.pyc": compiled(module.file.read_bytes(), f"{module.path}.py")
        for module in modules
        if not module.is_native
    }


def data(root: Path) -> dict[str, bytes]:
    """The data files of the package in a folder."""
    package = root / "transformer"
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file() and file.suffix not in (".py", ".pyc", ".typed")
    }


def sources(root: Path) -> dict[str, bytes]:
    """The archive for any Python: sources, and the same compiled for this one."""
    found: dict[str, bytes] = {}
    for package in PACKAGES:
        folder = root if package == "transformer" else Path(sysconfig.get_path("purelib"))
        for file in _files(folder / package):
            path = file.relative_to(folder).as_posix()
            content = file.read_bytes()
            found[path] = content
            found[f"{path}c"] = compiled(content, path)
    return {**found, **data(root)}


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]

"""The first module of the self-contained program: extension modules from memory, then the command.

`embedded`, which dist.py writes, says where in the program each extension module is, and which
libraries it needs that a host may lack.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader
from typing import TYPE_CHECKING

from embedded import EXTENSIONS, LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


class Embedded:
    """Finds the extension modules that are part of the program."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of an extension module, loaded into memory; None for other modules."""
        del path, target
        place = EXTENSIONS.get(name)
        if place is None:
            return None
        offset, size, needs = place
        for library in needs:
            _load(library)
        memory = in_memory(name, offset, size)
        return ModuleSpec(name, ExtensionFileLoader(name, memory), origin=memory)


def in_memory(name: str, offset: int, size: int) -> str:
    """Copy a part of the program into a memory file. Returns a path that stays valid.

    It is never closed: glibc knows a library by the path that it was loaded from.
    """
    memory = _above_the_standard_streams(name)
    program = os.open(sys.executable, os.O_RDONLY)
    try:
        end = offset + size
        while offset < end:
            offset += os.sendfile(memory, program, offset, end - offset)
    finally:
        os.close(program)
    return f"/proc/self/fd/{memory}"


def _above_the_standard_streams(name: str) -> int:
    # One that is closed must stay so: what is said to it would become part of a library.
    memory = os.memfd_create(name)
    if memory > 2:
        return memory
    higher = _above_the_standard_streams(name)
    os.close(memory)
    return higher


_loaded: set[str] = set()


def _load(library: str) -> None:
    # glibc takes a loaded library for a needed one of the same soname, so each is loaded before
    # what needs it. Without ctypes, that is what looking for a module in it comes to: it holds
    # none, but stays loaded.
    if library in _loaded:
        return
    _loaded.add(library)
    offset, size, needs = LIBRARIES[library]
    for other in needs:
        _load(other)
    memory = in_memory(library, offset, size)
    spec = ModuleSpec("library", ExtensionFileLoader("library", memory), origin=memory)
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
    try:
        import _imp

        _imp.create_dynamic(spec)
    except ImportError as error:
        if "module export function" not in str(error):
            raise
    finally:
        sys.setdlopenflags(flags)


sys.meta_path.insert(0, Embedded)

from transformer.__main__ import main  # noqa: E402 it needs what was just set up

raise SystemExit(main())

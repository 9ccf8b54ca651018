"""Replace a file so that it is always the old one or the new one, whenever the process dies."""

from __future__ import annotations

import os
import stat

from transformer.errors import Position, Problem, UsageError
from transformer.intake import read_file
from transformer.yamltext.documents import MAX_INPUT


def read_if_there(path: str) -> bytes | None:
    """The bytes of a file, None where there is none. Raises `UsageError` when it is unreadable."""
    try:
        return read_file(path, MAX_INPUT)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _fault("unreadable", "file cannot be read", path, error) from None


def replace_file(path: str, data: bytes, before: bytes | None) -> None:
    """Replace a file's bytes, which must still be `before` (None: there must be no file).

    The new bytes are on the disk before the name is theirs. The file's mode stays, and a link still
    leads to it. Raises `UsageError` where it cannot be written, or has changed meanwhile.
    """
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{os.urandom(8).hex()}.tmp")
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode) if before is not None else None
        try:
            _write(beside, data, mode)
            if read_if_there(path) != before:
                raise _changed(path)
            os.replace(beside, path)
        finally:
            if os.path.lexists(beside):
                os.unlink(beside)
        _sync(folder)
    except OSError as error:
        raise _fault("unwritable", "file cannot be written", path, error) from None


def _write(path: str, data: bytes, mode: int | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with open(descriptor, "wb") as file:
        if mode is not None:
            os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: str) -> None:
    # A name is on the disk when its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _changed(path: str) -> UsageError:
    message = "file must not change while mirrorpin works on it"
    return UsageError(
        Problem(code="changed", message=message, position=Position(file=path), hint="run it again")
    )


def _fault(code: str, what: str, path: str, error: OSError) -> UsageError:
    reason = error.strerror or str(error)
    return UsageError(Problem(code=code, message=f"{what}: {reason}", position=Position(file=path)))

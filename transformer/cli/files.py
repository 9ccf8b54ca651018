"""Replace files so that each is always the old one or the new one, whenever the process dies."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from transformer.errors import Position, Problem, UsageError
from transformer.intake import read_file
from transformer.messages import named
from transformer.records import record
from transformer.yamltext.documents import MAX_INPUT


@record
class Change:
    """A file's new bytes, and those that it must still have; None where there must be none."""

    path: str
    data: bytes
    before: bytes | None


@record
class _Staged:
    # A change whose bytes are on the disk, under a name beside the file's own.
    change: Change
    path: str
    beside: str


def read_if_there(path: str) -> bytes | None:
    """The bytes of a file, None where there is none. Raises `UsageError` when it is unreadable."""
    try:
        return read_file(path, MAX_INPUT)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _fault("unreadable", "file cannot be read", path, error) from None


def replace_file(path: str, data: bytes, before: bytes | None) -> None:
    """Replace one file's bytes, as `replace_files` does."""
    replace_files([Change(path=path, data=data, before=before)])


def replace_files(changes: Sequence[Change]) -> None:
    """Replace the bytes of files, of all or of none.

    All new bytes are on the disk before the first name is theirs; where a name cannot become
    theirs, the files before it get their old bytes back. Between two names a machine may stop: then
    some files are new and some are old, and each is whole. Mode, owner and group of a file stay,
    and a link still leads to it. Raises `UsageError` where a file cannot be written, or has changed
    meanwhile.
    """
    staged: list[_Staged] = []
    try:
        for change in changes:
            # One by one: those before one that fails are to be taken away.
            staged.append(_stage(change))  # noqa: PERF401
        for it in staged:
            if read_if_there(it.path) != it.change.before:
                raise _changed(it.path)
        _swap(staged)
    finally:
        for it in staged:
            if os.path.lexists(it.beside):
                os.unlink(it.beside)


def _stage(change: Change) -> _Staged:
    path = os.path.realpath(change.path)
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{os.urandom(8).hex()}.tmp")
    try:
        try:
            _write(beside, change.data, os.stat(path) if change.before is not None else None)
        except BaseException:
            if os.path.lexists(beside):
                os.unlink(beside)
            raise
    except OSError as error:
        raise _unwritable(path, error) from None
    return _Staged(change=change, path=path, beside=beside)


def _write(path: str, data: bytes, like: os.stat_result | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with open(descriptor, "wb") as file:
        if like is not None:
            mine = os.fstat(descriptor)
            if (mine.st_uid, mine.st_gid) != (like.st_uid, like.st_gid):
                os.fchown(descriptor, like.st_uid, like.st_gid)
        file.write(data)
        file.flush()
        if like is not None:
            # Last, because a write takes the bits away that make a program run as its owner.
            os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
        os.fsync(descriptor)


def _swap(staged: Sequence[_Staged]) -> None:
    done: list[_Staged] = []
    for it in staged:
        try:
            os.replace(it.beside, it.path)
            done.append(it)
            _sync(os.path.dirname(it.path))
        except OSError as error:
            _take_back(done)
            raise _unwritable(it.path, error) from None


def _take_back(done: Sequence[_Staged]) -> None:
    for it in done:
        if it.change.before is None:
            os.unlink(it.path)
        else:
            old = Change(path=it.path, data=it.change.before, before=it.change.data)
            os.replace(_stage(old).beside, it.path)


def _sync(folder: str) -> None:
    # A name is on the disk when its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _changed(path: str) -> UsageError:
    message = "file changed while mirrorpin worked on it"
    position = Position(file=named(path))
    problem = Problem(code="changed", message=message, position=position, hint="run it again")
    return UsageError(problem)


def _unwritable(path: str, error: OSError) -> UsageError:
    return _fault("unwritable", "file cannot be written", path, error)


def _fault(code: str, what: str, path: str, error: OSError) -> UsageError:
    reason = error.strerror or str(error)
    position = Position(file=named(path))
    return UsageError(Problem(code=code, message=f"{what}: {reason}", position=position))

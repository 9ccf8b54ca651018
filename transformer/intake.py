"""Files, read within bounds: so many bytes and no more, of regular files and pipes only.

What a name in a repository leads to may be anything: a device that never ends, a FIFO that nobody
writes to, a socket. Who reads it by other means than these waits for good, or runs out of memory.
"""

from __future__ import annotations

import errno
import os
import stat

# How long whoever is to write to a FIFO that was named may take to open it.
GRACE = 1.0

_PIECE = 1 << 20

_KINDS = (
    (stat.S_ISFIFO, "Is a FIFO"),
    (stat.S_ISSOCK, "Is a socket"),
    (stat.S_ISCHR, "Is a device"),
    (stat.S_ISBLK, "Is a device"),
)


def read_file(path: str, limit: int, *, is_named: bool = False) -> bytes:
    """The bytes of a file, but not more than one above `limit`, which tells that there are more.

    A pipe is read only where a user named it (`is_named`), as in `<(...)`, and somebody writes to
    it. Raises `OSError` for a file that cannot be read, or must not; its `strerror` says why.
    """
    # Opening alone can do something to a device.
    _check(os.stat(path).st_mode, is_named=is_named)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        _check(found.st_mode, is_named=is_named)
        first = _first_of_fifo(descriptor, path) if stat.S_ISFIFO(found.st_mode) else b""
        return first + _rest(descriptor, limit + 1 - len(first), found.st_size)
    finally:
        os.close(descriptor)


def check_file(path: str, limit: int) -> None:
    """See that what others will open by its path is a regular file, or a pipe that is open already.

    Raises `OSError` as `read_file` does, and for a file of more than `limit` bytes.
    """
    found = os.stat(path)
    _check(found.st_mode, is_named=_is_open(path))
    if found.st_size > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))


def _check(mode: int, *, is_named: bool) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    for is_kind, text in _KINDS:
        if is_kind(mode) and not (is_named and stat.S_ISFIFO(mode)):
            raise OSError(errno.EINVAL, text)


def _first_of_fifo(descriptor: int, path: str) -> bytes:
    first: bytes | None = None
    if not _is_open(path) and not _is_ready(descriptor):
        first = _at_once(descriptor)
        # Whoever has it open for writing, and is silent so far, would block instead.
        if first == b"":
            raise OSError(errno.ENXIO, "Is a FIFO that nobody writes to")
    os.set_blocking(descriptor, True)
    return first or b""


def _at_once(descriptor: int) -> bytes | None:
    try:
        return os.read(descriptor, 1)
    except BlockingIOError:
        return None


def _is_ready(descriptor: int) -> bool:
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(GRACE * 1000))


def _is_open(path: str) -> bool:
    # /dev/fd/63 of `<(...)` leads to what has no name in any folder.
    return not os.path.exists(os.path.realpath(path))


def _rest(descriptor: int, left: int, size: int) -> bytes:
    most = max(_PIECE, size + 1)
    pieces: list[bytes] = []
    while left > 0 and (piece := os.read(descriptor, min(most, left))):
        pieces.append(piece)
        left -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from transformer.intake import GRACE, check_file, read_file

LIMIT = 3 << 20
DATA = bytes(range(256)) * (1 << 13)


@contextmanager
def pipe(data: bytes) -> Iterator[str]:
    """The name that a shell gives to `<(...)`."""
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    yield f"/dev/fd/{reading}"
    thread.join()
    os.close(reading)


@pytest.fixture
def fifo(tmp_path: Path) -> str:
    os.mkfifo(tmp_path / "fifo")
    return f"{tmp_path}/fifo"


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(DATA)
    assert read_file(f"{tmp_path}/a", LIMIT) == DATA
    assert read_file(f"{tmp_path}/a", len(DATA)) == DATA
    (tmp_path / "link").symlink_to("a")
    assert read_file(f"{tmp_path}/link", LIMIT) == DATA


def test_what_others_open_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    check_file(f"{tmp_path}/a", 5)
    with pytest.raises(OSError, match="File too large"):
        check_file(f"{tmp_path}/a", 4)


def test_no_more_is_read_than_tells_that_there_is_more(tmp_path: Path) -> None:
    with open(tmp_path / "a", "wb") as file:
        file.truncate(1 << 40)
    assert read_file(f"{tmp_path}/a", 1000) == bytes(1001)


@pytest.mark.parametrize("data", [b"", b"a", DATA[:9999]])
def test_what_a_shell_hands_over_is_read(data: bytes) -> None:
    with pipe(data) as name:
        assert read_file(name, LIMIT, is_named=True) == data
    with pipe(data) as name:
        check_file(name, 0)
        assert read_file(name, len(data) // 2, is_named=True) == data[: len(data) // 2 + 1]


@pytest.mark.parametrize("wait", [0, GRACE * 1.3])
def test_a_named_fifo_is_read_when_somebody_writes(fifo: str, wait: float) -> None:
    def write() -> None:
        with open(fifo, "wb") as file:
            time.sleep(wait)
            file.write(DATA)

    thread = threading.Thread(target=write)
    thread.start()
    assert read_file(fifo, LIMIT, is_named=True) == DATA
    thread.join()


def refused(name: str, *, is_named: bool) -> str | None:
    start = time.monotonic()
    with pytest.raises(OSError, match=r"Is a|No such") as caught:
        read_file(name, LIMIT, is_named=is_named)
    assert time.monotonic() - start < GRACE + 5
    with pytest.raises(OSError, match=r"Is a|No such"):
        check_file(name, LIMIT)
    return caught.value.strerror


@pytest.mark.parametrize("is_named", [True, False])
def test_other_kinds_are_refused_at_once(fifo: str, tmp_path: Path, is_named: bool) -> None:
    assert refused("/dev/zero", is_named=is_named) == "Is a device"
    assert refused(str(tmp_path), is_named=is_named) == "Is a directory"
    assert refused(f"{tmp_path}/none", is_named=is_named) == "No such file or directory"
    said = "Is a FIFO that nobody writes to" if is_named else "Is a FIFO"
    assert refused(fifo, is_named=is_named) == said
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{tmp_path}/socket")
        assert refused(f"{tmp_path}/socket", is_named=is_named) == "Is a socket"


def test_a_pipe_is_no_file_of_a_repository(tmp_path: Path) -> None:
    with pipe(b"x") as name:
        (tmp_path / "link").symlink_to(name)
        with pytest.raises(OSError, match="Is a FIFO"):
            read_file(f"{tmp_path}/link", LIMIT)

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from transformer.cli.files import read_if_there, replace_file
from transformer.errors import UsageError


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert read_if_there(str(path)) is None
    replace_file(str(path), b"old", None)
    path.chmod(0o640)
    replace_file(str(path), b"new", b"old")
    assert read_if_there(str(path)) == b"new"
    assert path.stat().st_mode & 0o7777 == 0o640
    assert [it.name for it in tmp_path.iterdir()] == ["lock"]


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        replace_file(str(tmp_path / "lock"), b"new", None)
    finally:
        os.umask(before)
    assert (tmp_path / "lock").stat().st_mode & 0o7777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "lock").symlink_to("real")
    replace_file(str(tmp_path / "lock"), b"new", b"old")
    assert (tmp_path / "lock").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize("before", [b"older", None])
def test_what_another_wrote_meanwhile_stays(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "lock"
    path.write_bytes(b"theirs")
    with pytest.raises(UsageError) as caught:
        replace_file(str(path), b"ours", before)
    assert str(caught.value) == (
        f"{path}: error: file changed while mirrorpin worked on it (changed)\n  hint: run it again"
    )
    assert path.read_bytes() == b"theirs"
    assert [it.name for it in tmp_path.iterdir()] == ["lock"]


def test_what_cannot_be_written_or_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "none" / "lock"
    with pytest.raises(UsageError) as caught:
        replace_file(str(path), b"new", None)
    expected = f"{path}: error: file cannot be written: No such file or directory (unwritable)"
    assert str(caught.value) == expected
    with pytest.raises(UsageError) as caught:
        read_if_there(str(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path}: error: file cannot be read: Is a directory (unreadable)"
    )


WRITER = """\
import os, sys
from transformer.cli.files import replace_file

def write_on(path):
    old = open(path, "rb").read()
    os.write(1, b".")
    while True:
        for new in texts:
            replace_file(path, new, old)
            old = new

texts = [bytes([65 + number]) * 300_000 for number in range(20)]
for _ in sys.stdin:
    # Forked, so that a kill costs no start of Python.
    child = os.fork()
    if not child:
        write_on(sys.argv[1])
    os.write(1, b"%d\\n" % child)
    os.waitpid(child, 0)
    os.write(1, b"!")
"""


@pytest.mark.slow
def test_a_killed_process_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_bytes(b"A" * 300_000)
    chance = random.Random(5)
    seen = set()
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], 0, stdin=pipe, stdout=pipe
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(200):
            parent.stdin.write(b"\n")
            said = parent.stdout.readline()
            while b"." not in said:
                said += parent.stdout.read(1)
            time.sleep(chance.random() * 0.02)
            os.kill(int(said.replace(b".", b"")), signal.SIGKILL)
            assert parent.stdout.read(1) == b"!"
            data = path.read_bytes()
            assert len(data) == 300_000
            assert len(set(data)) == 1
            seen.add(data[0])
        parent.stdin.close()
    assert len(seen) > 1

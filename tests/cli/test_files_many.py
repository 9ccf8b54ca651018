"""Several files are replaced, or none of them."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from transformer.cli.files import Change, replace_files
from transformer.errors import UsageError

NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files a, b and c, whose bytes are their names."""
    for name in "abc":
        (tmp_path / name).write_text(name)
    return tmp_path


def changes(folder: Path, names: str = "abc") -> list[Change]:
    return [
        Change(path=str(folder / it), data=it.upper().encode(), before=it.encode()) for it in names
    ]


def bytes_of(folder: Path) -> dict[str, str]:
    return {it.name: it.read_text() for it in sorted(folder.iterdir()) if it.is_file()}


def test_all_are_replaced(folder: Path) -> None:
    replace_files([*changes(folder), Change(path=str(folder / "d"), data=b"D", before=None)])
    assert bytes_of(folder) == {"a": "A", "b": "B", "c": "C", "d": "D"}


def test_none_is_where_one_has_changed(folder: Path) -> None:
    (folder / "c").write_text("theirs")
    with pytest.raises(UsageError, match="file changed while mirrorpin worked on it"):
        replace_files(changes(folder))
    assert bytes_of(folder) == {"a": "a", "b": "b", "c": "theirs"}


def test_none_is_where_one_cannot_be_written(folder: Path) -> None:
    missing = Change(path=str(folder / "none" / "x"), data=b"x", before=None)
    with pytest.raises(UsageError) as caught:
        replace_files([*changes(folder), missing])
    assert str(caught.value) == (
        f"{folder}/none/x: error: file cannot be written: No such file or directory (unwritable)"
    )
    assert bytes_of(folder) == {"a": "a", "b": "b", "c": "c"}


def test_nothing_is_left_of_what_was_written_in_part(folder: Path) -> None:
    large = Change(path=str(folder / "c"), data=b"x" * 2000, before=b"c")
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(UsageError) as caught:
            replace_files([*changes(folder, "ab"), large])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    said = f"{folder}/c: error: file cannot be written: File too large (unwritable)"
    assert str(caught.value) == said
    assert bytes_of(folder) == {"a": "a", "b": "b", "c": "c"}


def test_a_file_keeps_mode_owner_and_group(folder: Path) -> None:
    groups = [it for it in os.getgroups() if it != os.getegid()]
    owner = NOBODY if os.geteuid() == 0 else os.geteuid()
    group = NOBODY if os.geteuid() == 0 else (*groups, os.getegid())[0]
    os.chown(folder / "a", owner, group)
    (folder / "a").chmod(0o6755)
    before = (folder / "a").stat()
    replace_files(changes(folder))
    after = (folder / "a").stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, owner, group)
    assert bytes_of(folder)["a"] == "A"


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder of a user who is not root, as whom the test runs."""
    with TemporaryDirectory() as name:
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(name, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            if is_root:
                os.seteuid(0)


def test_those_before_one_that_fails_late_get_their_bytes_back(as_nobody: Path) -> None:
    # A folder that cannot be read cannot be flushed to the disk, when the name is already new.
    (as_nobody / "a").write_text("a")
    (as_nobody / "a").chmod(0o640)
    dark = as_nobody / "dark"
    dark.mkdir()
    (dark / "b").write_text("b")
    dark.chmod(0o300)
    made = Change(path=str(as_nobody / "new"), data=b"new", before=None)
    late = Change(path=str(dark / "b"), data=b"B", before=b"b")
    try:
        with pytest.raises(UsageError) as caught:
            replace_files([*changes(as_nobody, "a"), made, late])
        said = f"{dark}/b: error: file cannot be written: Permission denied (unwritable)"
        assert str(caught.value) == said
        assert bytes_of(as_nobody) == {"a": "a"}
        assert (as_nobody / "a").stat().st_mode & 0o7777 == 0o640
        assert (dark / "b").read_text() == "b"
    finally:
        dark.chmod(0o700)
    assert [it.name for it in dark.iterdir()] == ["b"]

"""What others may have written into the cache on disk, and who may have written it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.registry_table import A, B, Table, index
from transformer.image.reference import normalize
from transformer.registry.cache.database import Database
from transformer.registry.cache.local import CachedResolve, CacheFault, DigestCache

WEB = "ghcr.io/acme/web:2.0"
PINNED = f"ghcr.io/acme/web@{A}"
OCI = "application/vnd.oci.image.index.v1+json"
NOW = 1000.0
NOBODY = 65534

IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can give files to others")


def cache_of(path: Path, ttl: float = 60) -> DigestCache:
    return DigestCache(str(path), ttl, lambda: NOW)


def with_row(path: Path, *values: object, name: str = WEB) -> DigestCache:
    """A cache in which somebody has written a row: digest, type, size, platforms, time."""
    cache_of(path).close()
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)", (name, *values))
    database.close()
    return cache_of(path)


def test_what_has_the_shape_of_an_answer_is_taken(tmp_path: Path) -> None:
    cache = with_row(tmp_path / "c", A, OCI, 1, f'{{"linux/amd64": "{B}"}}', NOW)
    assert cache.get([WEB], True)[WEB].platforms == {"linux/amd64": B}
    cache.close()
    cache = with_row(tmp_path / "d", f"sha512:{'0' * 128}", OCI, 1, None, NOW + 60)
    assert cache.get([WEB], False)[WEB].size == 1
    cache.close()


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(("evil", OCI, 1, None, NOW), id="no digest"),
        pytest.param((f"{A} # x", OCI, 1, None, NOW), id="comment"),
        pytest.param((f"{A}\n    privileged: true", OCI, 1, None, NOW), id="lines"),
        pytest.param((A.upper(), OCI, 1, None, NOW), id="upper case"),
        pytest.param((b"\xff\xfe", OCI, 1, None, NOW), id="blob"),
        pytest.param((A, "", 1, None, NOW), id="no media type"),
        pytest.param((A, f"a/{'b' * 255}", 1, None, NOW), id="long media type"),
        pytest.param((A, "a/b\n", 1, None, NOW), id="lines in a media type"),
        pytest.param((A, "a/\u00e9", 1, None, NOW), id="letters in a media type"),
        pytest.param((A, b"a/b", 1, None, NOW), id="media type that is a blob"),
        pytest.param((A, OCI, "many", None, NOW), id="size in words"),
        pytest.param((A, OCI, -1, None, NOW), id="size below 0"),
        pytest.param((A, OCI, 1.5, None, NOW), id="half a byte"),
        pytest.param((A, OCI, 1, "{{{", NOW), id="no JSON"),
        pytest.param((A, OCI, 1, "[1]", NOW), id="list"),
        pytest.param((A, OCI, 1, "[" * 100_000, NOW), id="deep"),
        pytest.param((A, OCI, 1, b"{}", NOW), id="platforms that are a blob"),
        pytest.param((A, OCI, 1, '{"linux/amd64": 5}', NOW), id="digest of a platform"),
        pytest.param((A, OCI, 1, f'{{"a\\u001b": "{A}"}}', NOW), id="escape in a platform"),
        pytest.param((A, OCI, 1, None, "soon"), id="time in words"),
        pytest.param((A, OCI, 1, None, b""), id="time that is a blob"),
        pytest.param((A, OCI, 1, None, NOW - 61), id="long ago"),
        pytest.param((A, OCI, 1, None, 1e300), id="far in the future"),
    ],
)
def test_no_other_row_is_taken(tmp_path: Path, values: tuple[object, ...]) -> None:
    cache = with_row(tmp_path / "c", *values)
    assert cache.get([WEB], False) == {}
    table = Table({WEB: index(B)})
    resolve = CachedResolve(cache, lambda _: table, 5)
    assert resolve([normalize(WEB)], False) == {WEB: index(B)}
    assert (table.asked, resolve.notes) == ([WEB], [])
    cache.close()


def test_what_is_kept_for_a_digest_must_say_it(tmp_path: Path) -> None:
    cache = with_row(tmp_path / "c", B, OCI, 1, None, NOW, name=PINNED)
    assert cache.get([PINNED], False) == {}
    cache.close()
    cache = with_row(tmp_path / "d", A, OCI, 1, None, 0, name=PINNED)
    assert cache.get([PINNED], False).keys() == {PINNED}
    cache.close()


@pytest.mark.parametrize("until", ["for ever", b"\xff"])
def test_a_claim_must_say_when_it_ends(tmp_path: Path, until: object) -> None:
    path = tmp_path / "c"
    cache = cache_of(path)
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO claims VALUES (?, 'other', ?)", (WEB, until))
    database.close()
    assert cache.claim([WEB], 5) == [WEB]
    cache.close()


ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(f"CREATE VIEW answers AS {ENDLESS}", id="view"),
        pytest.param("CREATE TABLE answers (reference, b, c)", id="other columns"),
        pytest.param("CREATE TABLE cookies (host)", id="another program's"),
    ],
)
def test_other_tables_are_none_of_ours(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "c"
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()
    path.chmod(0o600)
    before = path.read_bytes()
    assert distrusted(path) == f"holds other than the tables of a digest cache: {path}"
    assert path.read_bytes() == before


def test_a_trigger_is_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "c"
    cache_of(path).close()
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TRIGGER t BEFORE INSERT ON answers BEGIN SELECT RAISE(FAIL, 'no'); END"
        )
    database.close()
    assert distrusted(path) == f"holds other than the tables of a digest cache: {path}"


def distrusted(path: Path) -> str:
    with pytest.raises(CacheFault) as caught:
        cache_of(path)
    assert caught.value.is_distrust
    return str(caught.value)


def test_a_statement_has_a_time_limit(tmp_path: Path) -> None:
    start = time.monotonic()
    database = Database(f"{tmp_path}/c", {}, 0.2, start + 60)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        database.select(f"SELECT count(*) FROM ({ENDLESS})", ())
    assert time.monotonic() - start < 10
    database.close()


def test_nothing_waits_longer_than_there_is_time(tmp_path: Path) -> None:
    path = tmp_path / "c"
    cache_of(path).close()
    start = time.monotonic()
    cache = DigestCache(str(path), 60, patience=60, until=start + 0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        with pytest.raises(CacheFault) as caught:
            cache.claim([WEB], 5)
        assert str(caught.value) == "cannot be written: database is locked"
    assert time.monotonic() - start < 5
    other.close()
    cache.close()


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_a_file_that_others_may_write_is_not_used(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "c"
    other = tmp_path / f"c{suffix}"
    other.touch()
    other.chmod(0o620)
    assert distrusted(path) == f"is writable by others: {other}"


def test_only_a_regular_file_is_used(tmp_path: Path) -> None:
    path = tmp_path / "c"
    os.mkfifo(path, 0o600)
    assert distrusted(path) == f"is not a regular file: {path}"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770])
def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path, mode: int) -> None:
    shared, path = tmp_path / "shared", tmp_path / "shared" / "c"
    shared.mkdir()
    shared.chmod(mode)
    (tmp_path / "link").symlink_to(path)
    assert distrusted(path) == f"is writable by others: {shared}"
    assert distrusted(tmp_path / "link") == f"is writable by others: {shared}"
    assert not path.exists()
    cache_of(shared / "own" / "c").close()


def theirs(path: Path) -> str:
    return f"belongs to user {path.lstat().st_uid}: {path}, expected user {os.geteuid()}"


@needs_root
@pytest.mark.parametrize("name", ["folder", "folder/c", "folder/c-wal"])
def test_what_belongs_to_another_is_not_used(tmp_path: Path, name: str) -> None:
    path = tmp_path / "folder" / "c"
    path.parent.mkdir()
    (tmp_path / name).touch()
    os.chown(tmp_path / name, NOBODY, NOBODY)
    assert distrusted(path) == theirs(tmp_path / name)


def as_another(run: Callable[[], None]) -> None:
    """Run something as a user other than root, in a process of its own where need be."""
    if not IS_ROOT:
        run()
        return
    with warnings.catch_warnings():
        # The child does nothing that needs a lock of another thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        code = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            run()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter and write; those of pytest are for one user."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_root_s_cache_is_not_used_by_another(public: Path) -> None:
    def run() -> None:
        (public / "said").write_text(distrusted(Path("/etc/c")))

    as_another(run)
    assert (public / "said").read_text().endswith("belongs to user 0: /etc, expected user 65534")


def test_another_than_root_has_a_cache(public: Path) -> None:
    path = public / "own" / "c"

    def run() -> None:
        cache = cache_of(path)
        cache.put({WEB: index(A)}, (), False)
        cache.close()
        cache = cache_of(path)
        assert cache.get([WEB], False) == {WEB: index(A)}
        cache.close()

    as_another(run)
    assert path.stat().st_mode & 0o077 == 0
    if IS_ROOT:
        assert distrusted(path) == theirs(path.parent)

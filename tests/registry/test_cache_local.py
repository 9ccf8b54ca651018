from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.helpers.registry_table import A, B, C, Table, index, refusal
from transformer.image.reference import Reference, normalize
from transformer.registry.cache.local import (
    CachedResolve,
    CacheFault,
    DigestCache,
    cache_path,
)
from transformer.registry.resolver import Answer

NGINX = "docker.io/library/nginx:1.27"
WEB = "ghcr.io/acme/web:2.0"
PINNED = f"ghcr.io/acme/web@{A}"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def through(
    path: Path, table: Table, *names: str, clock: Clock | None = None, with_platforms: bool = False
) -> Mapping[str, Answer]:
    cache = DigestCache(str(path), 60, clock or Clock())
    try:
        resolve = CachedResolve(cache, lambda _: table, 5)
        answers = resolve([normalize(name) for name in names], with_platforms)
        assert resolve.notes == []
        return answers
    finally:
        cache.close()


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        pytest.param("/x/y", {"HOME": "/h"}, "/x/y", id="given"),
        pytest.param("none", {"HOME": "/h"}, "", id="none"),
        pytest.param("", {"HOME": "/h"}, "/h/.cache/mirrorpin/digests-1.sqlite", id="home"),
        pytest.param(
            "",
            {"HOME": "/h", "XDG_CACHE_HOME": "/c"},
            "/c/mirrorpin/digests-1.sqlite",
            id="cache folder",
        ),
        pytest.param(
            "",
            {"HOME": "/h", "XDG_CACHE_HOME": "c"},
            "/h/.cache/mirrorpin/digests-1.sqlite",
            id="relative, which the specification says to pass over",
        ),
    ],
)
def test_where_the_cache_is(given: str, environment: dict[str, str], expected: str) -> None:
    assert cache_path(given, environment) == expected


@pytest.mark.parametrize("home", [{}, {"HOME": "nowhere"}])
def test_without_a_home_there_is_no_cache(home: dict[str, str]) -> None:
    with pytest.raises(CacheFault) as caught:
        cache_path("", home)
    assert str(caught.value) == "neither MIRRORPIN_CACHE nor XDG_CACHE_HOME nor HOME is set"


def test_an_answer_is_asked_for_once(tmp_path: Path) -> None:
    table = Table({NGINX: index(A), WEB: index(B)})
    path = tmp_path / "a" / "b" / "c.sqlite"
    first = through(path, table, "nginx:1.27", WEB)
    assert list(first) == [NGINX, WEB]
    assert through(path, table, WEB, "nginx:1.27") == first
    assert table.asked == [NGINX, WEB]
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_answer_for_a_tag_grows_old(tmp_path: Path) -> None:
    table, clock = Table({NGINX: index(A), PINNED: index(A)}), Clock()
    path = tmp_path / "c"
    for later, count in ((0, 2), (60, 2), (60.5, 3), (100, 3), (-500, 4)):
        clock.now = 1000 + later
        assert through(path, table, NGINX, PINNED, clock=clock)[NGINX] == index(A)
        assert len(table.asked) == count, later
    assert table.asked.count(PINNED) == 1


def test_platforms_are_asked_for_when_they_are_wanted(tmp_path: Path) -> None:
    whole = index(A, linux_amd64=B)
    table = Table({NGINX: whole})
    path = tmp_path / "c"
    through(path, table, NGINX)
    assert through(path, table, NGINX, with_platforms=True) == {NGINX: whole}
    assert through(path, table, NGINX, with_platforms=True) == {NGINX: whole}
    assert through(path, table, NGINX) == {NGINX: whole}
    assert table.with_platforms == [False, True]


def test_faults_are_not_kept(tmp_path: Path) -> None:
    table = Table({})
    path = tmp_path / "c"
    for _ in range(2):
        answer = through(path, table, NGINX)[NGINX]
        assert str(answer) == str(refusal(NGINX))
    assert table.asked == [NGINX, NGINX]


def test_an_entry_that_nobody_asked_for_in_a_month_goes(tmp_path: Path) -> None:
    table, clock = Table({PINNED: index(A), NGINX: index(B)}), Clock()
    path = tmp_path / "c"
    through(path, table, PINNED, clock=clock)
    clock.now += 31 * 24 * 3600
    through(path, table, NGINX, clock=clock)
    through(path, table, PINNED, clock=clock)
    assert table.asked == [PINNED, NGINX, PINNED]


def test_who_is_asked_already_is_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "c")
    table = Table({NGINX: index(A), WEB: index(B)})
    other = DigestCache(path, 60)
    assert other.claim([NGINX], 60) == [NGINX]
    assert other.claim([NGINX], 60) == [NGINX]
    waits: list[float] = []

    def connect(seconds: float) -> Table:
        # What we ask for ourselves comes first; meanwhile the other gets its answer.
        waits.append(seconds)
        other.put({NGINX: index(C)}, [NGINX], False)
        return table

    cache = DigestCache(path, 60)
    answers = CachedResolve(cache, connect, 30)([normalize(NGINX), normalize(WEB)], False)
    assert (answers[NGINX], answers[WEB]) == (index(C), index(B))
    assert table.asked == [WEB]
    assert 29 < waits[0] <= 30
    other.close()
    cache.close()


def test_a_claim_ends(tmp_path: Path) -> None:
    path = str(tmp_path / "c")
    other = DigestCache(path, 60)
    other.claim([NGINX], 0.05)
    cache = DigestCache(path, 60)
    table = Table({NGINX: index(A)})
    assert CachedResolve(cache, lambda _: table, 30)([normalize(NGINX)], False) == {NGINX: index(A)}
    other.close()
    cache.close()


def test_waiting_ends_with_the_time_for_all(tmp_path: Path) -> None:
    path = str(tmp_path / "c")
    other = DigestCache(path, 60)
    other.claim([NGINX], 60)
    cache = DigestCache(path, 60)
    table = Table({})
    start = time.monotonic()
    answers = CachedResolve(cache, lambda _: table, 0.1)([normalize(NGINX)], False)
    assert str(answers[NGINX]) == str(refusal(NGINX))
    assert time.monotonic() - start < 5
    other.close()
    cache.close()


def test_another_may_answer_between_a_look_and_a_claim(tmp_path: Path) -> None:
    class Late(DigestCache):
        def claim(self, references: Sequence[str], seconds: float) -> list[str]:
            self.put({NGINX: index(C)}, (), False)
            return super().claim(references, seconds)

    cache = Late(str(tmp_path / "c"), 60)
    table = Table({})
    assert CachedResolve(cache, lambda _: table, 5)([normalize(NGINX)], False) == {NGINX: index(C)}
    assert table.asked == []
    cache.close()


def test_an_error_lets_go_of_claims(tmp_path: Path) -> None:
    path = str(tmp_path / "c")

    def ask(_references: Sequence[Reference], _with_platforms: bool) -> Mapping[str, Answer]:
        raise KeyboardInterrupt

    cache = DigestCache(path, 60)
    with pytest.raises(KeyboardInterrupt):
        CachedResolve(cache, lambda _: ask, 5)([normalize(NGINX)], False)
    other = DigestCache(path, 60)
    assert other.claim([NGINX], 60) == [NGINX]
    other.close()
    cache.close()


@pytest.mark.parametrize("kind", ["text", "folder", "below a file"])
def test_what_is_no_cache_is_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "c"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_text("no database, but a text that is long enough to be looked at" * 10)
    given = path / "x" if kind == "below a file" else path
    with pytest.raises(CacheFault) as caught:
        DigestCache(str(given), 60)
    assert str(caught.value).startswith(f"cannot be used: {given}: ")


@pytest.mark.slow
def test_a_database_that_is_locked_for_long_is_no_cache(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "c"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE x (y)")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CacheFault) as caught:
        DigestCache(str(path), 60, patience=0.6)
    assert str(caught.value) == f"cannot be used: {path}: database is locked"
    other.close()


@pytest.mark.parametrize("table", ["answers", "claims"])
def test_a_run_goes_on_when_the_cache_breaks(tmp_path: Path, table: str) -> None:
    import sqlite3

    path = tmp_path / "c"
    cache = DigestCache(str(path), 60)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(f"DROP TABLE {table}")
    other.close()
    asked = Table({NGINX: index(A)})
    resolve = CachedResolve(cache, lambda _: asked, 5)
    assert resolve([normalize(NGINX)], False) == {NGINX: index(A)}
    assert resolve.notes == [f"cannot be read: no such table: {table}"]
    cache.close()


def test_a_run_goes_on_when_the_cache_breaks_while_it_asks(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "c"
    table = Table({NGINX: index(A)})

    def connect(_seconds: float) -> Table:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("DROP TABLE answers")
        other.close()
        return table

    cache = DigestCache(str(path), 60)
    resolve = CachedResolve(cache, connect, 5)
    assert resolve([normalize(NGINX)], False) == {NGINX: index(A)}
    assert resolve.notes == ["cannot be written: no such table: answers"]
    assert table.asked == [NGINX]
    cache.close()


def test_a_run_goes_on_when_the_cache_cannot_be_written(tmp_path: Path) -> None:
    cache = DigestCache(str(tmp_path / "c"), 60)
    other = DigestCache(str(tmp_path / "c"), 60, patience=0)
    asked = Table({NGINX: index(A)})
    with cache._database.transaction():
        resolve = CachedResolve(other, lambda _: asked, 5)
        assert resolve([normalize(NGINX)], False) == {NGINX: index(A)}
    assert resolve.notes == ["cannot be written: database is locked"]
    cache.close()
    other.close()


PROCESS = """\
import hashlib, json, os, random, sys, time
from transformer.registry.cache.local import CachedResolve, DigestCache
from transformer.image.reference import normalize
from transformer.registry import Descriptor

path, log, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

def ask(references, with_platforms):
    time.sleep(0.01)
    with open(log, "a") as file:
        file.write("".join(f"{it}\\n" for it in references))
    return {
        str(it): Descriptor(digest=digest_of(str(it)), media_type="a/b", size=1)
        for it in references
    }

def digest_of(name):
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()

chance = random.Random(seed)
cache = DigestCache(path, 3600)
os.write(1, b".")
left = count
while left:
    names = [f"r.io/x:{chance.randrange(100)}" for _ in range(min(left, 50))]
    resolve = CachedResolve(cache, lambda _: ask, 30)
    answers = resolve([normalize(it) for it in names], False)
    assert not resolve.notes, resolve.notes
    for it in names:
        assert answers[it].digest == digest_of(it)
    left -= len(names)
cache.close()
"""


@pytest.mark.slow
def test_sixteen_processes_ask_about_each_image_once(tmp_path: Path) -> None:
    path, log = tmp_path / "c", tmp_path / "log"
    command = [sys.executable, "-c", PROCESS, str(path), str(log)]
    running = [subprocess.Popen([*command, str(seed), "1000"]) for seed in range(16)]
    assert [process.wait(timeout=120) for process in running] == [0] * 16
    asked = log.read_text().split()
    assert len(asked) == len(set(asked)) == 100


WRITER = """\
import hashlib, itertools, os, sys
from transformer.registry.cache.local import DigestCache
from transformer.registry import Descriptor

def digest_of(generation, name):
    return "sha256:" + hashlib.sha256(f"{generation} {name}".encode()).hexdigest()

def write_on(path, start):
    cache = DigestCache(path, 3600)
    os.write(1, b".")
    for generation in itertools.count(start):
        answers = {
            name: Descriptor(digest=digest_of(generation, name), media_type="a/b", size=generation)
            for name in NAMES
        }
        cache.claim(NAMES, 60)
        cache.put(answers, NAMES, False)

NAMES = [f"r.io/x:{number}" for number in range(50)]
for line in sys.stdin:
    # Forked, so that a kill costs no start of Python.
    child = os.fork()
    if not child:
        write_on(sys.argv[1], int(line))
    os.write(1, b"%d\\n" % child)
    os.waitpid(child, 0)
    os.write(1, b"!")
"""


def whole_state(path: Path) -> int:
    """The one generation that all answers are of; 0 for none."""
    cache = DigestCache(str(path), 3600)
    names = [f"r.io/x:{number}" for number in range(50)]
    found = cache.get(names, False)
    generations = {it.size for it in found.values()} or {0}
    assert len(generations) == 1
    assert len(found) in (0, len(names))
    for name, it in found.items():
        text = f"{it.size} {name}".encode()
        assert it.digest == f"sha256:{hashlib.sha256(text).hexdigest()}"
    (state,) = cache._database.select("PRAGMA integrity_check", ())
    assert state == ("ok",)
    cache.close()
    return generations.pop()


@pytest.mark.slow
def test_a_kill_while_it_writes_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "c"
    chance = random.Random(7)
    pipe = subprocess.PIPE
    changed = last = 0
    longest = 0.01
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], 0, stdin=pipe, stdout=pipe
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(200):
            parent.stdin.write(b"%d\n" % (last + 1))
            said = parent.stdout.readline()
            while b"." not in said:
                said += parent.stdout.read(1)
            time.sleep(chance.random() * longest)
            os.kill(int(said.replace(b".", b"")), signal.SIGKILL)
            assert parent.stdout.read(1) == b"!"
            before, last = last, whole_state(path)
            assert last >= before
            changed += last > before
            # On a busy machine it takes longer to write anything.
            longest *= 0.95 if last > before else 1.05
        parent.stdin.close()
    # Most were killed between two states that both were there.
    assert changed > 20

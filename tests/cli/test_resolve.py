from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.fake_redis import FakeRedis
from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Place, index, pods, refusal

MIRRORED_NGINX = f"{MIRROR}/{NGINX}"
MIRRORED_WEB = f"{MIRROR}/{WEB}"
ANSWERS = {MIRRORED_NGINX: index(A), MIRRORED_WEB: index(B, linux_amd64=C)}
RESOLVE = "{mode: resolve}"


def place_with(folder: Path, digests: str = RESOLVE) -> Place:
    place = Place(folder, ANSWERS, digests)
    place.environment = {"MIRRORPIN_CACHE": str(folder / "cache")}
    return place


def test_what_the_lock_lacks_is_asked_for_and_not_written(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    lock = f"version: 1\nimages:\n  {WEB}:\n    digest: {C}\n"
    place.lock.write_text(lock)
    stream = pods("nginx:1.27", WEB, "nginx:1.27", f"web:1@{A}")
    assert place.run(stdin=stream) == 0
    assert place.out.count(f"{MIRRORED_NGINX}@{A}") == 2
    assert f"{MIRRORED_WEB}@{C}" in place.out
    assert place.table.asked == [MIRRORED_NGINX]
    assert place.lock.read_text() == lock
    assert place.run(stdin=stream) == 0
    assert place.table.asked == [MIRRORED_NGINX]


def test_there_need_be_no_lock(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    assert place.run("images", stdin=pods(WEB, MIRRORED_NGINX)) == 0
    assert f"{MIRRORED_WEB}@{B}" in place.out
    assert f"{MIRRORED_NGINX}@{A}" in place.out
    assert not place.lock.exists()


def test_a_whole_lock_asks_nobody(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    place.lock.write_text(f"version: 1\nimages:\n  {WEB}:\n    digest: {C}\n")
    assert place.run(stdin=pods(WEB)) == 0
    assert place.table.asked == []
    assert not (tmp_path / "cache").exists()


def test_what_nobody_has_fails_at_every_place(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    assert place.run(stdin=pods("web:1", WEB, "web:1")) == 1
    image = f"{MIRROR}/docker.io/library/web:1"
    fault = f'"{image}" at {MIRROR} is not there, HTTP 404'
    field = "`spec.containers[0].image`"
    assert place.out == ""
    assert place.err.splitlines() == [
        f"<stdin>:7:12: error: {fault} in Pod p0 at {field}; also at <stdin>:23:12"
        " (registry-not-found)",
        "  hint: copy it there, mirrorpin plan --missing says how, or compare its name",
        "nothing was written: 2 errors, 3 images",
    ]


def test_what_nobody_has_may_be_a_warning(tmp_path: Path) -> None:
    place = place_with(tmp_path, "{mode: resolve, missing: warn}")
    assert place.run(stdin=pods("web:1")) == 0
    assert place.err.startswith(f'<stdin>:7:12: warning: "{MIRROR}/docker.io/library/web:1" at ')
    assert f"{MIRROR}/docker.io/library/web:1\n" in place.out


def test_required_platforms_and_both_sides(tmp_path: Path) -> None:
    digests = "{mode: resolve, resolveFrom: both, platforms: [linux/arm64]}"
    place = place_with(tmp_path, digests)
    place.table.answers = {
        MIRRORED_WEB: index(B, linux_amd64=C),
        WEB: index(B, linux_amd64=C),
        MIRRORED_NGINX: index(A, linux_arm64=A),
        NGINX: index(C, linux_arm64=A, linux_amd64=B),
    }
    assert place.run(stdin=pods(WEB, "nginx:1.27")) == 1
    assert place.err.splitlines()[:2] == [
        f'<stdin>:15:12: warning: platform subset at the mirror: "{NGINX}" is {C}, '
        f'"{MIRRORED_NGINX}" is {A} (platform-subset)',
        f'<stdin>:7:12: error: "{MIRRORED_WEB}" lists linux/amd64: expected linux/arm64 in '
        "Pod p0 at `spec.containers[0].image` (platform-missing)",
    ]


def test_a_mirror_may_be_different_where_its_rule_allows_it(tmp_path: Path) -> None:
    place = place_with(tmp_path, "{mode: resolve, resolveFrom: both}")
    config = tmp_path / "mirrorpin.yaml"
    target = f"target: {MIRROR}/docker.io\n"
    config.write_text(config.read_text().replace(target, f"{target}    allowDifferent: true\n"))
    place.table.answers = {MIRRORED_NGINX: index(A), NGINX: index(B)}
    assert place.run(stdin=pods("nginx:1.27")) == 0
    assert f"{MIRRORED_NGINX}@{A}" in place.out
    assert "differs" not in place.err
    assert place.run("-v", stdin=pods("nginx:1.27")) == 0
    assert "info: different at the mirror, as its rule allows: " in place.err


def test_an_answer_contradicts_no_digest_that_is_written(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    written = f"{MIRRORED_NGINX}@{B}"
    assert place.run(stdin=pods("nginx:1.27", written)) == 0
    assert f"{MIRRORED_NGINX}@{A}" in place.out
    assert written in place.out
    assert place.run(stdin=pods(written)) == 0
    assert place.table.asked == [MIRRORED_NGINX]


def test_an_answer_says_where_it_is_from(tmp_path: Path) -> None:
    place = place_with(tmp_path, "{mode: resolve, platforms: [linux/amd64]}")
    assert place.run(stdin=pods(WEB)) == 0
    assert f"{MIRRORED_WEB}@{B}" in place.out
    assert place.table.with_platforms == [True]


@pytest.mark.parametrize(
    ("environment", "argument", "expected"),
    [
        pytest.param(
            {},
            [],
            "digest cache neither MIRRORPIN_CACHE nor XDG_CACHE_HOME nor HOME is set",
            id="no home",
        ),
        pytest.param({"HOME": "/dev/null"}, [], "digest cache cannot be used: ", id="no folder"),
        pytest.param({"HOME": "/dev/null"}, ["--cache", "none"], "", id="none wanted"),
    ],
)
def test_without_a_cache_a_run_goes_on(
    tmp_path: Path, environment: dict[str, str], argument: list[str], expected: str
) -> None:
    place = place_with(tmp_path)
    place.environment = environment
    assert place.run(*argument, stdin=pods(WEB)) == 0
    assert "digest cache" not in place.err
    assert place.run("-v", *argument, stdin=pods(WEB)) == 0
    assert place.err.count("digest cache") == bool(expected)
    assert expected in place.err
    assert place.table.asked == [MIRRORED_WEB] * 2


def test_an_answer_counts_for_as_long_as_asked(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    for _ in range(2):
        assert place.run("--cache-ttl", "0.000001", stdin=pods(WEB)) == 0
    assert len(place.table.asked) == 2


def test_a_fault_is_asked_about_again(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    place.table.answers = {MIRRORED_WEB: refusal(MIRRORED_WEB, 500)}
    assert place.run(stdin=pods(WEB)) == 1
    place.table.answers = ANSWERS
    assert place.run(stdin=pods(WEB)) == 0


def test_replicas_share_a_redis(tmp_path: Path) -> None:
    with FakeRedis() as fake:
        fake.users["me"] = "canary"
        places = []
        for name in "ab":
            (tmp_path / name).mkdir()
            place = place_with(tmp_path / name)
            place.environment = {"MIRRORPIN_CACHE": fake.url.replace("//", "//me:canary@") + "/1"}
            places.append(place)
            assert place.run(stdin=pods("nginx:1.27", WEB)) == 0
            assert f"{MIRRORED_NGINX}@{A}" in place.out
    assert [place.table.asked for place in places] == [[MIRRORED_NGINX, MIRRORED_WEB], []]
    assert fake.seen.count(["AUTH", "me", "canary"]) == 2


def test_a_redis_takes_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("redis", "redis_client"):
        monkeypatch.delitem(sys.modules, f"transformer.registry.cache.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "redis.connection", None)
    place = place_with(tmp_path)
    place.environment = {"MIRRORPIN_CACHE": "redis://:canary@127.0.0.1:1"}
    assert place.run(stdin=pods(WEB)) == 2
    assert place.err.splitlines() == [
        (
            "error: `--cache` is not a file: expected one, as the package `redis` is not installed "
            "(usage)"
        ),
        "  hint: pip install 'mirrorpin[redis]'",
    ]
    place.lock.write_text(f"version: 1\nimages:\n  {WEB}:\n    digest: {C}\n")
    assert place.run(stdin=pods(WEB)) == 0


@pytest.mark.parametrize(
    ("arguments", "is_said"),
    [
        pytest.param([], True, id="plain"),
        pytest.param(["-v"], True, id="verbose"),
        pytest.param(["-q"], False, id="quiet"),
    ],
)
def test_a_redis_that_is_down_is_a_warning(
    tmp_path: Path, arguments: list[str], is_said: bool
) -> None:
    place = place_with(tmp_path)
    place.environment = {"MIRRORPIN_CACHE": "redis://:canary@127.0.0.1:1"}
    log = tmp_path / "log"
    assert place.run(*arguments, "--log-file", str(log), stdin=pods(WEB)) == 0
    warning = (
        "warning: digest cache does not answer: redis://127.0.0.1:1: Connection refused "
        "(no-cache)\n"
        "  hint: registries are asked without it\n"
    )
    assert (warning in place.err) == is_said
    assert warning in log.read_text()
    assert f"{MIRRORED_WEB}@{B}" in place.out
    assert "canary" not in place.out + place.err + log.read_text()


@pytest.mark.parametrize(
    ("arguments", "is_said"),
    [
        pytest.param([], True, id="plain"),
        pytest.param(["-v"], True, id="verbose"),
        pytest.param(["-q"], False, id="quiet"),
    ],
)
def test_a_cache_that_others_may_write_is_a_warning(
    tmp_path: Path, arguments: list[str], is_said: bool
) -> None:
    place = place_with(tmp_path)
    cache, log = tmp_path / "cache", tmp_path / "log"
    assert place.run(stdin=pods(WEB)) == 0
    cache.chmod(0o666)
    assert place.run(*arguments, "--log-file", str(log), stdin=pods(WEB)) == 0
    warning = (
        "warning: digest cache is writable by others: cache (no-cache)\n"
        "  hint: registries are asked without it\n"
    )
    assert (warning in place.err) == is_said
    assert warning.replace("others: ", f"others: {tmp_path}/") in log.read_text()
    assert place.table.asked == [MIRRORED_WEB] * 2


def test_a_locked_cache_leaves_time_for_registries(tmp_path: Path) -> None:
    import sqlite3

    place = place_with(tmp_path)
    assert place.run(stdin=pods(WEB)) == 0
    other = sqlite3.connect(tmp_path / "cache", isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    assert place.run("-v", "--deadline", "2", stdin=pods(WEB)) == 0
    assert 0.5 < time.monotonic() - start < 2
    other.close()
    said = "digest cache cannot be used: cache: database is locked"
    assert said in place.err.splitlines()
    assert place.table.asked == [MIRRORED_WEB] * 2


LAZY = """\
import io, sys
from transformer.cli.main import run
from transformer.cli.shell import Shell
stdout = io.BytesIO()
code = run(sys.argv[1:], Shell(sys.stdin.buffer, stdout, sys.stderr.buffer, {}))
heavy = (
    "sqlite3", "socket", "ssl", "urllib3", "http", "concurrent.futures",
    "transformer.cli.commands.lock", "transformer.lock.lookup",
    "transformer.registry.cache.local", "transformer.registry.cache.redis_url",
    "transformer.registry.cache.redis_client", "redis", "transformer.cli.resolve",
    "transformer.cli.registries",
    "transformer.registry",
)
print(code, [name for name in heavy if name in sys.modules])
"""


@pytest.mark.parametrize("mode", ["off", "require", "lock"])
def test_other_modes_import_nothing_of_this(tmp_path: Path, mode: str) -> None:
    place = place_with(tmp_path, f"{{mode: {mode}}}")
    place.lock.write_text(f"version: 1\nimages:\n  {WEB}:\n    digest: {C}\n")
    done = subprocess.run(
        [sys.executable, "-c", LAZY, "-c", str(tmp_path / "mirrorpin.yaml")],
        input=pods(f"{WEB}@{C}"),
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.stdout == "0 []\n", done.stderr


def test_mode_resolve_does_import_it(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    place.lock.write_text(f"version: 1\nimages:\n  {WEB}:\n    digest: {C}\n")
    done = subprocess.run(
        [sys.executable, "-c", LAZY, "-c", str(tmp_path / "mirrorpin.yaml")],
        input=pods(WEB),
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.stdout.startswith("0 [")
    assert "'transformer.cli.resolve'" in done.stdout
    for name in ("urllib3", "transformer.registry.cache.redis_client", "ssl"):
        assert name not in done.stdout

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, A, Place, index, pods

MIRRORED = f"{MIRROR}/{NGINX}"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["--update"], "`--update` must not be used with `transform`, but with `lock`", id="lock"
        ),
        pytest.param(
            ["check", "--pull-secrets", "x"],
            "`--pull-secrets` must not be used with `check`, but with `verify`",
            id="verify",
        ),
        pytest.param(
            ["lock", "--cache", "x"],
            "`--cache` must not be used with `lock`, but with `transform`, `check`, `diff`, "
            "`images`, `explain`, `test` and `cmp`",
            id="several",
        ),
        pytest.param(
            ["lock", "--check", "--prune"],
            "`--check` and `--prune` must not be used together",
            id="check",
        ),
        pytest.param(
            ["lock", "--import", "x", "--keep-going"],
            "`--import` and `--keep-going` must not be used together",
            id="import",
        ),
        pytest.param(
            ["lock", "--diff", "x", "--deadline", "3"],
            "`--diff` and `--deadline` must not be used together",
            id="diff",
        ),
        pytest.param(
            ["lock", "--refresh"], "`--refresh` must be used with `--check`", id="refresh"
        ),
        pytest.param(
            ["lock", "--platform", "amd64"],
            '`--platform` must be os/arch[/variant]: "amd64"',
            id="platform",
        ),
        pytest.param(
            ["lock", "--deadline", "0"],
            '`--deadline` must be a number of seconds above 0: "0"',
            id="zero",
        ),
        pytest.param(
            ["--cache-ttl", "1h"],
            '`--cache-ttl` must be a number of seconds above 0: "1h"',
            id="no number",
        ),
    ],
)
def test_what_must_not_be_asked_for(tmp_path: Path, arguments: list[str], expected: str) -> None:
    place = Place(tmp_path, {})
    assert place.run(*arguments, stdin=pods("nginx")) == 2
    assert place.err == f"error: {expected} (usage)\n"
    assert place.out == ""


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        pytest.param(
            ["--cache", "redis://:canary@host"],
            {},
            "`--cache` must not hold a password, which every process can see (usage)\n"
            "  hint: hand it over in MIRRORPIN_CACHE",
            id="a password in the list of processes",
        ),
        pytest.param(
            [],
            {"MIRRORPIN_CACHE": "rediss://:canary@host:x"},
            "`--cache` must be a file, `none`, or "
            "redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] (usage)",
            id="no URL",
        ),
        pytest.param(
            ["--cache", "https://canary@host"],
            {},
            "`--cache` must be a file, `none`, or "
            "redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] (usage)",
            id="another URL",
        ),
    ],
)
def test_the_url_of_a_cache_is_not_repeated(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], expected: str
) -> None:
    place = Place(tmp_path, {})
    place.environment = environment
    assert place.run(*arguments, stdin=pods("nginx")) == 2
    assert place.err == f"error: {expected}\n"
    assert place.out == ""


def test_the_value_of_an_option_is_not_taken_from_what_follows(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED: index(A)})
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(pods("nginx:1.27"))
    assert place.run("lock", "--update", str(manifests), stdin=None) == 0
    assert place.table.asked == [MIRRORED]
    assert place.run("lock", "--", "--update", stdin=None) == 2
    assert place.err.startswith("--update: error: file cannot be read")


def test_the_environment_is_heard_by_commands_that_have_the_option(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED: index(A, linux_amd64=A, linux_arm64=A)})
    place.environment = {
        "MIRRORPIN_PLATFORM": "linux/amd64,linux/arm64",
        "MIRRORPIN_PRUNE": "true",
        "MIRRORPIN_DEADLINE": "2.5",
    }
    assert place.run("lock", stdin=pods("nginx:1.27")) == 0
    assert f"linux/arm64: {A}" in place.lock.read_text()
    assert place.run(stdin=pods("nginx:1.27")) == 0
    place.environment = {"MIRRORPIN_CHECK": "false"}
    assert place.run("lock", stdin=pods("nginx:1.27")) == 0
    place.environment = {"MIRRORPIN_FROM": "moon"}
    assert place.run("lock", stdin=pods("nginx:1.27")) == 2
    assert place.err.splitlines() == [
        'error: MIRRORPIN_FROM must be one of mirror, source, both: "moon" (usage)',
        "  hint: mirrorpin help lock lists its options",
    ]

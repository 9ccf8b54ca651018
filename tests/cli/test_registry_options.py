from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, A, Place, index, pods

MIRRORED = f"{MIRROR}/{NGINX}"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["--update"], "`--update` is used with `transform`: expected `lock`", id="lock"
        ),
        pytest.param(
            ["check", "--pull-secrets", "x"],
            "`--pull-secrets` is used with `check`: expected `verify`",
            id="verify",
        ),
        pytest.param(
            ["lock", "--cache", "x"],
            "`--cache` is used with `lock`: expected `transform`, `check`, `diff`, `images`, "
            "`explain`, `test` and `cmp`",
            id="several",
        ),
        pytest.param(
            ["lock", "--check", "--prune"],
            "`--check` and `--prune` are both given: expected one of them",
            id="check",
        ),
        pytest.param(
            ["lock", "--import", "x", "--keep-going"],
            "`--import` and `--keep-going` are both given: expected one of them",
            id="import",
        ),
        pytest.param(
            ["lock", "--diff", "x", "--deadline", "3"],
            "`--diff` and `--deadline` are both given: expected one of them",
            id="diff",
        ),
        pytest.param(
            ["lock", "--refresh"],
            ("`--refresh` is used alone: expected `--check` beside it"),
            id="refresh",
        ),
        pytest.param(
            ["lock", "--platform", "amd64"],
            '`--platform` is "amd64": expected os/arch[/variant]',
            id="platform",
        ),
        pytest.param(
            ["lock", "--deadline", "0"],
            '`--deadline` is "0": expected a number of seconds above 0',
            id="zero",
        ),
        pytest.param(
            ["--cache-ttl", "1h"],
            '`--cache-ttl` is "1h": expected a number of seconds above 0',
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
            "`--cache` holds a password, which every process can see (usage)\n"
            "  hint: hand it over in MIRRORPIN_CACHE",
            id="a password in the list of processes",
        ),
        pytest.param(
            [],
            {"MIRRORPIN_CACHE": "rediss://:canary@host:x"},
            "`--cache` is none of these: a file, `none`, or "
            "redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] (usage)",
            id="no URL",
        ),
        pytest.param(
            ["--cache", "https://canary@host"],
            {},
            "`--cache` is none of these: a file, `none`, or "
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
        'error: MIRRORPIN_FROM is "moon": expected one of mirror, source, both (usage)',
        "  hint: mirrorpin help lock lists its options",
    ]

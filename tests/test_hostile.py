"""Inputs made to exhaust a reader: a result or a clear error, in little memory, as a process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import generate
from bench.hostile import INPUTS, MAX_MEMORY
from bench.process import run

TOO_DEEP = "error: a document is nested more than 256 levels deep (too-deep)"
TOO_MANY = "error: aliases expand to more than 200000 nodes (too-many-aliases)"
SHOWN = "x" * 200
TOO_LONG = "error: a scalar or comment is longer than 16 Mi characters (too-long)"

# The first line on stderr, and how many images are rewritten.
FAILING = {
    "100,000 nested [": f"8:259: {TOO_DEEP}",
    "100,000 nested {": f"8:259: {TOO_DEEP}",
    "100,000 nested {[": f"8:259: {TOO_DEEP}",
    "100,000 nested -": f"9:511: {TOO_DEEP}",
    "100,000 nested ? in a key": f"8:513: {TOO_DEEP}",
    "10,001 aliases": (
        "9:40005: error: a document holds more than 10000 aliases (too-many-aliases)"
    ),
    "50 MB image": f"7:16304: {TOO_LONG}",
    "50 MB scalar beside an image": f"8:16282: {TOO_LONG}",
    "50 MB literal beside an image": f"170:16: {TOO_LONG}",
    "1 MB image": (
        f'7:12: error: "{SHOWN}..." is longer than 4096 characters in Pod app at '
        "`spec.containers[0].image` (too-long)"
    ),
    "billion laughs beside an image": f"9:10: {TOO_MANY}",
    # Its only image is seen at a key that no container has, too, and there it must not change.
    "billion laughs of merge keys": (
        '1:28: error: "nginx" is shared by places that need different values in Pod app at '
        "`spec.containers[0].image` (shared-anchor)"
    ),
    "billion laughs of containers": f"4:10: {TOO_MANY}",
    "billion laughs of pod specs": f"4:10: {TOO_MANY}",
}
REWRITTEN = {
    "10,000 aliases": 1,
    "10,000 aliases of one image": 1,
    "10,000 aliases of one container": 1,
    "50 MB scalar": 0,
    "1 MB line": 1,
    "billion laughs": 0,
    "100,000 keys beside an image": 1,
    "100,000 empty documents": 1,
    "20,000 JSON lines": 20_000,
}


def test_every_input_is_tested() -> None:
    assert FAILING.keys() | REWRITTEN.keys() == INPUTS.keys()
    assert not FAILING.keys() & REWRITTEN.keys()


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    config = tmp_path / "mirrorpin.yaml"
    config.write_text(generate.config())
    return [sys.executable, "-m", "transformer", "-c", str(config)]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", FAILING)
def test_a_clear_error_in_little_memory(name: str, command: list[str]) -> None:
    done = run(command, INPUTS[name]().encode())
    assert (done.exit_code, done.stdout) == (1, b"")
    assert done.stderr.splitlines()[0] == f"<stdin>:{FAILING[name]}"
    assert done.memory <= MAX_MEMORY


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", REWRITTEN)
def test_a_result_in_little_memory(name: str, command: list[str]) -> None:
    data = INPUTS[name]().encode()
    done = run(command, data)
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    rewritten = data.replace(b"nginx:", f"{generate.TARGET}/docker.io/library/nginx:".encode())
    assert done.stdout == (rewritten if REWRITTEN[name] else data)
    assert done.stdout.count(generate.TARGET.encode()) == REWRITTEN[name]
    assert done.memory <= MAX_MEMORY

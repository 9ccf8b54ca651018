"""Every folder in tests/fixtures is a case: what goes in, and to the byte what must come out.

A case has `input.yaml` (or .json), `config.yaml` (unless its input brings a functionConfig),
`results.yaml` (exit code and the lines on stderr) and, unless it fails, `expected` with the input's
suffix. It may have a lock and templates, and `args`, one argument a line. `make fixtures` writes
what the program says now, and fails.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.helpers.command import command
from tests.helpers.shared import ROOT
from transformer.yamltext.tree import PARSERS

FIXTURES = ROOT / "tests" / "fixtures"
CASES = sorted(folder for folder in FIXTURES.iterdir() if folder.is_dir())

KNOWN = {
    "input.yaml", "input.json", "expected.yaml", "expected.json", "config.yaml", "results.yaml",
    "images.lock.yaml", "args", "README.md",
}  # fmt: skip

# Each reader with each check. Two of the four show nearly all that the others do.
USUAL = {("libyaml", "events"), ("python", "full")}
WAYS = [
    pytest.param(*it, marks=() if it in USUAL else pytest.mark.exhaustive)
    for it in itertools.product(PARSERS, ("events", "full"))
]

NO_RULES = b"""\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec: {unmatched: keep, invalid: warn, structure: "off"}
"""


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def call(folder: Path, data: bytes, *argv: str) -> tuple[int, bytes, list[str]]:
    with inside(folder):
        ran = command(*argv, stdin=data)
    return ran.code, ran.stdout, ran.stderr


def one_of(folder: Path, stem: str) -> Path | None:
    found = [path for path in folder.iterdir() if path.stem == stem and path.suffix != ".j2"]
    return found[0] if found else None


def arguments(folder: Path) -> list[str]:
    file = folder / "args"
    given = file.read_text().split("\n") if file.exists() else []
    config = ["-c", "config.yaml"] if (folder / "config.yaml").exists() else []
    return [*config, *(line for line in given if line)]


def without_reason(line: str) -> str:
    """A line without the words in which one parser or the other says why text is not YAML."""
    return re.sub(r"(is not YAML): .* \(yaml\)", r"\1 (yaml)", line)


def read_input(folder: Path) -> bytes:
    file = one_of(folder, "input")
    assert file is not None, f"{folder.name} has no input"
    return file.read_bytes()


def test_there_are_cases() -> None:
    assert len(CASES) > 20


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
class TestCase:
    def test_has_only_known_files(self, folder: Path) -> None:
        names = {path.name for path in folder.iterdir() if path.suffix != ".j2"}
        assert names <= KNOWN
        assert names >= {"results.yaml"}

    @pytest.mark.parametrize(("parser", "verify"), WAYS)
    def test_comes_out_as_expected(
        self, folder: Path, parser: str, verify: str, request: pytest.FixtureRequest
    ) -> None:
        options = ["--parser", parser, "--verify", verify]
        code, stdout, stderr = call(folder, read_input(folder), *arguments(folder), *options)
        if request.config.getoption("--update-fixtures"):
            update(folder, code, stdout, stderr)
        expected = one_of(folder, "expected")
        results = yaml.safe_load((folder / "results.yaml").read_text())
        assert stdout == (expected.read_bytes() if expected else b"")
        assert code == results["exitCode"]
        assert [without_reason(line) for line in stderr] == results["stderr"]

    def test_twice_is_once(self, folder: Path) -> None:
        expected = one_of(folder, "expected")
        if expected is None or (folder / "args").exists():
            return
        once = expected.read_bytes()
        if b"items: []" in once:
            return  # what a validator answers is no input
        code, twice, _ = call(folder, once, *arguments(folder))
        assert twice == once
        assert code == yaml.safe_load((folder / "results.yaml").read_text())["exitCode"]

    def test_no_rules_change_nothing(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "config.yaml").write_bytes(NO_RULES)
        data = read_input(folder)
        code, stdout, stderr = call(tmp_path, data, "-c", "config.yaml")
        if code == 0:
            # Behind the items of a ResourceList stands what was said.
            assert stdout == data or (b"ResourceList" in data and stdout.startswith(data))
        else:
            # Only what cannot be read at all fails without rules.
            assert any("error: " in line for line in stderr)
            assert b"ResourceList" in data or stdout == b""


def update(folder: Path, code: int, stdout: bytes, stderr: list[str]) -> None:
    file = one_of(folder, "input")
    assert file is not None
    lines = [without_reason(line) for line in stderr]
    results = yaml.safe_dump({"exitCode": code, "stderr": lines}, width=500, sort_keys=False)
    new = {"results.yaml": results.encode()}
    if stdout:
        new[f"expected{file.suffix}"] = stdout
    changed = [name for name, data in new.items() if _differs(folder / name, data)]
    for name in changed:
        (folder / name).write_bytes(new[name])
    if changed:
        pytest.fail(f"wrote {', '.join(changed)}: read the difference, then commit it")


def _differs(file: Path, data: bytes) -> bool:
    return not file.exists() or file.read_bytes() != data

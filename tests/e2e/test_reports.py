"""Reports, read by what others publish for them.

SARIF: its schema and Microsoft's validator, with the rules of the standard and of GitHub's code
scanning. JUnit: `junitparser`, as no package ships an XSD. GitLab publishes no schema of its own.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.e2e import node
from tests.e2e.conftest import Run
from tests.e2e.tools import cache_folder
from tests.helpers.shared import ROOT
from tests.report.test_formats import PAYLOADS, findings, hostile, result
from transformer.errors import Problem
from transformer.model import Result
from transformer.report.formats import written
from transformer.report.formats.sarif import MAX_RESULTS

pytestmark = pytest.mark.e2e

# https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads
MAX_UPLOAD = 10 << 20
# The validator would look whether the schema is there, and tell it in a note.
NOWHERE = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}

BARE = findings(Result(problem=Problem(code="x", message="m")), result("a", "info"))


@pytest.fixture(scope="module")
def validator() -> Path:
    folder = node.SARIF.folder(cache_folder()) / "node_modules" / node.SARIF.name
    assert folder.exists(), f"{node.SARIF.name} must be installed: run `make e2e`"
    return folder


def report(run: Run, name: str) -> str:
    """What `check` reports of an example that has an error and warnings."""
    files = ("-c", "examples/shop/mirrorpin.yaml", "kustomize-plugin/krm/expected.yaml")
    done = run("mirrorpin", "check", *files, f"--format={name}", cwd=ROOT)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_sarif_is_what_the_standard_and_github_take(
    run: Run, validator: Path, tmp_path: Path
) -> None:
    many = findings(*[result(f"{at} " * 5) for at in range(MAX_RESULTS + 1)])
    found = {"many": many, "bare": BARE, "nothing": findings()}
    found |= {name.replace(" ", "-"): hostile(text) for name, text in PAYLOADS.items()}
    texts = {name: written("sarif", it) for name, it in found.items()}
    texts["example"] = report(run, "sarif")
    schema = json.loads((validator / "sarif-2.1.0.json").read_text("utf-8-sig"))
    for name, text in texts.items():
        jsonschema.Draft202012Validator(schema).validate(json.loads(text))
        assert len(gzip.compress(text.encode())) < MAX_UPLOAD
        (tmp_path / f"{name}.sarif").write_text(text)
    assert said(validator, tmp_path) == []


def test_the_validator_sees_what_github_does_not_take(validator: Path, tmp_path: Path) -> None:
    report = json.loads(written("sarif", BARE))
    del report["runs"][0]["tool"]["driver"]["rules"][0]["fullDescription"]
    (tmp_path / "a.sarif").write_text(json.dumps(report, indent=2))
    (line,) = said(validator, tmp_path)
    assert "error GH2012" in line


def said(validator: Path, folder: Path) -> list[str]:
    """What the validator says of the reports in a folder, notes aside."""
    rules = ("--rule-kind=Sarif;Ghas;Gh", "--level=Error;Warning", "--max-file-size-in-kb=65536")
    own = {"HOME": str(folder), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(
        [validator / "Sarif.Multitool", "validate", f"{folder}/*.sarif", *rules],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], **own, **NOWHERE},
        text=True,
        timeout=300,
    )
    assert f"Done. {len(list(folder.glob('*.sarif')))} files scanned." in done.stdout, done.stderr
    return [it for it in done.stdout.splitlines() if ": error " in it or ": warning " in it]


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_junit_is_read_as_it_is_meant(text: str) -> None:
    assert_counts(written("junit", hostile(text)))


def test_junit_of_an_example_is_read(run: Run) -> None:
    assert_counts(report(run, "junit"))


def assert_counts(text: str) -> None:
    """The numbers of a report with one failure are those that its reader counts."""
    # Only `make e2e` installs it, and `make test` reads this module, too.
    from junitparser import Failure, JUnitXml

    read: Any = JUnitXml.fromstring(text.encode())
    suites: list[Any] = list(read)
    stated = [(it.tests, it.failures, it.errors) for it in (read, *suites)]
    read.update_statistics()
    assert [(it.tests, it.failures, it.errors) for it in (read, *suites)] == stated
    cases = [case for suite in suites for case in suite]
    assert len(cases) == read.tests
    assert all(it.name and it.classname for it in cases)
    assert sum(isinstance(one, Failure) for it in cases for one in it.result) == 1

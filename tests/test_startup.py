"""What a run imports, and so what it costs to start, as a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs import pod

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]
  digests: {mode: lock, missing: warn}
"""
TEMPLATED = f"{CONFIG}  pullSecrets: {{templates: [secret.yaml.j2]}}\n"
NOTED = f"{CONFIG}  report: {{originalImages: true}}\n"
LIST = """\
kind: ResourceList
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: nginx}]}}
"""

# Never for a plain run.
UNWANTED = frozenset(
    {
        "argparse", "dataclasses", "difflib", "inspect", "jinja2", "json", "jsonpatch", "logging",
        "pathlib", "shutil", "subprocess", "tempfile", "textwrap", "traceback",
        "transformer.annotations", "transformer.diffs", "transformer.doctor",
        "transformer.json_text", "transformer.krm", "transformer.listing",
        "transformer.originals", "transformer.secret_objects",
    }
)  # fmt: skip


def imports(folder: Path, *arguments: str, stdin: str = "") -> set[str]:
    """The names of all modules that a run of the command imports."""
    command = [sys.executable, "-X", "importtime", "-m", "transformer", *arguments]
    ran = subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, text=True, check=True, timeout=60
    )
    found = set(re.findall(r"(?m)^import time:.*\| +([\w.]+)$", ran.stderr))
    assert "transformer.cli" in found
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "templated.yaml").write_text(TEMPLATED)
    (tmp_path / "noted.yaml").write_text(NOTED)
    (tmp_path / "secret.yaml.j2").write_text("apiVersion: v1\nkind: A\nmetadata: {name: a}\n")
    (tmp_path / "images.lock.yaml").write_text("version: 1\nimages: {}\n")
    return tmp_path


def test_a_plain_run_imports_what_it_needs_and_nothing_else(folder: Path) -> None:
    assert imports(folder, stdin=pod("nginx")) & UNWANTED == set()


def test_a_check_imports_no_more_than_a_run(folder: Path) -> None:
    mirrored = pod("m.io/hub/library/nginx", secrets="[{name: pull}]")
    assert imports(folder, "check", stdin=mirrored) & UNWANTED == set()


@pytest.mark.parametrize(
    ("arguments", "stdin", "needed"),
    [
        pytest.param([], LIST, {"transformer.krm"}, id="ResourceList"),
        pytest.param(
            ["-c", "templated.yaml"], pod("nginx"), {"jinja2", "transformer.secret_objects"},
            id="template",
        ),
        pytest.param(["-c", "noted.yaml"], pod("nginx"), {"transformer.originals"}, id="report"),
        pytest.param(["--verify", "full"], pod("nginx"), {"jsonpatch"}, id="full check"),
        pytest.param(["diff"], pod("nginx"), {"transformer.diffs"}, id="diff"),
        pytest.param(["images"], pod("nginx"), {"transformer.listing"}, id="images"),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_imported_then(
    folder: Path, arguments: list[str], stdin: str, needed: set[str]
) -> None:
    found = imports(folder, *arguments, stdin=stdin)
    assert needed <= found
    assert "transformer.doctor" not in found

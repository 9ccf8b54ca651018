"""A command that runs once for each `kustomize build` imports what the run needs, and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n"
RULE = "  mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]\n"
TEMPLATE = '  mirrors: [{source: docker.io, template: "m.io/{{ repository }}"}]\n'
PIN = "  digests: {mode: lock}\n"
LOCK = f'version: 1\nimages:\n  docker.io/library/nginx:1.27: {{digest: "sha256:{"0" * 64}"}}\n'
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: nginx:1.27
"""

# Beside what Python and yaml import themselves. `signal` is the only one that takes half a
# millisecond; `typing` takes two, and cannot be done without where types are everywhere.
STANDARD = {"__future__", "_bisect", "_typing", "bisect", "errno", "gc", "signal", "typing"}

NEVER = {
    "argparse",
    "contextvars",
    "dataclasses",
    "difflib",
    "inspect",
    "jinja2",
    "json",
    "jsonpatch",
    "locale",
    "logging",
    "pathlib",
    "shutil",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "textwrap",
    "traceback",
    "urllib",
    "transformer.yamltext.annotations",
    "transformer.cli.completion",
    "transformer.report.diff",
    "transformer.cli.doctor",
    "transformer.cli.hosts",
    "transformer.cli.first_config",
    "transformer.yamltext.json_text",
    "transformer.report.krm",
    "transformer.find.likeness",
    "transformer.report.images",
    "transformer.find.suspects",
    "transformer.edit.originals",
    "transformer.places.own_kinds",
    "tools.schema.write",
    "transformer.config.schemas",
    "transformer.pull_secrets.objects",
    "tools.schema.shapes",
    "urllib3",
}


def imports(*command: str, stdin: str = "") -> set[str]:
    """The names of all modules that a Python process imports."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        capture_output=True, check=True, input=stdin, text=True, timeout=60,
    )  # fmt: skip
    lines = (line for line in ran.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


def run(*argv: str, stdin: str = "") -> set[str]:
    return imports("-m", "transformer", *argv, stdin=stdin)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a manifest, a lock, and a configuration that uses it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "images.lock.yaml").write_text(LOCK)
    (tmp_path / "mirrorpin.yaml").write_text(HEAD + RULE + PIN)
    return tmp_path


@pytest.mark.parametrize(
    ("argv", "stdin"),
    [
        pytest.param(["pod.yaml"], "", id="a file"),
        pytest.param(["-v", "--log-file=log"], POD, id="stdin, verbose, with a log"),
        pytest.param(["check"], "", id="check"),
        pytest.param(["--no-verify", "--strict"], POD, id="options"),
        pytest.param(["--version"], "", id="version"),
    ],
)
def test_a_plain_run_imports_nothing_for_other_runs(argv: list[str], stdin: str) -> None:
    loaded = run(*argv, stdin=stdin)
    given = imports("-c", "import runpy, yaml")
    ours = {name for name in loaded if name.partition(".")[0] == "transformer"}
    assert loaded & NEVER == set()
    assert loaded - given - ours <= STANDARD
    assert "transformer.pipeline" in ours


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        pytest.param(["--verify=full"], {"jsonpatch"}, id="the second route"),
        pytest.param(["diff"], {"transformer.report.diff"}, id="diff"),
        pytest.param(["images"], {"transformer.report.images"}, id="images"),
        pytest.param(["--help"], {"textwrap"}, id="help"),
    ],
)
def test_what_is_needed_is_imported(argv: list[str], names: set[str]) -> None:
    assert run(*argv, stdin=POD) >= names


def test_a_template_needs_jinja2(folder: Path) -> None:
    (folder / "mirrorpin.yaml").write_text(HEAD + TEMPLATE)
    assert run("pod.yaml") & {"jinja2", "jsonpatch"} == {"jinja2"}


def test_a_resource_list_needs_no_json() -> None:
    item = "".join(f"  {line}\n" for line in POD.splitlines()).replace("  ", "- ", 1)
    loaded = run(stdin=f"apiVersion: v1\nkind: ResourceList\nitems:\n{item}")
    assert loaded & (NEVER - {"transformer.report.krm", "transformer.yamltext.json_text"}) == set()
    assert "transformer.report.krm" in loaded

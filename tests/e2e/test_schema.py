"""The JSON schemas as validators of others read them, and what `init` has an editor read."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.crds import packages
from tests.e2e.test_ci import lint
from tests.helpers.runs import pod
from tests.helpers.shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

SCHEMAS = {it.stem: it for it in (ROOT / "transformer/config/schemas").glob("*.json")}

# All that ajv calls strict, but that every key of `required` be described once more beside it.
AJV = """\
import Ajv from "ajv";
import { readFileSync } from "node:fs";
const strict = { strict: true, strictRequired: false, allowUnionTypes: true };
const validate = new Ajv(strict).compile(JSON.parse(readFileSync(process.argv[1])));
for (const text of process.argv.slice(2)) console.log(validate(JSON.parse(text)));
"""
CONFIG = {
    "apiVersion": "mirrorpin.dev/v1alpha1",
    "kind": "ImageTransformer",
    "spec": {
        "mirrors": [{"source": "docker.io", "target": "m.io/docker.io"}],
        "fields": [{"group": "a.io", "kind": "A", "path": 'spec["x.y"].images[]'}],
    },
}
LOCK = {
    "version": 1,
    "images": {"docker.io/library/nginx:1.27": {"digest": "sha256:" + "5f" * 32}},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_check_jsonschema_takes_it_for_a_schema(name: str) -> None:
    lint(["check-jsonschema", "--check-metaschema", str(SCHEMAS[name])])


@pytest.mark.parametrize(("name", "good"), [("config", CONFIG), ("lock", LOCK)])
def test_ajv_reads_it_strictly(name: str, good: dict[str, object]) -> None:
    bad = {**good, "kind": "Pod", "version": 2}
    texts = [json.dumps(good), json.dumps(bad)]
    command = ["node", "--input-type=module", "--eval", AJV, str(SCHEMAS[name]), *texts]
    done = subprocess.run(
        command, capture_output=True, check=True, cwd=packages(), text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("true\nfalse\n", "")


def test_what_init_writes_is_checked_by_what_it_points_at(tmp_path: Path, run: Run) -> None:
    (tmp_path / "pod.yaml").write_text(pod("nginx:1.27"))
    init = ["mirrorpin", "init", "--registry", "m.io", "--output", "mirrorpin.yaml", "pod.yaml"]
    assert run(*init, cwd=tmp_path).returncode == 0
    written = tmp_path / "mirrorpin.yaml"
    modeline = written.read_text().partition("\n")[0]
    assert modeline.startswith("# yaml-language-server: $schema=")
    schema = tmp_path / modeline.partition("=")[2]
    lint(["check-jsonschema", "--schemafile", str(schema), str(written)])

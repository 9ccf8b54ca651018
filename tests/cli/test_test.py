from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.helpers.command import Ran, command
from tests.helpers.payload import PAYLOAD, raw
from transformer.config.schemas import read

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {source: docker.io, target: m.io/hub, pullSecrets: [pull, more]}
  - {source: docker.io, target: e.io, where: {namespaces: [edge], selector: {matchLabels: {a: b}}}}
  - {source: evil.io, block: true}
  invalid: warn
  digests: {mode: lock, missing: warn}
"""
SHA = "sha256:" + "a" * 64
LOCK = f"version: 1\nimages:\n  docker.io/library/nginx:1:\n    digest: {SHA}\n"
PASSING = f"""\
version: 1
cases:
- {{image: "nginx:1", name: m.io/hub/library/nginx, digest: "{SHA}", pullSecrets: [pull, more],
   rule: "mirrors[0]"}}
- {{image: nginx, namespace: edge, labels: {{a: b}}, name: e.io/library/nginx, digest: none,
   pullSecrets: [], warning: not-locked}}
- {{image: nginx, namespace: edge, name: m.io/hub/library/nginx}}
- {{image: evil.io/x, error: blocked}}
- {{image: "$(X)", warning: placeholder}}
- {{image: quay.io/a, error: no-rule}}
"""
FAILING = """\
version: 1
cases:
- {image: "nginx:1", name: m.io/library/nginx, digest: none, pullSecrets: [more]}
- {image: quay.io/a, kind: Job, container: c, name: m.io/quay/a, digest: none}
- {image: nginx, error: blocked}
- {image: "$(X)", namespace: n, labels: {a: b}, name: x}
- {image: evil.io/x, error: blocked}
- {image: "nginx:1", warning: not-locked}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration, a lock and cases."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "images.lock.yaml").write_text(LOCK)
    (tmp_path / "passing.yaml").write_text(PASSING)
    (tmp_path / "failing.yaml").write_text(FAILING)
    return tmp_path


def test_cases_that_come_out_as_expected_pass() -> None:
    assert command("test", "passing.yaml") == Ran(code=0, stdout=b"", stderr=["6 cases passed"])
    assert command("test", "-q", "passing.yaml").stderr == []


def test_each_that_does_not_is_shown_with_its_difference() -> None:
    ran = command("test", "failing.yaml", "passing.yaml")
    assert ran.code == 1
    assert ran.stdout.decode().splitlines() == [
        "failing.yaml:3:3: nginx:1",
        "- name: m.io/library/nginx",
        "- digest: none",
        "- pullSecrets: [more]",
        "+ name: m.io/hub/library/nginx",
        f"+ digest: {SHA}",
        "+ pullSecrets: [pull, more]",
        "failing.yaml:4:3: quay.io/a (kind Job, container c)",
        "- name: m.io/quay/a",
        "- digest: none",
        "+ error: no-rule",
        "failing.yaml:5:3: nginx",
        "- error: blocked",
        "+ warning: [not-locked]",
        "+ name: m.io/hub/library/nginx",
        "failing.yaml:6:3: $(X) (namespace n, labels a=b)",
        "- name: x",
        "+ warning: [placeholder]",
        "failing.yaml:8:3: nginx:1",
        "- warning: not-locked",
        "+ name: m.io/hub/library/nginx",
    ]
    what = "is not what was expected:"
    assert ran.stderr == [
        f'failing.yaml:3:3: error: "nginx:1" {what} name, digest, pullSecrets (case-failed)',
        f'failing.yaml:4:3: error: "quay.io/a" {what} name, digest (case-failed)',
        f'failing.yaml:5:3: error: "nginx" {what} error (case-failed)',
        f'failing.yaml:6:3: error: "$(X)" {what} name (case-failed)',
        f'failing.yaml:8:3: error: "nginx:1" {what} warning (case-failed)',
        "5 of 12 cases failed",
    ]


def test_programs_get_every_case() -> None:
    ran = command("test", "--format=json", "failing.yaml", "passing.yaml")
    data = json.loads(ran.stdout)
    jsonschema.Draft7Validator(json.loads(read("test"))).validate(data)
    assert [it["passed"] for it in data["cases"]].count(False) == 5
    assert data["cases"][1] == {
        "file": "failing.yaml",
        "line": 4,
        "column": 3,
        "image": "quay.io/a",
        "scope": {"namespace": "", "kind": "Job", "container": "c", "labels": {}},
        "passed": False,
        "differences": ["name", "digest"],
        "expected": {"name": "m.io/quay/a", "digest": "none"},
        "actual": {"error": "no-rule"},
    }


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], ["error: `test` is used alone: expected a file with cases (usage)",
              "  hint: mirrorpin help test has an example"]),
        (["none.yaml"], ["none.yaml: error: file cannot be read: No such file or directory "
                         "(unreadable)"]),
        (["mirrorpin.yaml"], ["mirrorpin.yaml:1:1: error: `apiVersion` is set, and there is "
                              "no such key (unknown-key)"]),
    ],
)  # fmt: skip
def test_without_cases_it_is_an_error(argv: list[str], said: list[str]) -> None:
    ran = command("test", *argv)
    assert (ran.code, ran.stdout, ran.stderr[: len(said)]) == (2, b"", said)


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_from_outside_is_shown_raw(folder: Path, form: str) -> None:
    text = json.dumps(PAYLOAD.replace("\0", "").replace("\ud800", "|<script>"))
    scope = f"namespace: {text}, kind: {text}, labels: {{{text}: {text}}}"
    case = f"{{image: {text}, {scope}, name: {text}}}"
    (folder / "odd.yaml").write_text(f"version: 1\ncases: [{case}]\n")
    ran = command("test", "--format", form, "odd.yaml")
    assert ran.code == 1
    assert raw(ran.stdout.decode()) == []
    assert raw("\n".join(ran.stderr)) == []


def test_what_is_not_locked_is_asked_for_where_the_mode_is_resolve(folder: Path) -> None:
    (folder / "mirrorpin.yaml").write_text(CONFIG.replace("mode: lock", "mode: resolve"))
    (folder / "c.yaml").write_text(
        "version: 1\ncases: [{image: nginx, warning: registry-offline}]\n"
    )
    assert command("test", "--offline", "c.yaml").code == 0


def test_stdin_has_a_name_of_its_own() -> None:
    ran = command("test", "-", stdin=PASSING)
    assert ran.stderr == [
        'error: "-" is not stdin here, but for manifests: expected a file (usage)',
        "  hint: /dev/stdin names it, and ./- a file of that name",
    ]

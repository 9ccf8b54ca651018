"""Reports of commands: the same run and exit code as without, and stdout has the report."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.helpers.command import Ran, command
from tests.helpers.payload import raw
from tests.helpers.registry_table import NGINX, WEB, A, B, Place, index, pods
from tests.helpers.runs import pod
from transformer.cli.main import run
from transformer.cli.options import REPORTS
from transformer.cli.shell import Shell
from transformer.cli.table import command as known
from transformer.config.schemas import read

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
CONFIG = f"""\
{HEAD}spec:
  mirrors:
  - {{source: docker.io, target: m.io/hub, pullSecrets: [pull]}}
  - {{source: gcr.io, keep: true}}
  unmatched: warn
"""
BAD = pod("nginx", "Nginx", "quay.io/a", name="a", namespace="shop")
GOOD = pod("m.io/hub/library/nginx", "quay.io/a", secrets="[{name: pull}]")
COMMANDS = ("check", "verify", "doctor", "lock")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and manifests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "good.yaml").write_text(GOOD)
    return tmp_path


def report(ran: Ran) -> Any:  # noqa: ANN401
    return of(ran.stdout.decode())


def of(text: str) -> Any:  # noqa: ANN401
    found = json.loads(text)
    jsonschema.validate(found, json.loads(read("report")))
    return found


def brief(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(it["severity"], it["code"]) for it in found["problems"]]


@pytest.mark.usefixtures("folder")
class TestEveryFormat:
    @pytest.mark.parametrize("name", REPORTS[1:])
    @pytest.mark.parametrize("file", ["bad.yaml", "good.yaml"])
    @pytest.mark.parametrize("options", [(), ("-q",), ("-v",)])
    def test_only_stdout_differs(self, name: str, file: str, options: tuple[str, ...]) -> None:
        usual = command("check", file, *options)
        ran = command("check", file, *options, "--format", name)
        assert (ran.code, ran.stderr) == (usual.code, usual.stderr)
        assert usual.stdout == b""
        assert ran.stdout

    @pytest.mark.parametrize("name", COMMANDS)
    def test_commands_that_judge_have_all(self, name: str) -> None:
        assert known(name).formats == REPORTS

    def test_the_variable_chooses_as_well(self) -> None:
        ran = command("check", "good.yaml", environment={"MIRRORPIN_FORMAT": "json"})
        assert report(ran)["passed"] is True


@pytest.mark.usefixtures("folder")
class TestCheck:
    def test_names_what_fails(self) -> None:
        found = report(command("check", "bad.yaml", "good.yaml", "--format", "json"))
        assert brief(found) == [
            ("error", "uppercase"),
            ("warning", "no-rule"),
            ("warning", "no-rule"),
        ]
        assert (found["command"], found["passed"], found["summary"]) == (
            "check",
            False,
            "check failed",
        )
        assert found["counts"] == {"error": 1, "warning": 2, "info": 0}
        assert found["problems"][0]["place"] == {"file": "bad.yaml", "line": 11, "column": 12}
        assert found["subjects"] == [
            {"file": "bad.yaml", "object": "Pod shop/a"},
            {"file": "good.yaml", "object": "Pod web"},
        ]

    def test_names_what_would_change(self) -> None:
        found = report(command("check", "--format", "json", stdin=pod("nginx")))
        assert [(it["code"], it["current"], it["proposed"]) for it in found["problems"]] == [
            ("would-change", "nginx", "m.io/hub/library/nginx"),
            ("would-change", None, "pull"),
        ]
        assert found["problems"][0]["rule"] == "mirrors[0]"

    def test_has_information_where_all_is_asked_for(self) -> None:
        found = report(command("check", "-v", "good.yaml", "--format", "json"))
        assert ("info", "unused-rule") in brief(found)
        assert found["passed"] is True

    def test_names_what_is_no_manifest(self, folder: Path) -> None:
        (folder / "Chart.yaml").write_text("appVersion: '1'\n")
        ran = command("check", "Chart.yaml", "good.yaml", "--format", "json")
        found = report(ran)
        assert (ran.code, brief(found)[0]) == (0, ("warning", "unrendered"))
        assert {"file": "Chart.yaml", "object": None} in found["subjects"]

    def test_reports_what_stops_it(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{HEAD}spec: {{a: b, c: d}}\n")
        usual = command("check", "good.yaml")
        ran = command("check", "good.yaml", "--format", "json")
        assert (usual.code, len(usual.stderr)) == (2, 4)
        assert (ran.code, ran.stderr) == (usual.code, usual.stderr)
        found = report(ran)
        assert brief(found) == [("error", "unknown-key"), ("error", "unknown-key")]
        assert (found["passed"], found["summary"]) == (False, "check could not be done")

    @pytest.mark.parametrize("name", ["check", "verify"])
    def test_writes_nothing_as_text(self, name: str) -> None:
        ran = command(name, "none.yaml", "--format", "text")
        assert (ran.code, ran.stdout) == (2, b"")

    def test_of_a_list_of_a_host_is_the_report_alone(self) -> None:
        item = "".join(f"  {line}\n" for line in GOOD.splitlines()).replace("  ", "- ", 1)
        text = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{item}"
        assert report(command("check", "--format", "json", stdin=text))["passed"] is True


@pytest.mark.usefixtures("folder")
class TestDoctor:
    def test_fails_by_a_warning_too(self, folder: Path) -> None:
        (folder / "kustomization.yaml").write_text("transformers: [images.yaml]\n")
        (folder / "images.yaml").write_text(f"{CONFIG}  mode: check\n")
        usual = command("doctor")
        ran = command("doctor", "--format", "json")
        assert (ran.code, ran.stderr) == (usual.code, usual.stderr)
        found = report(ran)
        assert found["passed"] is (ran.code == 0)
        assert len(found["problems"]) == sum(not it.startswith("  hint") for it in ran.stderr) - 1

    def test_says_what_it_looked_at(self, folder: Path) -> None:
        (folder / "kustomization.yaml").write_text("resources: []\n")
        (folder / "Makefile").write_text("kustomize build . | mirrorpin\n")
        ran = command("doctor", ".", ".", "--format", "json")
        found = report(ran)
        said = "doctor passed: 1 kustomization, 1 configuration, no trap"
        assert (ran.code, found["summary"]) == (0, said)
        assert [it["file"] for it in found["subjects"]] == ["kustomization.yaml", "mirrorpin.yaml"]
        assert command("doctor", "-q", "--format", "markdown").stdout == (
            b"### mirrorpin doctor passed\n\ndoctor passed&#58; 1 kustomization, 1 configuration,"
            b" no trap\n"
        )


class TestVerify:
    def test_names_what_is_not_there(self, tmp_path: Path) -> None:
        place = Place(tmp_path, {f"registry.example.com/{NGINX}": index(A)})
        assert place.run("verify", "--format", "json", stdin=pods("nginx:1.27", WEB)) == 1
        found = of(place.out)
        assert brief(found) == [("error", "registry-not-found")]
        assert found["summary"] == "verify failed: 1 error"
        assert [it["object"] for it in found["subjects"]] == ["Pod p0", "Pod p1"]

    def test_names_the_objects_of_manifests_that_fail(self, tmp_path: Path) -> None:
        place = Place(tmp_path, {})
        assert place.run("verify", "--format", "json", stdin=pods("Nginx")) == 1
        (problem,) = of(place.out)["problems"]
        assert (problem["code"], problem["object"]["name"]) == ("uppercase", "p0")

    def test_looks_at_locks(self, tmp_path: Path) -> None:
        place = Place(tmp_path, {f"registry.example.com/docker.io/library/nginx@{A}": index(A)})
        place.lock.write_text(f"version: 1\nimages:\n  {NGINX}: {{digest: '{A}'}}\n")
        assert place.run("verify", str(place.lock), "--format", "json", stdin=None) == 0
        found = of(place.out)
        assert found["subjects"] == [{"file": "images.lock.yaml", "object": None}]
        assert (found["problems"], found["passed"]) == ([], True)


class TestLock:
    def test_check_names_what_is_missing(self, tmp_path: Path) -> None:
        place = Place(tmp_path, {}, "{mode: lock}\n  unmatched: warn")
        place.lock.write_text(f"version: 1\nimages:\n  {NGINX}: {{digest: '{B}'}}\n")
        stream = pods("nginx:1.27", WEB, "quay.io/a")
        assert place.run("lock", "--check", "--format", "json", stdin=stream) == 1
        found = of(place.out)
        assert brief(found) == [("warning", "no-rule"), ("error", "not-locked")]
        assert found["command"] == "lock --check"
        assert found["summary"] == "images.lock.yaml: check failed"
        assert [it["file"] for it in found["subjects"]] == ["images.lock.yaml", "<stdin>"]

    def test_check_of_manifests_that_fail(self, tmp_path: Path) -> None:
        place = Place(tmp_path, {})
        assert place.run("lock", "--check", "--format", "json", stdin=pods("Nginx")) == 1
        found = of(place.out)
        assert brief(found) == [("error", "uppercase")]
        assert found["summary"] == "nothing was written: the manifests fail"

    def test_writes_no_report_without_check(self, tmp_path: Path) -> None:
        place = Place(tmp_path, {})
        assert place.run("lock", "--format", "sarif", stdin=pods("nginx:1.27")) == 2
        assert place.err == (
            "error: `--format sarif` is used alone: expected `--check` beside it (usage)\n"
        )
        assert (place.out, place.lock.exists()) == ("", False)


@pytest.mark.parametrize("name", ["csv", "markdown"])
def test_images_are_a_table(folder: Path, name: str) -> None:
    text = pod('"=cmd"', "nginx")
    (folder / "bad.yaml").write_text(f"{text}    env: [{{name: X, value: quay.io/a/helper:1}}]\n")
    ran = command("images", "--maybe", "--format", name, "bad.yaml")
    lines = ran.stdout.decode().splitlines()
    assert ran.code == 1
    assert len(lines) == {"csv": 4, "markdown": 5}[name]
    assert lines[-3].startswith({"csv": "'=cmd,", "markdown": "| &#61;cmd |"}[name])
    assert "maybe" in lines[-1]


POLICY = "  policy: {latest: warn, waivers: [{gate: latest, until: '2026-12-31', reason: r}]}\n"


@pytest.mark.parametrize("name", ["cyclonedx", "spdx", "html"])
@pytest.mark.parametrize("policy", ["", POLICY])
def test_images_are_a_bill_or_a_page(folder: Path, name: str, policy: str) -> None:
    config = folder / "mirrorpin.yaml"
    config.write_text(config.read_text() + policy)
    text = pod("nginx", '"<script>"', "a|b", "'::error::x'", name='"a\\n::error::\\e[31m"')
    (folder / "bad.yaml").write_text(text)
    ran = command("images", "--today=2026-06-30", "--format", name, "bad.yaml")
    written = ran.stdout.decode()
    assert ran.code == 1
    assert raw(written) == []
    assert "library/nginx" in written
    assert written.count("<script>") == (name == "html")
    assert ("Waivers" in written) == (name == "html" and bool(policy))


@pytest.mark.usefixtures("folder")
def test_a_report_that_cannot_be_written_is_an_error() -> None:
    stderr = io.BytesIO()
    shell = Shell(None, None, stderr, {})
    assert run(["check", "good.yaml", "-q", "--format", "json"], shell) == 2
    assert stderr.getvalue().decode().splitlines()[-1].endswith("(output)")

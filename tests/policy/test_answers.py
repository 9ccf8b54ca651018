"""What gates say of one image: in the answers that `explain` gives, and to a case of `test`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from tests.helpers.command import command
from tests.helpers.runs import config, messages, pod, run
from transformer.config.schemas import read
from transformer.decide.decide import decide
from transformer.decide.imagined import imagined
from transformer.policy.answers import answers, findings_of

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]
  fields: [{group: x.io, kind: Thing, path: image, form: registry}]
  suspects: warn
  invalid: warn
  policy:
    registries: {allowed: [m.io]}
    latest: fail
    digest: warn
    suspects: fail
    pullSecrets: fail
    repositories: {maxDepth: 2}
    waivers:
    - {gate: repositories, until: "2026-12-31", reason: gone with 2.0}
    - {gate: latest, image: "*/redis", until: "2026-01-31", reason: old}
"""
WAIVED = (
    '"m.io/hub/library/nginx" has a path of 3 parts: expected 2 at most; waived until 2026-12-31: '
    "gone with 2.0"
)
LATEST = "has no tag, which is latest: expected a tag that names a release"
DAY = "--today=2026-06-30"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration that has gates and waivers."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    return tmp_path


def gates(*argv: str, stdin: str = "") -> list[dict[str, object]]:
    ran = command("explain", DAY, "--format=json", *argv, stdin=stdin)
    data = json.loads(ran.stdout)
    jsonschema.Draft7Validator(json.loads(read("explain"))).validate(data)
    (told,) = data["explanations"]
    found: list[dict[str, object]] = told["gates"]
    return found


class TestExplain:
    def test_has_a_line_for_each_gate_that_is_on(self) -> None:
        ran = command("explain", DAY, "nginx")
        assert ran.code == 1
        lines = ran.stdout.decode().splitlines()
        first = next(number for number, it in enumerate(lines) if it.startswith("  gates"))
        assert [it[16:] for it in lines[first:]] == [
            "met        registries",
            f'fails      latest: "nginx" {LATEST}',
            'warns      digest: "m.io/hub/library/nginx" has no digest: expected one',
            "not asked  pullSecrets",
            f"waived     repositories: {WAIVED} (policy.waivers[0])",
        ]

    def test_says_which_waiver_is_over(self) -> None:
        lines = command("explain", DAY, "redis").stdout.decode().splitlines()
        (said,) = (it[16:] for it in lines if "latest:" in it)
        assert (
            said == f'fails      latest: "redis" {LATEST}; `policy.waivers[1]` ended on 2026-01-31'
        )

    def test_passes_where_all_are_met_or_waived(self) -> None:
        ran = command("explain", DAY, "nginx:1")
        assert (ran.code, b"met        latest\n" in ran.stdout) == (0, True)

    def test_knows_who_pulls_what_stands_in_a_manifest(self) -> None:
        found = gates("--at=-:8", stdin=pod("nginx:1"))
        assert [(it["gate"], it["state"]) for it in found] == [
            ("registries", "met"),
            ("latest", "met"),
            ("digest", "warns"),
            ("pullSecrets", "met"),
            ("repositories", "waived"),
        ]
        assert found[-1]["waiver"] == {
            "waiver": "policy.waivers[0]",
            "reason": "gone with 2.0",
            "until": "2026-12-31",
        }

    def test_asks_less_of_the_beginning_of_names(self) -> None:
        thing = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t}\nimage: docker.io\n"
        states = {it["gate"]: it["state"] for it in gates("--at=-:4", stdin=thing)}
        assert states == {
            "registries": "met",
            "latest": "not asked",
            "digest": "not asked",
            "pullSecrets": "fails",
            "repositories": "not asked",
        }

    @pytest.mark.parametrize("image", ["$(X)", "quay.io/a"])
    def test_asks_nothing_of_what_has_no_result(self, image: str) -> None:
        assert gates(image) == []

    def test_says_nothing_without_a_policy(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(CONFIG.partition("  policy:")[0])
        assert gates("nginx") == []

    def test_must_know_a_day_by_its_name(self) -> None:
        ran = command("explain", "--today=31.12.2026", "nginx")
        assert (ran.code, "(usage)" in ran.stderr[0]) == (2, True)


CASES = """\
version: 1
cases:
- {image: nginx, error: gate-latest}
- {image: "nginx:1", warning: gate-digest, name: m.io/hub/library/nginx}
- {image: "nginx:1", warning: gate-repositories}
- {image: "nginx:1", error: gate-latest}
- {image: nginx, name: m.io/hub/library/nginx}
- {image: nginx, error: gate-digest}
"""


class TestCases:
    def test_may_expect_what_a_gate_says(self, folder: Path) -> None:
        (folder / "cases.yaml").write_text(CASES)
        ran = command("test", DAY, "cases.yaml")
        assert ran.code == 1
        assert ran.stdout.decode().splitlines() == [
            "cases.yaml:5:3: nginx:1",
            "- warning: gate-repositories",
            "+ warning: [gate-digest]",
            "cases.yaml:6:3: nginx:1",
            "- error: gate-latest",
            "+ warning: [gate-digest]",
            "+ name: m.io/hub/library/nginx",
            "cases.yaml:7:3: nginx",
            "- name: m.io/hub/library/nginx",
            "+ error: gate-latest",
            "cases.yaml:8:3: nginx",
            "- error: gate-digest",
            "+ error: gate-latest",
        ]

    def test_may_expect_any_of_several_that_fail(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(CONFIG.replace("digest: warn", "digest: fail"))
        lines = [f"- {{image: nginx, error: gate-{it}}}\n" for it in ("latest", "digest")]
        (folder / "cases.yaml").write_text("version: 1\ncases:\n" + "".join(lines))
        assert command("test", DAY, "cases.yaml").code == 0

    def test_are_judged_as_before_without_a_policy(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(CONFIG.partition("  policy:")[0])
        text = "version: 1\ncases: [{image: nginx, name: m.io/hub/library/nginx}]\n"
        (folder / "cases.yaml").write_text(text)
        assert command("test", DAY, "cases.yaml").code == 0


@pytest.mark.parametrize("image", ["nginx", "nginx:1", "m.io/a/b/c", "quay.io/a:2"])
def test_an_image_alone_is_told_what_a_run_tells_it(image: str) -> None:
    gates = "registries: {allowed: [m.io]}, latest: fail, digest: warn, repositories: {maxDepth: 2}"
    known = config("mirrors: [{source: docker.io, target: m.io/hub}, {source: '*', keep: true}]",
                   f"policy: {{{gates}}}")  # fmt: skip
    assert known.policy is not None
    decisions = decide([imagined(image)], known, None).decisions
    (answer,) = answers(decisions, findings_of(decisions, known.policy, None, ""), known.policy)
    alone = [str(problem.message) for it in answer for problem in it.problems]
    said = [it.split(": ", 2)[2] for it in messages(run(pod(image), known)) if "gate-" in it]
    assert sorted(alone) == sorted(re.split(r" in Pod| \(gate", it)[0] for it in said)

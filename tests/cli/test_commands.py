from __future__ import annotations

import json
from pathlib import Path

import jsonpatch
import pytest
import yaml

from tests.helpers.command import Ran, command
from tests.helpers.runs import pod, stream
from transformer.cli.commands.transform import join

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
CONFIG = f"""\
{HEAD}spec:
  mirrors:
  - {{source: docker.io, target: m.io/hub, pullSecrets: [pull]}}
  - {{source: gcr.io, keep: true}}
"""
TEMPLATED = f"{CONFIG}  pullSecrets: {{templates: [secret.yaml.j2]}}\n"
TEMPLATE = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\n"

SECRETS = "[{name: pull}]"
POD = pod("nginx", secrets=SECRETS)
MIRRORED = pod("m.io/hub/library/nginx", secrets=SECRETS)
UNUSED = 'mirrorpin.yaml:6:5: info: no image met `mirrors[1]`: "gcr.io" (unused-rule)'
SUMMARY = "1 image: 1 rewritten, 0 kept, 0 left alone; 0 pull secret lists extended"
NO_RULE = [
    '<stdin>:9:12: error: no rule covers "quay.io/a" (quay.io/a) in Pod web at '
    "`spec.containers[0].image` (no-rule)",
    "  hint: add a rule to `spec.mirrors`: {source: quay.io, target: ...}",
]

PATH = (
    "    annotations: {internal.config.kubernetes.io/path: pod.yaml,\n"
    "      internal.config.kubernetes.io/package-path: /shop}\n"
)
LIST = f"""\
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: Pod
  metadata:
    name: web
{PATH}  spec:
    imagePullSecrets: [{{name: pull}}]
    containers:
    - name: a
      image: nginx
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and a template."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "templated.yaml").write_text(TEMPLATED)
    (tmp_path / "check.yaml").write_text(f"{CONFIG}  mode: check\n")
    (tmp_path / "secret.yaml.j2").write_text(TEMPLATE)
    return tmp_path


class TestTransform:
    def test_writes_the_manifests(self) -> None:
        assert command(stdin=POD) == Ran(code=0, stdout=MIRRORED.encode(), stderr=[SUMMARY])

    def test_writes_nothing_when_one_image_fails(self) -> None:
        ran = command(stdin=pod("quay.io/a", secrets=SECRETS))
        assert (ran.code, ran.stdout) == (1, b"")
        assert ran.stderr == [*NO_RULE, "nothing was written: 1 error, 1 image"]

    def test_says_every_image_on_request(self) -> None:
        assert command("-v", stdin=POD).stderr == [
            UNUSED,
            "final: nginx -> m.io/hub/library/nginx (mirrors[0], 1 place)",
            SUMMARY,
        ]

    def test_says_nothing_of_images_that_were_not_written(self) -> None:
        text = pod("quay.io/a", "nginx", secrets=SECRETS)
        assert command("-v", stdin=text).stderr == [
            *NO_RULE,
            "nothing was written: 1 error, 2 images",
        ]

    def test_is_silent_on_success_when_quiet(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{CONFIG}  unmatched: warn\n")
        assert command("-q", stdin=pod("nginx", "quay.io/a")).stderr == []
        assert command("-q", stdin=pod("Nginx")).code == 1
        assert len(command("-q", stdin=pod("Nginx")).stderr) == 2

    def test_logs_what_is_not_said(self, folder: Path) -> None:
        command("-q", "--log-file", "log", stdin=POD)
        assert (folder / "log").read_text().splitlines() == [
            UNUSED,
            "final: nginx -> m.io/hub/library/nginx (mirrors[0], 1 place)",
            SUMMARY,
        ]

    def test_joins_its_inputs(self, folder: Path) -> None:
        (folder / "a.yaml").write_text(POD)
        (folder / "b.yaml").write_text("a: b\n")
        ran = command("a.yaml", "b.yaml", "-", stdin="c: d")
        assert ran.stdout.decode() == f"{MIRRORED}---\na: b\n---\nc: d"

    def test_counts_new_objects(self) -> None:
        ran = command("-c", "templated.yaml", stdin=POD)
        assert ran.stdout.decode() == f"{MIRRORED}---\n{TEMPLATE}"
        assert ran.stderr == [f"{SUMMARY}, 1 object added"]


class TestTransformInAHost:
    def test_writes_the_list_as_it_came(self) -> None:
        ran = command(stdin=LIST)
        assert ran.stdout.decode() == LIST.replace("nginx", "m.io/hub/library/nginx")

    def test_keeps_a_byte_order_mark_in_front(self) -> None:
        ran = command("-v", stdin=f"\ufeff{LIST}")
        assert ran.stdout.decode().startswith("\ufeffapiVersion")
        assert ran.stdout.decode().count("\ufeff") == 1

    def test_writes_the_unchanged_list_with_its_errors(self) -> None:
        text = LIST.replace("nginx", "quay.io/a")
        ran = command(stdin=text)
        assert ran.code == 1
        assert ran.stderr == [
            *(it.replace("<stdin>:9:12", "<stdin>:14:14") for it in NO_RULE),
            "all is handed back as it came: 1 error, 1 image",
        ]
        assert ran.stdout.decode().startswith(text + "results:\n")
        assert yaml.safe_load(ran.stdout)["results"] == [
            {
                "message": 'no rule covers "quay.io/a" (quay.io/a); hint: add a rule to '
                "`spec.mirrors`: {source: quay.io, target: ...}",
                "severity": "error",
                "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"},
                "field": {"path": "spec.containers[0].image", "currentValue": "quay.io/a"},
                "file": {"path": "pod.yaml"},
                "tags": {"code": "no-rule"},
            }
        ]

    def test_tells_every_change_on_request(self) -> None:
        ran = command("-v", "-c", "templated.yaml", stdin=LIST)
        found = yaml.safe_load(ran.stdout)
        assert [it["tags"]["code"] for it in found["results"]] == [
            "unused-rule",
            "mirrored",
            "added",
        ]
        assert [it["kind"] for it in found["items"]] == ["Pod", "Secret"]
        again = command("-v", "-c", "templated.yaml", stdin=ran.stdout)
        assert yaml.safe_load(again.stdout)["items"] == found["items"]


class TestCheck:
    def test_passes_where_nothing_would_change(self) -> None:
        ran = command("check", stdin=MIRRORED)
        assert ran == Ran(code=0, stdout=b"", stderr=["check passed: nothing would change"])
        assert command("check", "-q", stdin=MIRRORED).stderr == []

    def test_fails_where_something_would_change(self) -> None:
        ran = command("check", "-q", stdin=pod("nginx"))
        assert (ran.code, ran.stdout) == (1, b"")
        assert ran.stderr == [
            '<stdin>:6:1: error: `spec.imagePullSecrets` lacks "pull" in Pod web (would-change)',
            '<stdin>:8:12: error: "nginx" is not mirrored: expected "m.io/hub/library/nginx" in '
            "Pod web at `spec.containers[0].image` (would-change)",
            "check failed",
        ]

    def test_fails_where_an_object_would_be_added(self) -> None:
        ran = command("check", "-c", "templated.yaml", stdin=MIRRORED)
        assert ran.code == 1
        assert ran.stderr == [
            'secret.yaml.j2: error: "Secret pull" is not among the manifests: expected by its '
            "template (would-change)",
            "check failed",
        ]
        whole = stream(MIRRORED, TEMPLATE)
        assert command("check", "-c", "templated.yaml", stdin=whole).code == 0

    def test_names_what_fails_instead_of_what_would_change(self) -> None:
        ran = command("check", stdin=pod("quay.io/a", "nginx", secrets=SECRETS))
        assert (ran.code, ran.stderr) == (1, [*NO_RULE, "check failed"])

    def test_shows_warnings_and_passes(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{CONFIG}  unmatched: warn\n")
        ran = command("check", stdin=pod("quay.io/a", secrets=SECRETS))
        assert ran.code == 0
        assert ran.stderr[0] == NO_RULE[0].replace("error", "warning")
        assert ran.stderr[-1] == "check passed: nothing would change"

    @pytest.mark.parametrize(
        "argv", [["check"], ["-c", "check.yaml"]], ids=["command", "configuration"]
    )
    def test_answers_a_host_without_items(self, argv: list[str]) -> None:
        head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n"
        text = LIST.replace(PATH, "")
        ran = command(*argv, stdin=text.replace("nginx", "gcr.io/a"))
        assert (ran.code, ran.stdout.decode()) == (0, head)
        ran = command(*argv, stdin=text)
        assert ran.code == 1
        assert ran.stdout.decode().startswith(f"{head}results:\n")
        (result,) = yaml.safe_load(ran.stdout)["results"]
        assert result["field"]["proposedValue"] == "m.io/hub/library/nginx"

    def test_hands_a_list_of_kpt_back(self) -> None:
        text = LIST.replace("nginx", "gcr.io/a")
        ran = command("check", stdin=text)
        assert (ran.code, ran.stdout.decode()) == (0, text)

    def test_writes_nothing_to_a_pipe_by_configuration(self) -> None:
        assert command("-c", "check.yaml", stdin=MIRRORED).stdout == b""


class TestDiff:
    def test_shows_changed_lines(self, folder: Path) -> None:
        (folder / "a.yaml").write_text(POD)
        (folder / "b.yaml").write_text("a: b\n")
        (folder / "c.yaml").write_text(pod("redis", secrets=SECRETS))
        ran = command("diff", "a.yaml", "b.yaml", "c.yaml")
        assert ran.code == 0
        assert ran.stdout.decode().splitlines() == [
            "--- a.yaml",
            "+++ a.yaml (mirrored)",
            "@@ -6,4 +6,4 @@",
            f"   imagePullSecrets: {SECRETS}",
            "   containers:",
            "   - name: a",
            "-    image: nginx",
            "+    image: m.io/hub/library/nginx",
            "--- c.yaml",
            "+++ c.yaml (mirrored)",
            "@@ -6,4 +6,4 @@",
            f"   imagePullSecrets: {SECRETS}",
            "   containers:",
            "   - name: a",
            "-    image: redis",
            "+    image: m.io/hub/library/redis",
        ]

    def test_shows_new_objects(self) -> None:
        ran = command("diff", "-c", "templated.yaml", stdin=MIRRORED.rstrip("\n"))
        assert ran.stdout.decode().splitlines()[-5:] == [
            "+    image: m.io/hub/library/nginx",
            "+---",
            "+apiVersion: v1",
            "+kind: Secret",
            "+metadata: {name: pull}",
        ]

    def test_shows_nothing_where_nothing_changes_or_something_fails(self) -> None:
        assert command("diff", stdin=MIRRORED).stdout == b""
        ran = command("diff", stdin=pod("Nginx"))
        assert (ran.code, ran.stdout) == (1, b"")

    def test_prints_operations(self, folder: Path) -> None:
        (folder / "templated.yaml").write_text(f"{TEMPLATED}  report: {{originalImages: true}}\n")
        ran = command("diff", "--format", "jsonpatch", "-c", "templated.yaml", stdin=pod("nginx"))
        first, second = json.loads(ran.stdout)
        assert (first["kind"], second["kind"]) == ("Pod", "Secret")
        data = jsonpatch.apply_patch(yaml.safe_load(pod("nginx")), first["patch"])
        assert data == {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "web",
                "annotations": {"mirrorpin.dev/original-images": "a=nginx"},
            },
            "spec": {
                "imagePullSecrets": [{"name": "pull"}],
                "containers": [{"name": "a", "image": "m.io/hub/library/nginx"}],
            },
        }

    def test_prints_no_operations_as_an_empty_list(self) -> None:
        assert command("diff", "--format", "jsonpatch", stdin=MIRRORED).stdout == b"[]\n"


class TestImages:
    def test_lists_images(self) -> None:
        ran = command("images", stdin=POD)
        assert (ran.code, ran.stderr) == (0, [])
        assert ran.stdout.decode().splitlines() == [
            "   1 nginx -> m.io/hub/library/nginx (mirrored)",
            "     <stdin>:9:12 Pod web spec.containers[0].image",
        ]

    def test_lists_what_may_be_images_too(self) -> None:
        manifest = f"{POD}    env: [{{name: X, value: quay.io/a/helper:1}}]\n"
        ran = command("images", "--maybe", stdin=manifest)
        assert (ran.code, ran.stderr) == (0, [])
        assert ran.stdout.decode().splitlines()[2:] == [
            "looks like an image, and is left as it is:",
            "     <stdin>:10:28 Pod web spec.containers[0].env[0].value: quay.io/a/helper:1 (env)",
        ]
        listed = command("images", "--maybe", "--format", "json", stdin=manifest)
        assert [it["reason"] for it in json.loads(listed.stdout)["maybe"]] == ["env"]

    def test_is_asked_for_what_may_be_images_alone(self) -> None:
        ran = command("check", "--maybe", stdin=POD)
        assert ran.stderr == ["error: `--maybe` is used with `check`: expected `images` (usage)"]

    def test_lists_images_that_fail_too(self) -> None:
        ran = command("images", "--format", "json", stdin=pod("quay.io/a"))
        assert ran.code == 1
        assert [it["code"] for it in json.loads(ran.stdout)["images"]] == ["no-rule"]
        assert len(ran.stderr) == len(NO_RULE)

    def test_needs_no_configuration(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").unlink()
        ran = command("images", stdin=pod("nginx", "$X"))
        assert ran.code == 0
        assert ran.stdout.decode().splitlines()[::2] == [
            "   1 nginx (no-rule)",
            "   1 $X -> nothing (placeholder)",
        ]


class TestDoctor:
    def test_finds_nothing_in_a_good_folder(self, folder: Path) -> None:
        (folder / "good").mkdir()
        (folder / "good/kustomization.yaml").write_text("resources: []\n")
        assert command("doctor", "-q", "good") == Ran(code=0, stdout=b"", stderr=[])

    def test_names_what_it_finds_in_every_folder(self, folder: Path) -> None:
        bad = folder / "bad"
        bad.mkdir()
        (bad / "kustomization.yaml").write_text("transformers: [images.yaml]\n")
        (bad / "images.yaml").write_text(f"{CONFIG}  mode: check\n")
        ran = command("doctor", str(folder / "bad"), "bad")
        assert (ran.code, ran.stdout) == (1, b"")
        assert len(ran.stderr) >= 2
        *found, summary = ran.stderr
        assert all(line.startswith(("  hint: ", str(bad), "bad")) for line in found)
        assert summary.startswith("doctor failed: ")


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        pytest.param([], b"", id="none"),
        pytest.param([BOM + b" "], BOM + b" ", id="one stays as it is"),
        pytest.param([b"a\n", b"b\n"], b"a\n---\nb\n", id="two"),
        pytest.param([b"a", b"b"], b"a\n---\nb", id="no line break at the end"),
        pytest.param([b"a\n", b"---\nb\n"], b"a\n---\nb\n", id="marker"),
        pytest.param([b"a\n", b"--- b\n"], b"a\n--- b\n", id="marker with content"),
        pytest.param([b"a\n", b"---\r\nb\n"], b"a\n---\r\nb\n", id="marker, CRLF"),
        pytest.param([b"a\n", b"---"], b"a\n---", id="only a marker"),
        pytest.param([b"a\n", b"---b\n"], b"a\n---\n---b\n", id="no marker"),
        pytest.param([b"a\n", b"# c\n\n---\nb\n"], b"a\n# c\n\n---\nb\n", id="comments first"),
        pytest.param([b"a\n", b"# c\r\nb\n"], b"a\n---\n# c\r\nb\n", id="comments and content"),
        pytest.param(
            [b"a\n", b"%YAML 1.1\n---\nb\n"], b"a\n...\n%YAML 1.1\n---\nb\n", id="directive"
        ),
        pytest.param([b"a\n", b" \n", b"", b"b\n"], b"a\n---\nb\n", id="nothing between"),
        pytest.param([b"\n", BOM + b"a\n"], BOM + b"a\n", id="nothing first"),
        pytest.param([BOM + b"a\n", BOM + b"b\n"], BOM + b"a\n---\nb\n", id="byte order marks"),
        pytest.param([b"a\n", BOM], b"a\n", id="only a byte order mark"),
        pytest.param([b'{"a": 1}', b'{"b": 2}'], b'{"a": 1}\n---\n{"b": 2}', id="JSON"),
    ],
)
def test_outputs_are_joined(outputs: list[bytes], expected: bytes) -> None:
    assert join(outputs) == expected

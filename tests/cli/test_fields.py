"""The command `fields`, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.runs import pod
from transformer.config.config import parse_config

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  fields:
  - {group: x.io, kind: App, path: spec.image}
  - {group: y.io, kind: Tool, path: spec.name, form: repository, reason: it adds a tag}
"""
APP = "apiVersion: x.io/v1\nkind: App\nmetadata: {name: a}\nspec: {image: nginx}\n"
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: x.io
  names: {kind: App}
  versions:
  - name: v1
    schema: {openAPIV3Schema: {properties: {spec: {properties: {image: {type: string}}}}}}
"""
PROPOSED = "  - {group: x.io, kind: App, path: spec.image}  # sure: a string called image\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.yaml").write_text(APP)
    Path("crd.yaml").write_text(CRD)
    Path("mirrorpin.yaml").write_text(CONFIG)


def fields(*argv: str, stdin: str = "", **environment: str) -> Ran:
    return command("fields", *argv, stdin=stdin, environment=environment)


def text(ran: Ran) -> str:
    assert (ran.code, ran.stderr) == (0, [])
    return ran.stdout.decode()


class TestKnown:
    def test_lists_the_places_of_the_configuration_too(self) -> None:
        assert text(fields("--group", "?.io")) == ""
        assert text(fields("--group=*.io", "--kind", "Tool")) == (
            "y.io Tool\n  spec.name  repository  digest none  it adds a tag  user\n"
        )

    def test_needs_no_configuration(self) -> None:
        Path("mirrorpin.yaml").unlink()
        listed = text(fields())
        assert (
            "apps Deployment\n  spec.template.spec  podSpec  digest whole  builtin\n"[:16] in listed
        )
        assert "x.io App" not in listed

    def test_reads_no_manifests(self) -> None:
        ran = fields("--kind", "App", "--no-empty", MIRRORPIN_NO_EMPTY="1")
        assert "x.io App\n  spec.image" in text(ran)

    def test_variables(self) -> None:
        assert text(fields(MIRRORPIN_GROUP="y.*", MIRRORPIN_KIND="T*")).startswith("y.io Tool\n")

    def test_json(self) -> None:
        listed = json.loads(text(fields("--format", "json", "--group", "x.io")))
        assert listed == {
            "fields": [
                {
                    "group": "x.io",
                    "kind": "App",
                    "path": "spec.image",
                    "digest": "whole",
                    "origin": "user",
                }
            ]
        }

    def test_yaml_is_part_of_a_configuration(self) -> None:
        listed = text(fields("--format", "yaml", "--group", "core"))
        head = CONFIG.partition("spec:")[0]
        kinds = {place.kind for place in parse_config("c.yaml", head + listed, ".").fields}
        assert "ConfigMap" in kinds
        assert "ServiceAccount" not in kinds


class TestFor:
    def test_shows_what_applies(self) -> None:
        assert text(fields("--for", "app.yaml")) == (
            "app.yaml:1:1 App a\n  spec.image  image  digest whole  no pull secrets  user\n"
        )

    def test_takes_more_files_and_stdin(self) -> None:
        shown = text(fields("--for", "app.yaml", "-", stdin=pod("nginx")))
        assert [line for line in shown.splitlines() if line[0] != " "] == [
            "app.yaml:1:1 App a",
            "<stdin>:1:1 Pod web",
        ]

    def test_only_some_kinds(self) -> None:
        shown = text(fields("--for", "-", "--kind", "Pod", "--group", "core", stdin=pod("a")))
        assert "spec.containers[0].image" in shown
        assert text(fields("--for", "app.yaml", "--group", "y.io")) == ""

    def test_json(self) -> None:
        shown = json.loads(text(fields("--for=app.yaml", "--format=json")))
        assert [it["name"] for it in shown["objects"]] == ["a"]

    def test_yaml(self) -> None:
        assert text(fields("--for=app.yaml", "--format=yaml")) == (
            "spec:\n  fields:\n  - {group: x.io, kind: App, path: spec.image}\n"
        )

    def test_what_cannot_be_read_fails(self) -> None:
        ran = fields("--for", "-", "-q", stdin="kind: Pod\nimage: [\n")
        assert (ran.code, ran.stdout) == (1, b"")
        assert ran.stderr[0].startswith("<stdin>:3:1: error: is not YAML")

    @pytest.mark.parametrize(
        ("options", "is_said"),
        [
            pytest.param([], False, id="usually"),
            pytest.param(["-v"], True, id="verbose"),
            pytest.param(["-q"], False, id="quiet"),
        ],
    )
    def test_information_is_for_those_who_want_it(self, options: list[str], is_said: bool) -> None:
        local = "metadata: {name: a, annotations: {config.kubernetes.io/local-config: 'true'}}"
        ran = fields("--for", "-", *options, stdin=APP.replace("metadata: {name: a}", local))
        assert ran.code == 0
        assert any("(local-config)" in line for line in ran.stderr) == is_said

    def test_a_host_in_the_variable_is_for_init(self) -> None:
        assert "x.io App" in text(fields("--group=x.io", MIRRORPIN_FOR="helm"))
        assert text(fields(MIRRORPIN_FOR="app.yaml")).startswith("app.yaml:1:1 App a\n")
        Path("helm").write_text(APP)
        assert text(fields("--for", "helm")).startswith("helm:1:1 App a\n")


class TestFromCrd:
    def test_proposes_part_of_a_configuration(self) -> None:
        assert text(fields("--from-crd", "crd.yaml")) == f"spec:\n  fields:\n{PROPOSED}"

    def test_takes_more_files(self) -> None:
        Path("other.yaml").write_text(CRD.replace("x.io", "z.io"))
        assert text(fields("--from-crd", "crd.yaml", "other.yaml", "--group", "z*")) == (
            f"spec:\n  fields:\n{PROPOSED.replace('x.io', 'z.io')}"
        )

    def test_json(self) -> None:
        proposed = json.loads(text(fields("--from-crd", "crd.yaml", "--format", "json")))
        assert [it["sureness"] for it in proposed["fields"]] == ["sure"]

    def test_without_a_definition_it_fails(self) -> None:
        ran = fields("--from-crd", "app.yaml")
        assert (ran.code, ran.stdout) == (1, b"")
        assert ran.stderr == [
            "app.yaml: error: there is no CustomResourceDefinition: expected one (no-definition)",
            "  hint: kubectl get crd NAME -o yaml",
        ]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(
            ["--for", "a", "--from-crd", "b"],
            ["error: `--for` and `--from-crd` are both given: expected one of them (usage)"],
            id="both",
        ),
        pytest.param(
            ["app.yaml"],
            [
                "error: `fields` has files alone: expected an option in front of them (usage)",
                "  hint: --for FILE looks into manifests, --from-crd FILE into definitions",
            ],
            id="files-for-nothing",
        ),
        pytest.param(
            ["--for", ""],
            [
                "error: `--for` is empty: expected a value (usage)",
                "  hint: mirrorpin help fields lists its options",
            ],
            id="no-file"
        ),
    ],
)  # fmt: skip
def test_usage(argv: list[str], message: list[str]) -> None:
    ran = fields(*argv)
    assert (ran.code, ran.stderr) == (2, message)


@pytest.mark.parametrize(
    ("argv", "environment", "label"),
    [
        pytest.param(["--for", "app.yaml"], {}, "`--for`", id="option"),
        pytest.param([], {"MIRRORPIN_FOR": "app.yaml"}, "MIRRORPIN_FOR", id="variable"),
    ],
)
def test_init_takes_hosts_only(argv: list[str], environment: dict[str, str], label: str) -> None:
    ran = command("init", *argv, environment=environment)
    assert (ran.code, ran.stderr) == (
        2,
        [
            f'error: {label} is "app.yaml": expected one of kustomize, argocd, helm (usage)',
            "  hint: mirrorpin help init lists its options",
        ],
    )

"""Nothing is not a success, and what is not rendered yet is not a manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import command
from tests.helpers.runs import pod

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub}]
"""
MIRRORED = pod("m.io/hub/library/nginx")
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n"
COMPOSE = "services:\n  web: {image: nginx}\n"
VALUES = "service: {port: 80}\nkind: DaemonSet\n"

EMPTY = [
    "<stdin>: error: there is no Kubernetes object: expected at least one (no-manifests)",
    "  hint: what was to render them failed, or rendered nothing; --allow-empty where that may be",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and a lock."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "images.lock.yaml").write_text("version: 1\nimages: {}\n")
    return tmp_path


@pytest.mark.parametrize("argv", [["check"], ["verify"], ["lock", "--check"]], ids=" ".join)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("---\n# nothing\n...\n", id="markers"),
        pytest.param("a: 1\n---\nb: {kind: Pod}\n", id="no objects"),
        pytest.param("[1, 2]\n", id="a list"),
        pytest.param('{"apiVersion": "v1", "items": ["kind"]}', id="JSON without a kind"),
        pytest.param(CONFIG, id="a configuration"),
    ],
)
def test_nothing_is_not_a_success(argv: list[str], text: str) -> None:
    ran = command(*argv, stdin=text)
    assert (ran.code, ran.stdout, ran.stderr) == (1, b"", EMPTY)
    assert command(*argv, "--allow-empty", stdin=text).code == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MIRRORED, id="YAML"),
        pytest.param(f"---\na: 1\n---\n{MIRRORED}", id="behind another"),
        pytest.param('{"apiVersion": "v1", "kind": "Namespace"}', id="JSON"),
        pytest.param("{apiVersion: v1, kind: List, items: [{kind: Pod}]}", id="a list in flow"),
        pytest.param("kind: ResourceList\nitems: []\n", id="a ResourceList"),
        pytest.param("kind: mirrorpin.dev\n", id="named like us"),
    ],
)
def test_one_object_is_enough(text: str) -> None:
    ran = command("check", stdin=text)
    assert (ran.code, ran.stderr) == (0, ["check passed: nothing would change"])


def test_what_cannot_be_read_is_told_as_before() -> None:
    ran = command("check", stdin='image: "kind\n')
    assert ran.code == 1
    assert ran.stderr[0].startswith("<stdin>:2:1: error: is not YAML")


@pytest.mark.parametrize(
    ("name", "text", "what", "how"),
    [
        pytest.param("kustomization.yaml", "resources: [a.yaml]\n", "a kustomization",
                     "kustomize build prod | mirrorpin check", id="a kustomization"),
        pytest.param("base.yaml", KUSTOMIZATION, "a kustomization",
                     "kustomize build prod | mirrorpin check", id="a kustomization by its group"),
        pytest.param("Chart.yaml", "apiVersion: v2\nname: web\n", "a Helm chart",
                     "helm template prod | mirrorpin check", id="a chart"),
        pytest.param("compose.prod.yaml", COMPOSE, "a Compose file",
                     "mirrorpin check --compose prod/compose.prod.yaml, or "
                     "kompose convert --stdout --file prod/compose.prod.yaml | mirrorpin check",
                     id="a Compose file"),
        pytest.param("stack.yml", COMPOSE, "a Compose file",
                     "mirrorpin check --compose prod/stack.yml, or "
                     "kompose convert --stdout --file prod/stack.yml | mirrorpin check",
                     id="a Compose file by its services"),
        pytest.param("prod-values.yaml", VALUES, "a values file of a Helm chart",
                     "helm template CHART --values prod/prod-values.yaml | mirrorpin check",
                     id="values"),
        pytest.param("web.yaml", "replicaCount: 2\nimage: {tag: 1}\n",
                     "a values file of a Helm chart",
                     "helm template CHART --values prod/web.yaml | mirrorpin check",
                     id="values by a key"),
        pytest.param("build.yaml", "apiVersion: skaffold/v4beta11\nkind: Config\n",
                     "a configuration of Skaffold",
                     "skaffold render --filename prod/build.yaml | mirrorpin check", id="Skaffold"),
        pytest.param("helmfile.yaml", "releases:\n- {name: web}\n", "a helmfile",
                     "helmfile --file prod/helmfile.yaml template | mirrorpin check",
                     id="a helmfile"),
    ],
)  # fmt: skip
def test_what_is_not_rendered_is_named(
    folder: Path, name: str, text: str, what: str, how: str
) -> None:
    (folder / "prod").mkdir()
    (folder / "prod" / name).write_text(text)
    said = f"{what} is not a manifest, expected what it renders (unrendered)"
    paths = ["prod"] if name.endswith((".yaml", ".yml")) else [f"prod/{name}"]
    ran = command("check", *paths)
    assert (ran.code, ran.stderr) == (1, [f"prod/{name}: error: {said}", f"  hint: {how}"])
    (folder / "prod" / "pod.yaml").write_text(MIRRORED)
    ran = command("check", "prod")
    assert (ran.code, ran.stderr) == (
        0,
        [f"prod/{name}: warning: {said}", f"  hint: {how}", "check passed: nothing would change"],
    )


@pytest.mark.parametrize(
    ("name", "what", "how"),
    [
        ("main.jsonnet", "a program in Jsonnet", "jsonnet --yaml-stream main.jsonnet"),
        ("main.cue", "a program in CUE", "cue export --out yaml main.cue"),
    ],
)
def test_a_program_that_makes_manifests_is_named(
    folder: Path, name: str, what: str, how: str
) -> None:
    (folder / name).write_text("local web = import 'web';\n")
    ran = command("check", name)
    assert (ran.code, ran.stderr) == (
        1,
        [
            f"{name}: error: {what} is not a manifest, expected what it renders (unrendered)",
            f"  hint: {how} | mirrorpin check",
        ],
    )


def test_a_file_in_the_working_directory(folder: Path) -> None:
    (folder / "kustomization.yaml").write_text("resources: []\n")
    ran = command("verify", "kustomization.yaml")
    assert ran.stderr[1] == "  hint: kustomize build . | mirrorpin verify"


@pytest.mark.parametrize("keys", ["kind: X\nservices:\n- a\n", "kind: X\nreplicaCount: 1\n"])
def test_an_object_with_such_a_key_is_one(keys: str) -> None:
    assert command("check", stdin=keys).code == 0


@pytest.mark.parametrize("argv", [["lock"], ["secrets"], ["secrets", "--from-login"]], ids=" ".join)
def test_a_folder_that_is_not_rendered_is_named_by_commands_that_may_find_nothing(
    argv: list[str], folder: Path
) -> None:
    (folder / "app").mkdir()
    (folder / "app/kustomization.yaml").write_text(KUSTOMIZATION)
    ran = command(*argv, "app")
    assert (ran.code, ran.stdout) == (1, b"")
    assert ran.stderr == [
        "app/kustomization.yaml: error: a kustomization is not a manifest, expected what it "
        "renders (unrendered)",
        f"  hint: kustomize build app | mirrorpin {argv[0]}",
    ]
    (folder / "app/none.yaml").write_text("apiVersion: v1\nkind: Namespace\n")
    ran = command(*argv, "app")
    assert ran.code == 0
    assert ran.stderr[0].startswith("app/kustomization.yaml: warning: a kustomization is no")


def test_a_lock_that_is_named_beside_manifests_is_used_or_said(folder: Path) -> None:
    (folder / "pod.yaml").write_text(pod("nginx"))
    (folder / "old.lock.yaml").write_text("version: 1\nimages: {}\n")
    for command_name in ("plan", "check"):
        ran = command(command_name, "pod.yaml", "old.lock.yaml")
        assert ran.stderr[:2] == [
            "old.lock.yaml: warning: a lock beside manifests is not the one in use, and is "
            "left alone (unused-lock)",
            "  hint: --lock=old.lock.yaml uses it, with `digests: {mode: lock}`",
        ]
    (folder / "mirrorpin.yaml").write_text(f"{CONFIG}  digests: {{mode: lock}}\n")
    assert "unused-lock" not in "".join(command("plan", "pod.yaml", "images.lock.yaml").stderr)
    ran = command("plan", "--lock", "old.lock.yaml", "pod.yaml", "old.lock.yaml")
    assert "unused-lock" not in "".join(ran.stderr)
    # Nobody named what a folder holds.
    assert "unused-lock" not in "".join(command("plan", ".").stderr)

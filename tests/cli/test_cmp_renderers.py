"""What kustomize and Helm are asked to render, and what they are never asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.command import Ran
from tests.helpers.rendering import (
    MIRRORED,
    POD,
    SHOW_AND_RENDER,
    application,
    plugin,
    pretend,
    sidecar,
)

CLUSTER = [
    "--namespace=shop-prod",
    "--kube-version=1.34.0",
    "--api-versions=apps/v1,v1",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an application, which is the working directory."""
    folder = application(tmp_path / "repository")
    (tmp_path / "pod.yaml").write_text(POD)
    for renderer in ("kustomize", "helm"):
        pretend(tmp_path / "bin", renderer, SHOW_AND_RENDER)
    monkeypatch.chdir(folder)
    return folder


def run(folder: Path, name: str, **variables: str) -> Ran:
    around = folder.parents[2]
    seen = {"POD": str(around / "pod.yaml"), "SEEN": str(around / "seen")}
    return plugin(name, sidecar(around / "bin", **seen, **variables))


def asked(folder: Path, name: str, **variables: str) -> list[str]:
    """The arguments that a renderer gets, when all goes well."""
    ran = run(folder, name, **variables)
    assert (ran.code, ran.stdout.decode()) == (0, MIRRORED)
    return (folder.parents[2] / "seen").read_text().splitlines()[1:]


def refused(folder: Path, name: str, **variables: str) -> list[str]:
    """What is said of a run that starts no renderer."""
    started = folder.parents[2] / "seen"
    started.unlink(missing_ok=True)
    ran = run(folder, name, **variables)
    assert (ran.code, ran.stdout, started.exists()) == (2, b"", False)
    return ran.stderr


class TestKustomize:
    def test_builds_the_folder(self, folder: Path) -> None:
        assert asked(folder, "kustomize") == ["build", "--", str(folder)]
        assert asked(folder, "kustomize", PARAM_OVERLAY="") == ["build", "--", str(folder)]

    def test_options_are_split_at_blanks_and_nothing_else(self, folder: Path) -> None:
        given = asked(folder, "kustomize", KUSTOMIZE_OPTIONS=" --enable-helm\t-e A=* ")
        assert given == ["build", "--enable-helm", "-e", "A=*", "--", str(folder)]

    @pytest.mark.parametrize(
        "overlay",
        [
            "overlays/prod", "./overlays//prod/", "overlays/../overlays/prod", "linked", "-o",
            "http://127.0.0.1:1/prod", "file:///prod", "git@example.com:shop/prod",
            "github.com/acme/shop?ref=main", "git::https://example.com/shop", "s3::https://a,b",
        ],
    )  # fmt: skip
    def test_overlay_is_a_resolved_folder(self, folder: Path, overlay: str) -> None:
        for inside in ("overlays/prod", overlay):
            if inside != "linked":
                Path(inside).mkdir(parents=True, exist_ok=True)
        Path("linked").symlink_to("overlays/prod")
        resolved = os.path.realpath(folder / overlay)
        assert resolved.startswith(f"{folder}/")
        given = asked(folder, "kustomize", PARAM_OVERLAY=overlay)
        assert given == ["build", "--", resolved]

    def test_overlay_elsewhere_in_the_repository(self, folder: Path) -> None:
        root = folder.parents[1]
        assert asked(folder, "kustomize", PARAM_OVERLAY="../..")[-1] == str(root)
        rooted = refused(folder, "kustomize", PARAM_OVERLAY="..", ARGOCD_APP_SOURCE_PATH=".")
        assert rooted == ['error: parameter "overlay" leads out of the repository: ".." (outside)']

    def test_overlay_outside(self, folder: Path) -> None:
        Path("linked").symlink_to("../../..")
        (folder.parents[2] / "repository2").mkdir()
        for overlay in ("/", "../../..", "../../../repository2", "linked", "linked/nowhere"):
            assert refused(folder, "kustomize", PARAM_OVERLAY=overlay) == [
                f'error: parameter "overlay" leads out of the repository: "{overlay}" (outside)'
            ]

    @pytest.mark.parametrize(
        "overlay", ["overlays/test", "https://example.com/shop", "-o", "$(id)", "loop"]
    )
    def test_overlay_is_missing(self, folder: Path, overlay: str) -> None:
        Path("loop").symlink_to("loop")
        assert refused(folder, "kustomize", PARAM_OVERLAY=overlay) == [
            (
                f'error: parameter "overlay" is "{overlay}", which is not there: expected it in '
                "the repository (missing-file)"
            )
        ]

    def test_overlay_is_a_file(self, folder: Path) -> None:
        assert refused(folder, "kustomize", PARAM_OVERLAY="Chart.yaml") == [
            'error: parameter "overlay" is "Chart.yaml": expected a folder (wrong-type)'
        ]

    def test_parameter_is_shown_escaped(self, folder: Path) -> None:
        assert refused(folder, "kustomize", PARAM_OVERLAY="a\x1b[31m\n::error::\udcff") == [
            'error: parameter "overlay" is "a\\x1b[31m\\n::error::\\udcff", which is not '
            "there: expected it in the repository (missing-file)"
        ]


class TestHelm:
    def test_renders_the_chart(self, folder: Path) -> None:
        cluster = {"KUBE_VERSION": "1.34.0", "KUBE_API_VERSIONS": "apps/v1,v1"}
        given = asked(folder, "helm", HELM_OPTIONS="--no-hooks", **cluster)
        begin = ["template", "--include-crds", "--no-hooks"]
        assert given == [*begin, *CLUSTER, "--", "shop", "."]

    def test_release(self, folder: Path) -> None:
        begin = ["template", "--include-crds", "--namespace=shop-prod", "--"]
        assert asked(folder, "helm", PARAM_RELEASE="-f") == [*begin, "-f", "."]
        assert asked(folder, "helm", ARGOCD_APP_NAME="") == [*begin, "."]

    def test_values_are_resolved_files_in_their_order(self, folder: Path) -> None:
        names = ["a.yaml", "http:/127.0.0.1:1/b.yaml", "-c", "s3::d", "e.yaml"]
        for name in names:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).touch()
        Path("linked.yaml").symlink_to("e.yaml")
        (folder.parent / "f.yaml").touch()
        given = ["a.yaml", "http://127.0.0.1:1/b.yaml", "-c", "", "s3::d", "linked.yaml",
                 "../f.yaml", *["a.yaml"] * 4]  # fmt: skip
        variables = {f"PARAM_VALUES_{number}": name for number, name in enumerate(given)}
        resolved = [*(str(folder / name) for name in names), str(folder.parent / "f.yaml")]
        resolved += [str(folder / "a.yaml")] * 4
        values = [f"--values={path}" for path in resolved]
        begin = ["template", "--include-crds", "--namespace=shop-prod"]
        assert asked(folder, "helm", **variables) == [*begin, *values, "--", "shop", "."]

    @pytest.mark.parametrize(
        ("character", "shown"), [(",", ","), ('"', '"'), ("\n", "\\n"), ("\r", "\\r")]
    )
    def test_values_that_helm_would_take_apart(
        self, folder: Path, character: str, shown: str
    ) -> None:
        # Helm would read v.yaml, and then what lies outside.
        outside = folder.parents[2] / "tenant.yaml"
        outside.write_text("password: hunter2\n")
        name = f"v.yaml{character}{outside}"
        for path in (Path("v.yaml"), Path(name)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        Path("linked.yaml").symlink_to(name)
        for given, said in ((name, f"v.yaml{shown}{outside}"), ("linked.yaml", "linked.yaml")):
            assert refused(folder, "helm", PARAM_VALUES_0=given) == [
                f'error: parameter "values" leads to a path with "{shown}": "{said}" (bad-value)',
                "  hint: Helm would take it for more than one file: rename it",
            ]

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            pytest.param("../../../x", "leads out of the repository: {} (outside)", id="out"),
            pytest.param("/etc/passwd", "leads out of the repository: {} (outside)", id="far"),
            pytest.param(
                "no.yaml",
                "is {}, which is not there: expected it in the repository (missing-file)",
                id="none",
            ),
            pytest.param(
                "-",
                "is {}, which is not there: expected it in the repository (missing-file)",
                id="stdin",
            ),
            pytest.param(
                "https://example.com/v.yaml",
                "is {}, which is not there: expected it in the repository (missing-file)",
                id="url",
            ),
            pytest.param(".", "is {}: expected a file (wrong-type)", id="folder"),
        ],
    )
    def test_values_that_are_no_file(self, folder: Path, path: str, reason: str) -> None:
        said = reason.format(f'"{path}"')
        assert refused(folder, "helm", PARAM_VALUES_0=path) == [f'error: parameter "values" {said}']

    @pytest.mark.parametrize("variable", ["PARAM_VALUES", "PARAM_VALUES_TAG", "PARAM_VALUES_0_A"])
    def test_values_of_another_type(self, folder: Path, variable: str) -> None:
        assert refused(folder, "helm", **{variable: "a"}) == [
            'error: parameter "values" is not a list (wrong-type)'
        ]

    def test_key_of_any_length(self, folder: Path) -> None:
        # Python reads no number of so many digits.
        Path("a.yaml").touch()
        assert asked(folder, "helm", **{f"PARAM_VALUES_{'9' * 5000}": "a.yaml"})

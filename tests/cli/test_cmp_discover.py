"""`mirrorpin cmp discover`: yes, no, and never a no because something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.rendering import CONFIG, plugin

YES = Ran(code=0, stdout=b"kustomization.yaml\n", stderr=[])
NO = Ran(code=0, stdout=b"", stderr=[])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("mark", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_kustomization_with_a_configuration(mark: str) -> None:
    Path(mark).touch()
    assert plugin("discover kustomize", {}) == NO
    Path("mirrorpin.yaml").write_text(CONFIG)
    assert plugin("discover kustomize", {}) == Ran(code=0, stdout=f"{mark}\n".encode(), stderr=[])
    assert plugin("discover helm", {}) == NO


def test_configuration_above_in_the_repository(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "apps/web").mkdir(parents=True)
    monkeypatch.chdir(folder / "apps/web")
    Path("kustomization.yaml").touch()
    Path("../../mirrorpin.yaml").write_text(CONFIG)
    assert plugin("discover kustomize", {"ARGOCD_APP_SOURCE_PATH": "apps/web"}) == YES
    assert plugin("discover kustomize", {"ARGOCD_APP_SOURCE_PATH": "web"}) == NO


def test_chart_with_a_configuration() -> None:
    Path("Chart.yaml").touch()
    Path("mirrorpin.yaml").write_text(CONFIG)
    assert plugin("discover helm", {}).stdout == b"Chart.yaml\n"
    assert plugin("discover kustomize", {}) == NO


@pytest.mark.parametrize("variable", ["MIRRORPIN_CONFIG", "PARAM_CONFIG"])
def test_configuration_elsewhere(variable: str) -> None:
    Path("kustomization.yaml").touch()
    assert plugin("discover kustomize", {variable: "/nowhere.yaml"}) == YES
    assert plugin("discover helm", {variable: "/nowhere.yaml"}) == NO


def test_application_that_names_the_plugin() -> None:
    ran = plugin("discover helm", {"ARGOCD_APP_PARAMETERS": "[]"})
    assert ran == Ran(code=0, stdout=b"named\n", stderr=[])


@pytest.mark.parametrize("target", ["gone.yaml", "../../outside.yaml", "mirrorpin.yaml"])
def test_configuration_that_is_a_link_to_be_refused(target: str) -> None:
    # Otherwise Argo CD would render without us, and nobody would hear why.
    Path("kustomization.yaml").touch()
    Path("mirrorpin.yaml").symlink_to(target)
    assert plugin("discover kustomize", {}) == YES


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        pytest.param({"MIRRORPIN_VERIFY": "wrong"}, (), id="wrong-value"),
        pytest.param({"MIRRORPIN_LOG_FILE": "/nowhere/log"}, (), id="log-that-cannot-be-opened"),
        pytest.param({"MIRRORPIN_QUIET": "1", "MIRRORPIN_VERBOSE": "1"}, (), id="contradiction"),
        pytest.param({"MIRRORPIN_CACHE": "redis://"}, (), id="cache-that-is-none"),
        pytest.param({}, ("--no-such-option",), id="wrong-option"),
    ],
)
def test_what_is_wrong_with_the_sidecar_is_not_a_no(
    variables: dict[str, str], options: tuple[str, ...]
) -> None:
    Path("kustomization.yaml").touch()
    Path("mirrorpin.yaml").write_text(CONFIG)
    assert plugin("discover kustomize", variables, *options) == YES
    ran = plugin("kustomize", variables, *options)
    assert (ran.code, ran.stdout) == (2, b"")


@pytest.mark.parametrize("words", [(), ("kpt",), ("helm", "kustomize")])
def test_other_words(words: tuple[str, ...]) -> None:
    given = " ".join(words)
    assert command("cmp", "discover", *words) == Ran(
        code=2,
        stdout=b"",
        stderr=[
            f'error: `cmp discover` is followed by "{given}": expected kustomize or helm (usage)',
        ],
    )


def test_other_commands() -> None:
    assert command("cmp", "render").stderr == [
        (
            'error: `cmp` is followed by "render": expected discover, parameters, kustomize or '
            "helm (usage)"
        )
    ]

"""Whether a repository shows a call of kustomize that lets its functions run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.helpers.doctor_folders import CORRECT, diagnose, write

if TYPE_CHECKING:
    from pathlib import Path

UNSEEN = (
    "app/kustomization.yaml:3:3: warning: kustomize skips a function in silence unless it is called"
    " with `--enable-alpha-plugins --enable-exec`, and no file here calls it so (flags-unseen)\n"
    "  hint: write the call down in a Makefile, script, CI file or README of this repository"
)
HINT = "\n  hint: kustomize build --enable-alpha-plugins --enable-exec app"
BOTH = "--enable-alpha-plugins --enable-exec"
NO_EXEC = "lacks `--enable-exec`: without, the function does not run (flags-missing)" + HINT
KUBECTL = "kubectl has no `--enable-exec`: it skips the function in silence (flags-missing)" + HINT
ARGO_CD = "kind: ConfigMap\nmetadata: {name: argocd-cm}\ndata:\n  "


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("app/README.md", f"    kustomize build {BOTH} .\n", id="page"),
        pytest.param(
            "deploy.sh", f"kustomize build \\\n  {BOTH} app | kubectl apply -f -\n", id="script"
        ),
        pytest.param(
            ".github/workflows/ci.yml", f"- run: kustomize build {BOTH} app\n", id="workflow"
        ),
        pytest.param(
            "app/argocd-cm.yaml", f"{ARGO_CD}kustomize.buildOptions: {BOTH}\n", id="argo-cd"
        ),
        pytest.param(
            "app/argocd-cm.yaml",
            f'{ARGO_CD}kustomize.buildOptions.v5.8.1: "{BOTH}"\n',
            id="argo-cd-for-one-version",
        ),
        pytest.param(
            "Makefile", f"FLAGS = {BOTH}\nall:\n\tkustomize build $(FLAGS) app\n", id="variable"
        ),
        pytest.param(
            "Makefile",
            f"kustomize build other\nkustomize build -o app {BOTH} app\n",
            id="call-for-another-folder",
        ),
    ],
)
def test_call_that_passes_both_flags(file: str, text: str) -> None:
    write({**CORRECT, "Makefile": None, file: text})
    assert diagnose() == []


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        pytest.param("Makefile", None, UNSEEN, id="nothing-calls-kustomize"),
        pytest.param("notes.txt", f"kustomize build {BOTH} app\n", UNSEEN, id="file-nobody-runs"),
        pytest.param("Makefile", "kustomize build other\n", UNSEEN, id="only-another-folder"),
        pytest.param("Makefile", "# kustomize build app\n", UNSEEN, id="comment"),
        pytest.param("Makefile", "kustomize build app $(FLAGS)\n", UNSEEN, id="unknown-variable"),
        pytest.param(
            "argocd-cm.yaml",
            ARGO_CD + "kustomize.buildOptions: {{ .Values.options }}\n",
            UNSEEN,
            id="unrendered-build-options",
        ),
        pytest.param(
            "big.yaml", f"# kustomize {BOTH}\n" * 30_000, UNSEEN, id="large-file-is-no-call"
        ),
        pytest.param(
            "Makefile",
            "all:\n\tkustomize build --enable-alpha-plugins app > out.yaml\n",
            "Makefile:2:1: error: `kustomize build` " + NO_EXEC,
            id="no-enable-exec",
        ),
        pytest.param(
            "Makefile",
            "kustomize build --enable-exec -o out.yaml ./app/\n",
            "Makefile:1:1: error: `kustomize build` lacks `--enable-alpha-plugins`: without, "
            "the function does not run (flags-missing)" + HINT,
            id="no-enable-alpha-plugins",
        ),
        pytest.param(
            "app/build.sh",
            "#!/bin/sh\nkustomize build\n",
            f"app/build.sh:2:1: error: `kustomize build` lacks `{BOTH}`: without, the "
            "function does not run (flags-missing)" + HINT,
            id="no-folder-means-the-folder-itself",
        ),
        pytest.param(
            ".github/workflows/ci.yml",
            "steps:\n- run: kustomize build --enable-alpha-plugins app\n",
            ".github/workflows/ci.yml:2:1: error: `kustomize build` " + NO_EXEC,
            id="workflow-runs-at-the-root",
        ),
        pytest.param(
            "argocd-cm.yaml",
            ARGO_CD + "kustomize.buildOptions: --enable-alpha-plugins\n",
            "argocd-cm.yaml:4:1: error: `kustomize.buildOptions` " + NO_EXEC,
            id="argo-cd",
        ),
        pytest.param(
            "Makefile", "kubectl kustomize app\n", "Makefile:1:1: error: " + KUBECTL, id="kubectl"
        ),
        pytest.param(
            "Makefile", "kubectl apply -k app/\n", "Makefile:1:1: error: " + KUBECTL, id="apply-k"
        ),
        pytest.param("Makefile", "kubectl apply -k other\n", UNSEEN, id="kubectl-elsewhere"),
    ],
)
def test_call_without_the_flags(file: str, text: str | None, expected: str) -> None:
    write({**CORRECT, "Makefile": None, file: text})
    assert diagnose() == [expected]


def test_folders_above_are_no_witnesses_outside_of_a_repository() -> None:
    write({**CORRECT, ".git/HEAD": None})
    assert diagnose() == [UNSEEN]


def test_folder_that_cannot_be_listed_is_no_witness() -> None:
    write({**CORRECT, ".github/workflows": "not a folder", "folder.yaml/x": "not a file"})
    assert diagnose() == []


def test_working_directory_is_shown_as_dot() -> None:
    write({**CORRECT, "Makefile": None})
    os.chdir("app")
    [found] = diagnose(".", PATH=os.path.abspath("../bin"))
    assert found.startswith("kustomization.yaml:3:3: warning: ")

"""Whether kustomize can start a program, and which kustomize that is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.helpers.doctor_folders import CORRECT, LEGACY, PLUGIN, diagnose, function, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_missing_exec_bit() -> None:
    write({**CORRECT, "app/images.yaml": function("exec: {path: ./fn}")})
    write({"app/fn": "#!/bin/sh\n"}, mode=0o644)
    assert diagnose() == [
        'app/images.yaml:6:50: error: "./fn" is not executable: expected a program '
        "(exec-not-executable)\n"
        "  hint: chmod +x app/fn, and git update-index --chmod=+x to keep it"
    ]


def test_legacy_plugin_without_exec_bit() -> None:
    write({**CORRECT, "app/images.yaml": LEGACY})
    write({PLUGIN: "#!/bin/sh\n"}, mode=0o644)
    program = os.path.abspath(PLUGIN)
    assert diagnose() == [
        f'app/kustomization.yaml:3:3: error: "{program}" is not executable: expected a '
        "program (exec-not-executable)\n"
        f"  hint: chmod +x {program}, and git update-index --chmod=+x to keep it"
    ]


@pytest.mark.parametrize(
    ("program", "arguments", "expected"),
    [
        pytest.param(
            "echo v5.5.0",
            "args: [-q]",
            [
                "app/images.yaml:6:68: error: `exec.args` is used with kustomize 5.5.0: it "
                "came with 5.7.0 (exec-args)\n"
                "  hint: upgrade the kustomize on PATH, or use what `spec` and the "
                "environment offer"
            ],
            id="args-with-an-old-kustomize",
        ),
        pytest.param(
            "echo '{kustomize/v4.5.7  2022-08-02T16:35:54Z  }'",
            "envs: [A=1]",
            [
                "app/images.yaml:6:68: error: `exec.envs` is used with kustomize 4.5.7: it "
                "came with 5.7.0 (exec-args)\n"
                "  hint: upgrade the kustomize on PATH, or use what `spec` and the "
                "environment offer"
            ],
            id="envs-with-an-old-kustomize-that-prints-a-record",
        ),
        pytest.param("echo v5.7.0", "args: [-q]", [], id="args-since-5.7.0"),
        pytest.param("echo v10.0.0", "args: [-q]", [], id="versions-are-compared-as-numbers"),
        pytest.param("echo v5.5.0", "args: []", [], id="no-arguments-with-an-old-kustomize"),
        pytest.param("echo '(devel)'", "args: [-q]", [], id="build-from-source-does-not-tell"),
        pytest.param(None, "args: [-q]", [], id="no-kustomize"),
    ],
)
def test_version_of_kustomize(program: str | None, arguments: str, expected: list[str]) -> None:
    spec = f"exec: {{path: mirrorpin, {arguments}}}"
    kustomize = f"#!/bin/sh\n{program}\n" if program else None
    write({**CORRECT, "app/images.yaml": function(spec), "bin/kustomize": kustomize})
    assert diagnose() == expected


def test_kustomize_that_does_not_start() -> None:
    spec = "exec: {path: mirrorpin, args: [-q]}"
    write({**CORRECT, "app/images.yaml": function(spec), "bin/kustomize": "#!/nowhere\n"})
    assert diagnose() == []


@pytest.mark.parametrize(
    ("environment", "home"),
    [
        pytest.param(
            {"KUSTOMIZE_PLUGIN_HOME": "absent"}, "h/.config/kustomize/plugin", id="default"
        ),
        pytest.param(
            {"KUSTOMIZE_PLUGIN_HOME": "", "XDG_CONFIG_HOME": "x"}, "x/kustomize/plugin", id="xdg"
        ),
        pytest.param({"KUSTOMIZE_PLUGIN_HOME": "", "HOME": "g"}, "g/kustomize/plugin", id="home"),
    ],
)
def test_plugin_home_is_the_first_that_exists(environment: dict[str, str], home: str) -> None:
    write({**CORRECT, "app/images.yaml": LEGACY})
    write({"x/kustomize/plugin/README": "", "g/kustomize/plugin/README": ""})
    [found] = diagnose(**{"HOME": "h", **environment})
    assert f'"{home}/mirrorpin.dev/v1alpha1/imagetransformer/ImageTransformer"' in found

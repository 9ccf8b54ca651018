"""Each trap of a kustomization folder gives its problem, and a correct folder gives none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.helpers.doctor_folders import (
    CONFIG_MAP,
    CORRECT,
    FUNCTION,
    LEGACY,
    PLUGIN,
    diagnose,
    function,
    write,
)
from tests.helpers.shared import ROOT as REPOSITORY
from transformer.cli.doctor.values import read_text
from transformer.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

ROOT = str(REPOSITORY)
EXAMPLES = os.path.join(ROOT, "kustomize-plugin")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="function-on-path"),
        pytest.param(
            {"app/images.yaml": function("exec: {path: ./fn}"), "app/fn": "#!/bin/sh\n"},
            id="function-beside-the-kustomization",
        ),
        pytest.param(
            {"app/images.yaml": function("exec: {path: ./fn}"), "app/fn": "\x7fELF\0\0"},
            id="binary-has-no-first-line",
        ),
        pytest.param(
            {
                "bin/mirrorpin": "#!/usr/bin/env -S LANG=C python3 -u\n",
                "bin/python3": "#!/bin/sh\n",
            },
            id="env-with-options",
        ),
        pytest.param({"bin/mirrorpin": "#!/usr/bin/env\n"}, id="env-with-nothing-to-look-up"),
        pytest.param(
            {"app/kustomization.yaml": "transformers: [images.yaml, absent.yaml, https://x/y]\n"},
            id="missing-and-remote-entries-are-kustomize's-own-errors",
        ),
        pytest.param(
            {"app/kustomization.yaml": "", "app/images.yaml": None}, id="empty-kustomization"
        ),
        pytest.param(
            {"app/images.yaml": "apiVersion: builtin\nkind: PrefixTransformer\nprefix: p-\n"},
            id="builtin-transformer",
        ),
        pytest.param(
            {"app/images.yaml": function("container: {image: x}\nexec: {path: absent}")},
            id="container-function",
        ),
        pytest.param({"app/images.yaml": function("exec: {")}, id="annotation-that-is-no-YAML"),
        pytest.param({"app/images.yaml": "- a\n---\n"}, id="config-that-is-no-mapping"),
        pytest.param(
            {
                "app/kustomization.yaml": "validators: [images.yaml]\n",
                "app/images.yaml": FUNCTION + "  mode: check\n",
            },
            id="check-under-validators",
        ),
        pytest.param(
            {
                "app/kustomization.yaml": "validators: [images.yaml]\n",
                "app/images.yaml": CONFIG_MAP,
            },
            id="check-in-a-ConfigMap-under-validators",
        ),
        pytest.param(
            {
                "app/images.yaml": FUNCTION.replace(
                    "annotations:",
                    "annotations:\n    config.kubernetes.io/path: functions/images.yaml",
                )
            },
            id="path-annotation-that-scopes-to-everything",
        ),
        pytest.param({"app/images.yaml": LEGACY, PLUGIN: "#!/bin/sh\n"}, id="legacy-plugin"),
    ],
)
def test_correct_folder_gives_no_problem(changes: dict[str, str]) -> None:
    write({**CORRECT, **changes})
    assert diagnose() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"bin/mirrorpin": None},
            'app/images.yaml:8:15: error: `exec.path` is "mirrorpin", which is not on PATH: '
            "expected it there, as it has no slash (exec-missing)\n"
            "  hint: install it where kustomize runs",
            id="not-installed",
        ),
        pytest.param(
            {"bin/mirrorpin": None, "app/mirrorpin": "#!/bin/sh\n"},
            'app/images.yaml:8:15: error: `exec.path` is "mirrorpin", which is not on PATH: '
            "expected it there, as it has no slash (exec-missing)\n"
            "  hint: write ./mirrorpin for the file beside the kustomization",
            id="bare-name-of-a-file-beside-the-kustomization",
        ),
        pytest.param(
            {"app/images.yaml": function("exec: {path: ../fn}")},
            'app/images.yaml:6:50: error: `exec.path` is "../fn": expected a file, seen from '
            '"app" (exec-missing)',
            id="relative-path-without-file",
        ),
        pytest.param(
            {"app/images.yaml": function("exec: {path: ./fn}"), "app/fn": "echo\n"},
            'app/images.yaml:6:50: error: "./fn" is a script without a first line for its '
            'interpreter: expected "#!" (exec-shebang)',
            id="no-shebang",
        ),
        pytest.param(
            {"bin/mirrorpin": "#!/bin/sh\r\necho\r\n"},
            'app/images.yaml:8:15: error: the first line of the script "mirrorpin" ends with '
            "CRLF: expected LF (exec-crlf)\n"
            "  hint: set eol=lf for it in .gitattributes",
            id="crlf",
        ),
        pytest.param(
            {"bin/mirrorpin": "#!/nowhere/python -u\n"},
            'app/images.yaml:8:15: error: the interpreter of "mirrorpin" is not there: '
            '"/nowhere/python" (exec-interpreter)',
            id="interpreter-absent",
        ),
        pytest.param(
            {"bin/mirrorpin": "#!\n"},
            'app/images.yaml:8:15: error: the interpreter of "mirrorpin" is not there: "" '
            "(exec-interpreter)",
            id="interpreter-not-named",
        ),
        pytest.param(
            {"bin/mirrorpin": "#!/usr/bin/env python9\n"},
            'app/images.yaml:8:15: error: the interpreter of "mirrorpin" is not on PATH: '
            '"python9" (exec-interpreter)',
            id="interpreter-not-on-path",
        ),
        pytest.param(
            {
                "app/images.yaml": function(
                    "exec: {path: mirrorpin, envs: [A=1, TOKEN=c2VjcmV0=, B]}"
                )
            },
            "app/images.yaml:6:73: error: kustomize drops an entry of `exec.envs` unless it has"
            ' one "=":'
            ' "TOKEN" (env-dropped)\n  hint: set the variable in the environment of kustomize'
            " itself\n"
            "app/images.yaml:6:90: error: kustomize drops an entry of `exec.envs` unless it has"
            ' one "=":'
            ' "B" (env-dropped)\n  hint: set the variable in the environment of kustomize itself',
            id="env-with-two-equals-signs-or-none",
        ),
        pytest.param(
            {
                "app/images.yaml": FUNCTION.replace(
                    "annotations:", "annotations:\n    config.kubernetes.io/path: sub/images.yaml"
                )
            },
            "app/images.yaml:6:32: error: annotation `config.kubernetes.io/path` names a "
            "subfolder: the function gets no items (scoped)\n"
            "  hint: remove it",
            id="scoped-to-a-subfolder",
        ),
        pytest.param(
            {"app/images.yaml": FUNCTION + "  mode: check\n"},
            'app/images.yaml:11:9: error: `spec.mode` is "check" under `transformers:`: it '
            "deletes everything (check-deletes)\n"
            "  hint: list it under `validators:`",
            id="check-under-transformers",
        ),
        pytest.param(
            {"app/images.yaml": CONFIG_MAP},
            'app/images.yaml:8:9: error: `spec.mode` is "check" under `transformers:`: it '
            "deletes everything (check-deletes)\n"
            "  hint: list it under `validators:`",
            id="check-in-a-ConfigMap-under-transformers",
        ),
        pytest.param(
            {"app/kustomization.yaml": "validators:\n- images.yaml\n"},
            'app/kustomization.yaml:2:3: error: `spec.mode` is not "check" under '
            "`validators:`: kustomize forbids any output (transform-validates)\n"
            "  hint: set `mode: check`, or list it under `transformers:`",
            id="transform-under-validators",
        ),
        pytest.param(
            {
                "app/kustomization.yaml": "validators: [images.yaml]\n",
                "app/images.yaml": CONFIG_MAP.replace("mode: check", 'mode: ""'),
            },
            'app/images.yaml:8:10: error: `spec.mode` is not "check" under `validators:`: '
            "kustomize forbids any output (transform-validates)\n"
            "  hint: set `mode: check`, or list it under `transformers:`",
            id="empty-mode-under-validators",
        ),
        pytest.param(
            {"app/kustomization.yaml": "generators:\n- images.yaml\n"},
            "app/kustomization.yaml:2:3: error: is listed under `generators:`: it would see "
            "no manifest at all (as-generator)\n"
            "  hint: list it under `transformers:`",
            id="generator",
        ),
        pytest.param(
            {
                "app/images.yaml": None,
                "app/kustomization.yaml": "resources: []\ntransformers:\n- |\n  "
                + FUNCTION.replace("\n", "\n  ")
                + "  mode: check\n",
            },
            'app/kustomization.yaml:14:11: error: `spec.mode` is "check" under '
            "`transformers:`: it deletes everything (check-deletes)\n"
            "  hint: list it under `validators:`",
            id="inline-document",
        ),
        pytest.param(
            {
                "app/images.yaml": None,
                "app/kustomization.yaml": "transformers: [sub, sub]\n",
                "app/sub/kustomization.yml": "resources: [one.yaml, absent.yaml]\n",
                "app/sub/one.yaml": FUNCTION + "  mode: check\n",
            },
            'app/sub/one.yaml:11:9: error: `spec.mode` is "check" under `transformers:`: it '
            "deletes everything (check-deletes)\n"
            "  hint: list it under `validators:`",
            id="folder-of-configurations-listed-twice-has-its-trap-once",
        ),
        pytest.param(
            {"app/images.yaml": LEGACY, "plugins/README": ""},
            "app/kustomization.yaml:3:3: error: without a function annotation, kustomize needs"
            " a plugin:"
            ' "{root}/plugins/mirrorpin.dev/v1alpha1/imagetransformer/ImageTransformer"'
            " (exec-missing)\n"
            "  hint: install kustomize-plugin/legacy there, or add `config.kubernetes.io/function`",
            id="legacy-plugin-not-installed",
        ),
        pytest.param(
            {"app/images.yaml": "a: [\n"},
            "app/images.yaml:2:1: error: is not YAML: while parsing a flow node, did not find "
            "expected node content (yaml)",
            id="configuration-that-is-no-YAML",
        ),
        pytest.param(
            {"app/kustomization.yaml": None, "app/images.yaml": None},
            "app: error: holds no kustomization, chart or configuration: expected one, at any depth"
            " (no-kustomization)",
            id="no-kustomization",
        ),
        pytest.param(
            {"app/kustomization.yaml": "#" * (1 << 20) + "\n"},
            "app/kustomization.yaml: error: is larger than 1 MiB (unreadable)",
            id="kustomization-too-large",
        ),
    ],
)
def test_trap_gives_its_problem(changes: dict[str, str | None], expected: str) -> None:
    write({**CORRECT, **changes})
    found = diagnose()
    assert "\n".join(found) == expected.replace("{root}", os.getcwd())


@pytest.mark.parametrize("example", ["krm", "legacy/example"])
def test_shipped_example_is_correct(example: str) -> None:
    write({"bin/mirrorpin": "#!/bin/sh\n"})
    home = os.path.join(EXAMPLES, "legacy")
    assert diagnose(os.path.join(EXAMPLES, example), KUSTOMIZE_PLUGIN_HOME=home) == []


def test_cyclic_bases_end() -> None:
    write({**CORRECT, "app/kustomization.yaml": "resources: [../other]\n", "app/images.yaml": None})
    write({"other/kustomization.yaml": "resources: [../app]\n"})
    assert diagnose() == []


def test_file_that_is_not_utf8_is_one_problem() -> None:
    write(CORRECT)
    with open("app/images.yaml", "wb") as stream:
        stream.write(b"a: \xff\n")
    assert diagnose() == ["app/images.yaml:1:4: error: is not UTF-8: byte 0xff (not-utf8)"]


def test_file_that_cannot_be_opened() -> None:
    with pytest.raises(InputError) as caught:
        read_text("absent.yaml")
    message = "absent.yaml: error: cannot be read: No such file or directory (unreadable)"
    assert str(caught.value) == message


def test_aliases_and_merge_keys_are_followed() -> None:
    entries = "x: &x [images.yaml]\ny: &y {validators: *x, generators: *x}\n<<: *y\n"
    write({**CORRECT, "app/kustomization.yaml": entries})
    codes = [problem.rpartition("(")[2].partition(")")[0] for problem in diagnose()]
    assert codes == ["as-generator", "transform-validates"]

"""What each trap that doctor names really does in kustomize, shown with a tiny function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from transformer.cli.doctor import examine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

EXEC = ("kustomize", "build", "--enable-alpha-plugins", "--enable-exec", ".")
FUNCTION = """\
apiVersion: {api}
kind: ImageTransformer
metadata:
  name: images
  annotations:
    config.kubernetes.io/function: |
      exec: {{path: ./fn, envs: [{envs}]}}
    {annotation}
spec: {{mode: {mode}}}
"""
ECHO = '#!/bin/sh\nexec sed "s/nginx/${TO:-mirror}/"\n'
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: nginx}]}
"""
MIRRORED = "  - image: mirror\n"
UNTOUCHED = "  - image: nginx\n"
MIRRORPIN = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata:
  name: images
  annotations:
    config.kubernetes.io/function: |
      exec: {{path: mirrorpin}}
spec:
  mode: {mode}
  mirrors: [{{source: docker.io, target: registry.example.com/hub}}]
  digests: {{mode: {digests}}}
"""
NGINX = "registry.example.com/hub/library/nginx"
DIGEST = "sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd"


def write(
    folder: Path,
    *,
    listed: str = "transformers",
    program: str = ECHO,
    mode: int = 0o755,
    check_mode: str = "transform",
    annotation: str = "x: y",
    envs: str = "A=b",
) -> None:
    (folder / "README.md").write_text(" ".join(EXEC))
    (folder / "kustomization.yaml").write_text(f"resources: [pod.yaml]\n{listed}: [images.yaml]\n")
    (folder / "pod.yaml").write_text(POD)
    config = FUNCTION.format(
        api="mirrorpin.dev/v1alpha1", annotation=annotation, mode=check_mode, envs=envs
    )
    (folder / "images.yaml").write_text(config)
    (folder / "fn").write_text(program)
    (folder / "fn").chmod(mode)


def codes(folder: Path) -> list[str]:
    return [problem.code for problem in examine(str(folder), {"PATH": "/usr/bin:/bin"}).traps]


def test_no_trap(run: Run, tmp_path: Path) -> None:
    write(tmp_path)
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, codes(tmp_path)) == (0, [])
    assert MIRRORED in built.stdout


def test_environment_entry_with_two_equals_signs_is_dropped(run: Run, tmp_path: Path) -> None:
    write(tmp_path, envs="TO=bWlycm9y=")
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, codes(tmp_path)) == (0, ["env-dropped"])
    assert MIRRORED in built.stdout


def test_path_annotation_hides_every_item(run: Run, tmp_path: Path) -> None:
    write(tmp_path, annotation="config.kubernetes.io/path: sub/images.yaml")
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, codes(tmp_path)) == (0, ["scoped"])
    assert UNTOUCHED in built.stdout


def test_path_annotation_of_a_functions_folder_hides_nothing(run: Run, tmp_path: Path) -> None:
    write(tmp_path, annotation="config.kubernetes.io/path: functions/images.yaml")
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, codes(tmp_path)) == (0, [])
    assert MIRRORED in built.stdout


def test_check_under_transformers_deletes_everything(run: Run, tmp_path: Path) -> None:
    empty = "#!/bin/sh\necho '{kind: ResourceList, items: []}'\n"
    write(tmp_path, program=empty, check_mode="check")
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, built.stdout) == (0, "")
    assert codes(tmp_path) == ["check-deletes"]


def test_any_output_fails_a_validator(run: Run, tmp_path: Path) -> None:
    write(tmp_path, listed="validators", program="#!/bin/sh\nexec cat\n")
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, codes(tmp_path)) == (1, ["transform-validates"])
    assert "validator shouldn't modify the resource map" in built.stderr


def test_generator_sees_its_own_configuration_only(run: Run, tmp_path: Path) -> None:
    write(tmp_path, listed="generators")
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, codes(tmp_path)) == (0, ["as-generator"])
    assert UNTOUCHED in built.stdout


@pytest.mark.parametrize(
    ("program", "mode", "code", "message"),
    [
        pytest.param(ECHO, 0o644, "exec-not-executable", "permission denied", id="exec-bit"),
        pytest.param("exec cat\n", 0o755, "exec-shebang", "exec format error", id="no-shebang"),
        pytest.param(
            "#!/bin/sh\r\ncat\r\n", 0o755, "exec-crlf", "no such file or directory", id="crlf"
        ),
        pytest.param(
            "#!/nowhere/sh\n", 0o755, "exec-interpreter", "no such file or directory", id="absent"
        ),
        pytest.param(
            "#!/usr/bin/env nosuch\n", 0o755, "exec-interpreter", "exit status 127", id="env"
        ),
    ],
)
def test_program_that_does_not_start(
    run: Run, tmp_path: Path, program: str, mode: int, code: str, message: str
) -> None:
    write(tmp_path, program=program, mode=mode)
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, built.stdout, codes(tmp_path)) == (1, "", [code])
    assert message in built.stderr


def test_overlay_images_miss_what_a_base_has_renamed(run: Run, tmp_path: Path) -> None:
    built, found = build_over_base(
        run, tmp_path, "resources: [base]\nimages: [{name: nginx, newTag: '2'}]\n"
    )
    assert MIRRORED in built
    assert found == ["not-outermost"]


def test_resource_beside_a_base_is_never_seen(run: Run, tmp_path: Path) -> None:
    built, found = build_over_base(run, tmp_path, "resources: [base, other.yaml]\n")
    assert MIRRORED in built
    assert UNTOUCHED in built
    assert found == ["not-outermost"]


def build_over_base(run: Run, folder: Path, overlay: str) -> tuple[str, list[str]]:
    base = folder / "base"
    base.mkdir()
    write(base)
    (folder / "README.md").write_text(" ".join(EXEC))
    (folder / "kustomization.yaml").write_text(overlay)
    (folder / "other.yaml").write_text(POD.replace("name: web}\n", "name: other}\n", 1))
    built = run(*EXEC, cwd=folder)
    assert built.returncode == 0
    return built.stdout, codes(folder)


def test_list_without_items_becomes_an_object(run: Run, tmp_path: Path) -> None:
    write(tmp_path, program="#!/bin/sh\necho 'kind: ResourceList'\n")
    built = run(*EXEC, cwd=tmp_path)
    assert (built.returncode, built.stdout) == (0, "kind: ResourceList\nmetadata: {}\n")
    config = MIRRORPIN.format(mode="transform", digests="off")
    for mode in ("transform", "check"):
        empty = f"kind: ResourceList\nitems: []\nfunctionConfig:\n  {indented(config)}"
        answer = run("mirrorpin", cwd=tmp_path, stdin=empty.replace("transform", mode))
        assert answer.returncode == 0
        assert "\nitems: []\n" in answer.stdout


def indented(text: str) -> str:
    return text.replace("\n", "\n  ").rstrip(" ")


SCALARS = ("1e3", "0o14", "08", "y", "n", "12:30:45", "=", "~", "1_000", "0x1F", "2024-01-01")


def test_scalars_that_readers_disagree_on_stay(run: Run, tmp_path: Path) -> None:
    (tmp_path / "images.yaml").write_text(MIRRORPIN.format(mode="transform", digests="off"))
    args = ", ".join((*SCALARS, *(f'"{it}"' for it in SCALARS)))
    pod = POD.replace("image: nginx}", f"image: nginx, args: [{args}]}}")
    piped = run("mirrorpin", "-c", "images.yaml", cwd=tmp_path, stdin=pod)
    assert piped.stdout == pod.replace("image: nginx,", f"image: {NGINX},")
    (tmp_path / "pod.yaml").write_text(pod)
    built = {}
    for listed in ("[]", "[images.yaml]"):
        text = f"resources: [pod.yaml]\ntransformers: {listed}\n"
        (tmp_path / "kustomization.yaml").write_text(text)
        built[listed] = run(*EXEC, cwd=tmp_path)
        assert built[listed].returncode == 0
    bare = built["[]"].stdout
    assert built["[images.yaml]"].stdout == bare.replace("image: nginx\n", f"image: {NGINX}\n")


@pytest.mark.parametrize(
    ("container", "pinned"),
    [
        pytest.param("image: nginx", f"image: {NGINX}@{DIGEST}", id="no-tag"),
        pytest.param("image: nginx:latest", f"image: {NGINX}:latest@{DIGEST}", id="latest"),
        pytest.param(
            "image: nginx, imagePullPolicy: Always",
            f"image: {NGINX}@{DIGEST}, imagePullPolicy: Always",
            id="explicit-policy",
        ),
    ],
)
def test_pinning_makes_up_no_tag(run: Run, tmp_path: Path, container: str, pinned: str) -> None:
    (tmp_path / "images.yaml").write_text(MIRRORPIN.format(mode="transform", digests="lock"))
    lock = f"version: 1\nimages: {{docker.io/library/nginx:latest: {{digest: {DIGEST}}}}}\n"
    (tmp_path / "images.lock.yaml").write_text(lock)
    pod = POD.replace("image: nginx", container)
    piped = run("mirrorpin", "-c", "images.yaml", cwd=tmp_path, stdin=pod)
    assert piped.stdout == pod.replace(container, pinned)

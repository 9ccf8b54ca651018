"""`transform --write` and `transform --output`: files are changed as a whole, all or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.payload import raw
from tests.helpers.runs import pod

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata: {name: images}
spec:
  mirrors: [{source: docker.io, target: m.io/hub}]
  digests: {mode: lock, missing: warn}
  suspects: rewrite
  pullSecrets: {templates: [pull.yaml]}
"""
LOCK = "version: 1\nimages: {}\n"
KUSTOMIZATION = "images: [{name: nginx, newTag: '1'}]\nresources: [web.yaml]\n"
NONE = {
    "mirrorpin.yaml": CONFIG,
    "images.lock.yaml": LOCK,
    "pull.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n",
    "kustomization.yaml": KUSTOMIZATION,
    "other/kustomization.yml": f"kind: Kustomization\n{KUSTOMIZATION}",
    "Chart.yaml": "name: shop\nversion: 1.0.0\n",
    "values.yaml": "image: nginx:1\n",
    "compose.yaml": "services:\n  web: {image: nginx}\n",
    "cases.yaml": "version: 1\ncases: [{image: nginx, error: no-rule}]\n",
    "notes.yaml": "image: nginx\n",
}
POD = pod("nginx")
MIRRORED = pod("m.io/hub/library/nginx")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: manifests, and beside them all that is none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    for name, text in NONE.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG.replace("  pullSecrets", "  # pullSecrets"))
    (tmp_path / "web.yaml").write_text(POD)
    (tmp_path / "other" / "web.yaml").write_text(pod("m.io/hub/a", "nginx"))
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    return {str(it.relative_to(folder)): it.read_text() for it in sorted(folder.rglob("*.y*ml"))}


class TestWrite:
    def test_changes_every_manifest_of_a_folder_and_nothing_else(self, folder: Path) -> None:
        before = texts(folder)
        ran = command("transform", "--write", ".")
        assert (ran.code, ran.stdout) == (0, b"")
        assert ran.stderr[-3:] == [
            "./web.yaml: changed",
            "2 files of 3 changed",
            "3 images: 2 rewritten, 1 kept, 0 left alone; 0 pull secret lists extended",
        ]
        after = texts(folder)
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"web.yaml", "other/web.yaml"}
        assert after["web.yaml"] == MIRRORED

    def test_twice_is_once(self, folder: Path) -> None:
        command("transform", "-q", "--write", ".")
        before = {it: it.stat().st_ino for it in folder.rglob("*.yaml")}
        ran = command("transform", "--write", ".")
        assert ran.stderr[-1].startswith("3 images: 0 rewritten")
        assert not any("changed" in line for line in ran.stderr)
        assert {it: it.stat().st_ino for it in folder.rglob("*.yaml")} == before

    def test_is_silent_when_quiet(self, folder: Path) -> None:
        assert command("--write", "-q", "web.yaml") == Ran(code=0, stdout=b"", stderr=[])
        assert (folder / "web.yaml").read_text() == MIRRORED

    def test_changes_nothing_where_one_image_fails(self, folder: Path) -> None:
        (folder / "zz.yaml").write_text(pod("quay.io/a"))
        before = texts(folder)
        ran = command("--write", ".")
        assert (ran.code, ran.stderr[-1]) == (1, "nothing was written: 1 error, 4 images")
        assert texts(folder) == before

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            (
                "kustomization.yaml",
                ["kustomization.yaml: error: a kustomization is not a manifest, expected what it "
                 "renders (unrendered)",
                 "  hint: kustomize build . | mirrorpin transform"],
            ),
            (
                "mirrorpin.yaml",
                ["mirrorpin.yaml: error: no manifest to change: it is the configuration, the lock "
                 "or a template (no-manifests)",
                 "  hint: leave it out, or pass by what is not a manifest with --allow-empty"],
            ),
            (
                "images.lock.yaml",
                ["images.lock.yaml: error: no manifest to change: it is the configuration, the "
                 "lock or a template (no-manifests)",
                 "  hint: leave it out, or pass by what is not a manifest with --allow-empty"],
            ),
            (
                "notes.yaml",
                ["notes.yaml: error: no manifest to change: it holds no Kubernetes object "
                 "(no-manifests)",
                 "  hint: leave it out, or pass by what is not a manifest with --allow-empty"],
            ),
        ],
    )  # fmt: skip
    def test_refuses_what_is_named_and_no_manifest(
        self, folder: Path, name: str, said: list[str]
    ) -> None:
        before = texts(folder)
        ran = command("--write", "web.yaml", name)
        assert (ran.code, ran.stderr) == (1, said)
        assert texts(folder) == before
        assert command("--write", "--allow-empty", "-q", "web.yaml", name).code == 0
        assert texts(folder) == {**before, "web.yaml": MIRRORED}

    def test_leaves_a_template_of_the_configuration_alone(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(CONFIG)
        assert command("--write", "pull.yaml").code == 1

    def test_names_all_that_it_refuses(self) -> None:
        ran = command("--write", "notes.yaml", "values.yaml")
        assert sum("error:" in line for line in ran.stderr) == 2

    def test_refuses_folders_without_a_manifest(self, folder: Path) -> None:
        (folder / "other" / "web.yaml").unlink()
        before = texts(folder)
        ran = command("--write", "other")
        assert (ran.code, ran.stdout) == (1, b"")
        assert ran.stderr == [
            "other/kustomization.yml: error: a kustomization is not a manifest, expected what it "
            "renders (unrendered)",
            "  hint: kustomize build other | mirrorpin transform",
        ]
        assert texts(folder) == before
        assert command("--write", "--allow-empty", "other").code == 0

    def test_keeps_a_link_and_changes_a_file_once(self, folder: Path) -> None:
        (folder / "link.yaml").symlink_to("web.yaml")
        ran = command("--write", "link.yaml", "web.yaml", ".")
        assert ran.stderr[-2] == "2 files of 3 changed"
        assert (folder / "link.yaml").is_symlink()
        assert (folder / "web.yaml").read_text() == MIRRORED

    @pytest.mark.parametrize("argv", [[], ["-"], ["web.yaml", "-"]])
    def test_must_have_files(self, argv: list[str]) -> None:
        assert command("--write", *argv, stdin=POD).stderr == [
            "error: `--write` is used alone: expected files or folders (usage)",
            "  hint: mirrorpin transform --write manifests/",
        ]

    def test_is_not_for_a_configuration_that_checks(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{CONFIG}  mode: check\n")
        assert command("--write", "web.yaml").stderr == [
            "error: `--write` is used with `mode: check`, which writes nothing (usage)"
        ]

    @pytest.mark.parametrize("option", ["-i", "--in-place", "--inplace"])
    def test_is_found_by_other_names(self, option: str) -> None:
        assert command(option, "web.yaml").stderr == [
            f'error: "{option}" is not an option (usage)',
            "  hint: did you mean --write?",
        ]

    def test_says_odd_names_escaped(self, folder: Path) -> None:
        name = "::error::a\x1b[31m\n##[error]b.yaml"
        (folder / name).write_text(POD)
        ran = command("--write", name)
        assert ran.code == 0
        assert raw("\n".join(ran.stderr)) == []
        assert (folder / name).read_text() == MIRRORED


class TestOutput:
    def test_is_written_in_place_of_stdout(self, folder: Path) -> None:
        ran = command("-o", "out", "web.yaml")
        assert (ran.code, ran.stdout) == (0, b"")
        assert (folder / "out").read_text() == MIRRORED

    def test_is_stdout_where_it_is_a_dash(self, folder: Path) -> None:
        ran = command("-q", "--output", "-", "web.yaml")
        assert (ran.code, ran.stdout.decode()) == (0, MIRRORED)
        assert not (folder / "-").exists()

    def test_may_be_an_input_and_keeps_its_mode(self, folder: Path) -> None:
        (folder / "web.yaml").chmod(0o640)
        assert command("--output=web.yaml", "web.yaml").code == 0
        assert (folder / "web.yaml").read_text() == MIRRORED
        assert (folder / "web.yaml").stat().st_mode & 0o7777 == 0o640

    def test_stays_as_it_is_where_an_image_fails(self, folder: Path) -> None:
        (folder / "out").write_text("old")
        assert command("-o", "out", stdin=pod("quay.io/a")).code == 1
        assert (folder / "out").read_text() == "old"

    def test_is_several_inputs_as_one_stream(self, folder: Path) -> None:
        command("-o", "out", "web.yaml", "web.yaml")
        assert (folder / "out").read_text() == f"{MIRRORED}---\n{MIRRORED}"

    def test_that_cannot_be_written_is_an_error(self) -> None:
        ran = command("-o", "none/out", "web.yaml")
        assert ran.code == 2
        assert ran.stderr[-1].endswith(
            "none/out: error: file cannot be written: No such file or directory (unwritable)"
        )

    def test_is_not_for_files_that_are_changed_themselves(self) -> None:
        assert command("--write", "-o", "x", "web.yaml").stderr == [
            "error: `--write` and `--output` are both given: expected one of them (usage)"
        ]


def test_a_pipe_is_no_file_to_change(folder: Path) -> None:
    os.mkfifo(folder / "late.yaml")
    ran = command("--write", "web.yaml", "late.yaml")
    assert ran.code == 2
    assert "late.yaml: error: file cannot be read" in ran.stderr[0]
    assert (folder / "web.yaml").read_text() == POD

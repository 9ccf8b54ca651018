"""Where a repository begins, and the configuration that is found on the way up to there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from transformer.cli.upwards import find_config, root_of

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec: {mirrors: [{source: docker.io, target: m.io/hub}]}
"""
POD = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: nginx:1}]}\n"
MIRRORED = POD.replace("nginx", "m.io/hub/library/nginx")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, two folders deep in a repository."""
    deep = tmp_path / "repository/apps/web"
    deep.mkdir(parents=True)
    (tmp_path / "repository/.git").mkdir()
    monkeypatch.chdir(deep)
    return tmp_path / "repository"


class TestRoot:
    def test_is_where_the_repository_begins(self, folder: Path) -> None:
        assert root_of(".") == root_of("../..") == str(folder)

    def test_of_a_worktree_is_marked_by_a_file(self, folder: Path) -> None:
        Path(".git").write_text("gitdir: elsewhere\n")
        assert root_of(".") == str(folder / "apps/web")

    def test_outside_of_any_repository_is_the_folder(self, folder: Path) -> None:
        (folder / ".git").rmdir()
        assert root_of(".") == str(folder / "apps/web")

    def test_that_is_given_counts_instead(self, folder: Path) -> None:
        assert root_of(".", "..") == str(folder / "apps")
        assert root_of(".", "../../..") == str(folder.parent)

    @pytest.mark.parametrize("given", ["../../other", "../we", "gone"])
    def test_that_is_given_elsewhere_is_none(self, folder: Path, given: str) -> None:
        assert root_of(".", given) == str(folder / "apps/web")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    def test_of_somebody_else_is_none(self, folder: Path) -> None:
        os.chown(folder / ".git", 4242, -1)
        assert root_of(".") == str(folder / "apps/web")
        os.chown(folder / ".git", os.getuid(), -1)
        os.chown(folder / "apps", 4242, -1)
        assert root_of(".") == str(folder / "apps/web")

    def test_of_a_folder_that_is_gone(self) -> None:
        assert root_of("gone") == os.path.abspath("gone")


class TestConfiguration:
    def test_of_the_working_directory_comes_first(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(CONFIG)
        Path("mirrorpin.yaml").write_text(CONFIG)
        assert find_config() == "mirrorpin.yaml"

    def test_is_the_nearest(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(CONFIG)
        assert find_config() == "../../mirrorpin.yaml"
        (folder / "apps/mirrorpin.yaml").write_text(CONFIG)
        assert find_config() == "../mirrorpin.yaml"
        assert find_config("../..") == "../mirrorpin.yaml"

    def test_is_not_looked_for_above_the_root(self, folder: Path) -> None:
        (folder.parent / "mirrorpin.yaml").write_text(CONFIG)
        assert find_config() == ""
        assert find_config("../../..") == "../../../mirrorpin.yaml"
        (folder / "mirrorpin.yaml").write_text(CONFIG)
        assert find_config("..") == ""

    def test_outside_of_any_repository_is_beside_us(self, folder: Path) -> None:
        (folder / ".git").rmdir()
        (folder / "mirrorpin.yaml").write_text(CONFIG)
        assert find_config() == ""

    def test_that_leads_nowhere_is_found_and_said(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").symlink_to("gone")
        assert command(stdin=POD) == Ran(
            code=2,
            stdout=b"",
            stderr=[
                "../../mirrorpin.yaml: error: file cannot be read: No such file or directory "
                "(unreadable)"
            ],
        )

    def test_is_none_where_the_working_directory_is_gone(self, folder: Path) -> None:
        (folder / "apps/web").rmdir()
        assert find_config() == ""

    def test_is_used(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(CONFIG)
        assert command("-q", stdin=POD) == Ran(code=0, stdout=MIRRORED.encode())
        assert command("-q", "--root=..", stdin=POD).code == 2
        assert command("-q", stdin=POD, environment={"MIRRORPIN_ROOT": ".."}).code == 2

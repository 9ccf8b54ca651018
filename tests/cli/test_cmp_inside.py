"""The border of a repository: where it is, and that nothing which is accepted lies beyond it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
from hypothesis import strategies

from transformer.cli.cmp.inside import Repository, What, repository
from transformer.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "apps" / "web"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("apps/web", 2), ("./apps//web/", 2), ("apps/x/../web", 2), ("web", 1), (".", 0), ("", 0),
        # What does not fit widens nothing.
        ("b", 0), ("pps/web", 0), ("..", 0), ("/apps/web", 0), ("x/apps/web", 0),
    ],
)  # fmt: skip
def test_root_is_what_is_above_the_path(folder: Path, path: str, above: int) -> None:
    root = str([folder, *folder.parents][above])
    found = repository({"ARGOCD_APP_SOURCE_PATH": path})
    assert found == Repository(root=root, folder=str(folder))


def test_root_without_a_path(folder: Path) -> None:
    assert repository({}) == Repository(root=str(folder), folder=str(folder))


def test_root_is_never_that_of_the_system(folder: Path) -> None:
    found = repository({"ARGOCD_APP_SOURCE_PATH": str(folder)[1:]})
    assert found.root == str(folder)


def test_link_on_the_way_to_the_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "linked").symlink_to(folder.parent)
    monkeypatch.chdir(tmp_path / "linked" / "web")
    found = repository({"ARGOCD_APP_SOURCE_PATH": "linked/web"})
    assert found == Repository(root=str(folder), folder=str(folder))


KINDS: list[What] = ["file", "folder"]
NAMES = ("a", "b", ",", "http:", "-o", "..", ".", "", "file:", "v.yaml,", "l", "up", "out", "abs")
TEXTS = strategies.one_of(
    strategies.lists(strategies.sampled_from(NAMES), min_size=1, max_size=6).map("/".join),
    strategies.text(max_size=20),
)
TARGETS = strategies.lists(strategies.sampled_from(NAMES), min_size=1, max_size=5).map("/".join)


@pytest.fixture(scope="module")
def outside() -> Iterator[Path]:
    with TemporaryDirectory() as scratch:
        path = Path(os.path.realpath(scratch))
        (path / "tenant").mkdir()
        (path / "tenant/a").write_text("hunter2")
        yield path


@pytest.mark.slow
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(
    texts=strategies.lists(TEXTS, min_size=1, max_size=8),
    links=strategies.dictionaries(strategies.sampled_from(NAMES[-4:]), TARGETS),
    kind=strategies.sampled_from(KINDS),
)
def test_what_is_accepted_is_inside(
    outside: Path, texts: list[str], links: dict[str, str], kind: What
) -> None:
    with TemporaryDirectory(dir=outside) as root:
        folder = Path(root, "apps")
        for name in ("a", "b", "v.yaml,", "http:", "file:"):
            (folder / name).mkdir(parents=True)
            (folder / name / "a").touch()
        for name, target in links.items():
            beyond = f"{outside}/tenant/{target}"
            (folder / name).symlink_to(beyond if name == "abs" else target or ".")
        inside = Repository(root=root, folder=str(folder))
        for text in texts:
            check(inside, text, kind)


def check(inside: Repository, text: str, kind: What) -> None:
    try:
        real = inside.resolved("it", text, kind)
    except UsageError as error:
        [problem] = error.problems
        assert problem.code in ("outside", "missing-file", "wrong-type")
        assert "hunter2" not in str(problem)
        return
    assert f"{real}/".startswith(f"{inside.root}/")
    assert os.path.isfile(real) if kind == "file" else os.path.isdir(real)
    assert system_path(real) == real
    assert system_path(os.path.join(inside.folder, text)) in (real, "")


def system_path(path: str) -> str:
    """What the system takes a path for; nothing for `nowhere/..`, and a file with a slash."""
    try:
        descriptor = os.open(path, os.O_PATH)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)

"""What is published: its readme, its files, and one version in all that names one."""

from __future__ import annotations

import email
import re
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import transformer
from tests.helpers.shared import ROOT
from tools.package import absolute, build

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HOME = PROJECT["urls"]["Homepage"]
CONTAINERFILES = sorted(
    it
    for folder in ROOT.iterdir()
    if folder.is_dir() and folder.name not in (".venv", "dist")
    for it in folder.rglob("Containerfile*")
)
# What names a release of the program, for people to copy.
NAMED = re.compile(r"(?:mirrorpin(?:-cmp)?(?:==|:|@v)|rev: v|renovate#v)(\d+\.\d+\.\d+)")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist and the wheel."""
    source, wheel = build(tmp_path_factory.mktemp("dist"))
    return source, wheel


def test_readme_has_links_that_lead_somewhere_from_elsewhere(built: tuple[Path, Path]) -> None:
    _, wheel = built
    with zipfile.ZipFile(wheel) as archive:
        [name] = (it for it in archive.namelist() if it.endswith("/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    text = str(metadata.get_payload())
    assert metadata["Description-Content-Type"] == "text/markdown"
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 20
    assert [it for it in links if not it.startswith(("https://", "#"))] == []
    assert set(metadata.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    assert all(it.split(", ")[1].startswith(HOME) for it in metadata.get_all("Project-URL", []))


@pytest.mark.parametrize(
    ("link", "becomes"),
    [
        ("[a](docs/tutorial.md)", f"[a]({HOME}/docs/tutorial.html)"),
        ("[a](docs/reference/messages.md#x)", f"[a]({HOME}/docs/reference/messages.html#x)"),
        ("[a](examples/ci)", f"[a]({HOME}/examples/ci/index.html)"),
        ("[a](examples/ci/README.md)", f"[a]({HOME}/examples/ci/index.html)"),
        ("[a](action.yml)", f"[a]({HOME}/action.yml)"),
        ("[a](#use) [b](https://x.io/a.md)", "[a](#use) [b](https://x.io/a.md)"),
    ],
)
def test_links(link: str, becomes: str) -> None:
    assert absolute(link, HOME) == becomes


def test_source_has_docs_and_tests(built: tuple[Path, Path]) -> None:
    source, _ = built
    with tarfile.open(source) as archive:
        names = {it.partition("/")[2] for it in archive.getnames()}
    wanted = ("docs/tutorial.md", "tests/tools/test_package.py", "action.yml", "Makefile")
    assert names >= set(wanted)


def test_extras_are_for_users_alone() -> None:
    assert not set(PROJECT["optional-dependencies"]) & {"dev", "e2e", "docs", "test"}


def test_classifiers_name_each_python_that_ci_knows() -> None:
    [known] = re.findall(r"for version in ([\d. ]+); do", (ROOT / ".ci/run").read_text())
    prefix = "Programming Language :: Python :: "
    classified = [it.removeprefix(prefix) for it in PROJECT["classifiers"] if prefix in it]
    assert classified == ["3 :: Only", *known.split()]


def test_version_is_the_same_wherever_it_is_named() -> None:
    assert "version" in PROJECT["dynamic"]
    texts = [
        (it, it.read_text())
        for folder in ("examples", "kustomize-plugin", "packaging")
        for it in (ROOT / folder).rglob("*")
        if it.is_file() and it.suffix in (".md", ".yaml", ".yml", ".json", "", ".cmp")
    ]
    found = {(str(path), version) for path, text in texts for version in NAMED.findall(text)}
    assert len(found) > 5
    assert {version for _, version in found} == {transformer.__version__}
    plugins = (*ROOT.glob("**/helm/plugin.yaml"), *ROOT.glob("**/helm/mirrorpin/plugin.yaml"))
    for plugin in plugins:
        said = re.search(r"(?m)^version: (.*)$", plugin.read_text())
        assert said is None or said[1] == transformer.__version__


@pytest.mark.parametrize("path", CONTAINERFILES, ids=lambda it: str(it.relative_to(ROOT)))
def test_every_base_image_is_an_argument(path: Path) -> None:
    text = path.read_text()
    stages = re.findall(r"(?m)^FROM \S+ AS (\S+)$", text)
    for base in re.findall(r"(?m)^FROM (\S+)", text):
        name = base.strip("${}")
        assert base in ("scratch", *stages) or f"ARG {name}=" in text.partition("FROM")[0]

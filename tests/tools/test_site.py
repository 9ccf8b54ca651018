"""What the site is built from: every page has its place in it, and every link leads to a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helpers.pages import anchors
from tests.helpers.shared import ROOT
from tools import site

LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
# Tags name what only mkdocs has; here they are text like everything else.
SETTINGS: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(), yaml.BaseLoader)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "old.md").write_text("of a run before")
    site.stage(folder)
    return folder


def in_menu(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        for it in entry.values() if isinstance(entry, dict) else [entry]:
            yield from in_menu(it) if isinstance(it, list) else [it]


def test_every_page_is_in_the_menu_once() -> None:
    shown = sorted(in_menu(SETTINGS["nav"]))
    pages = sorted(str(it) for it in site.pages() if it.suffix == ".md")
    assert shown == pages, "name the page in `nav` of mkdocs.yml"


def test_the_theme_fetches_no_fonts() -> None:
    assert SETTINGS["theme"]["font"] == "false"
    assert (ROOT / SETTINGS["extra_css"][0]).is_file()
    assert "url(" not in (ROOT / SETTINGS["extra_css"][0]).read_text()


def test_every_link_leads_to_a_file_and_a_heading(pages: Path) -> None:
    lost = []
    for page in pages.rglob("*.md"):
        for path, anchor in LINK.findall(re.sub(r"(?ms)^```.*?^```$", "", page.read_text())):
            target = page.parent / path if path else page
            written = ROOT / target.resolve().relative_to(pages)
            if not target.is_file() or (anchor and anchor not in anchors(written)):
                lost.append((page.relative_to(pages), path, anchor))
    assert lost == []


def test_nothing_of_an_earlier_run_is_left(pages: Path) -> None:
    assert not (pages / "old.md").exists()


def test_nothing_that_only_tests_read_is_shown(pages: Path) -> None:
    text = (pages / "docs" / "tutorial.md").read_text()
    assert "<!--" not in text
    assert '```yaml title="web.yaml"\n' in text


def test_a_folder_without_a_page_gets_a_list(pages: Path) -> None:
    listed = (pages / "examples" / "shop" / "README.md").read_text()
    assert listed.startswith("# examples/shop\n\n- [images.lock.yaml](images.lock.yaml)\n")
    assert (pages / "examples" / "shop" / "manifests.yaml").is_file()


@pytest.mark.parametrize(
    ("text", "fetched"),
    [
        pytest.param(
            '<script src="https://a.example/b.js">', ["https://a.example/b.js"], id="script"
        ),
        pytest.param(
            '<link rel="stylesheet" href="//a.example/b.css">', ["//a.example/b.css"], id="style"
        ),
        pytest.param('<link rel="canonical" href="https://a.example/">', [], id="named only"),
        pytest.param(
            '<img src="docs/a.svg"><a href="https://a.example/">', [], id="own, and a link"
        ),
    ],
)
def test_what_a_page_fetches_from_elsewhere(
    text: str, fetched: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert site.foreign(text) == fetched
    page = tmp_path / "index.html"
    page.write_text(text)
    assert site.check(tmp_path) == int(bool(fetched))
    assert capsys.readouterr().err == "".join(f"{page}: fetches {it}\n" for it in fetched)

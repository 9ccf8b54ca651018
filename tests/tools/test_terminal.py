"""Each picture of a terminal says what is printed now."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from tests.helpers.pages import PAGES
from tests.helpers.shared import ROOT
from tools.terminal import RUNS, described

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = ROOT / "docs" / "pictures"


@pytest.mark.parametrize("name", RUNS)
def test_a_picture_shows_what_is_printed(name: str) -> None:
    picture = ElementTree.parse(PICTURES / f"{name}.svg")
    assert picture.findtext(f"{SVG}desc") == described(RUNS[name]), "run `make pictures`"


def test_every_picture_is_of_a_run_and_on_a_page() -> None:
    assert {it.stem for it in PICTURES.iterdir()} == set(RUNS)
    shown = [
        name for page in PAGES for name in re.findall(r"pictures/(\w+)\.svg", page.read_text())
    ]
    assert set(shown) == set(RUNS)


@pytest.mark.parametrize("name", RUNS)
def test_a_picture_fetches_nothing(name: str) -> None:
    addresses = re.findall(r"https?://[^\s\"']*", (PICTURES / f"{name}.svg").read_text())
    assert set(addresses) == {"http://www.w3.org/2000/svg"}

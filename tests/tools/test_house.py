"""The page about the house says what the code is."""

from __future__ import annotations

import re

import pytest

from tests.helpers.shared import ROOT
from tests.test_architecture import ROOMS
from tools.house import PACKAGE, drawing

PAGE = ROOT / "docs" / "architecture.md"
NAMES = [room for room in ROOMS if room not in ("", "__main__")]
NAMED = sorted(set(re.findall(r"`([a-z_]+/[a-z_/]*|[a-z]+\.py)`", PAGE.read_text())))


def test_the_picture_is_drawn_from_the_code() -> None:
    worldly = [room for room, touches in ROOMS.items() if touches]
    drawn = drawing(NAMES, worldly)
    assert (ROOT / "docs" / "architecture.svg").read_text() == drawn, "run `make drawing`"


@pytest.mark.parametrize("name", [it for it in NAMED if it != "tests/" and "fixtures" not in it])
def test_what_the_page_names_is_there(name: str) -> None:
    place = PACKAGE / name
    assert place.is_dir() or place.is_file() or place.with_suffix(".py").is_file()


def test_every_room_is_on_the_page() -> None:
    text = PAGE.read_text()
    told = {name for name in NAMES if f"`{name}/" in text or f"`{name}.py`" in text}
    assert set(NAMES) - told <= {"errors", "messages"}

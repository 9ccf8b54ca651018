"""The picture of the concepts is the one that is drawn, and every arrow has its words."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from tests.helpers.shared import ROOT
from tools.concepts import ARROWS, BOXES, drawing

SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_is_drawn_by_the_script() -> None:
    assert (ROOT / "docs" / "concepts.svg").read_text() == drawing(), "run `make drawing`"


def test_arrows_lead_from_box_to_box() -> None:
    names = [box.name for box in BOXES]
    assert {name for arrow in ARROWS for name in (arrow.start, arrow.end)} == set(names)
    assert len(set(names)) == len(names)


def test_boxes_do_not_cover_each_other() -> None:
    assert len({(box.left, box.top) for box in BOXES}) == len(BOXES)


def test_it_reads_as_text() -> None:
    words = ElementTree.fromstring(drawing()).findtext(f"{SVG}desc") or ""
    assert words.split("; ") == [f"{it.start} to {it.end}: {it.says}" for it in ARROWS]

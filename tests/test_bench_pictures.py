"""The page of benchmarks shows what was measured."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

from bench import instructions, pictures
from bench.growth import APPS, FIGURES

MEASURED = json.loads(FIGURES.read_text())


def test_every_size_was_measured_in_both_forms() -> None:
    found = [(it["apps"], it["form"]) for it in MEASURED["growth"]]
    sizes = [apps for apps in APPS if (apps, "stream") in found]
    assert found == [(apps, form) for apps in sizes for form in ("stream", "ResourceList")]
    assert pictures.APPS in sizes


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_the_pictures_are_those_of_the_figures(name: str) -> None:
    text = (pictures.DOCS / name).read_text()
    assert text == pictures.PICTURES[name](MEASURED)
    said = [it.text for it in ElementTree.fromstring(text).iter() if it.tag.endswith("text")]
    assert said


def test_every_peer_is_in_the_picture() -> None:
    text = pictures.bars(MEASURED)
    assert all(it["name"] in text for it in MEASURED["peers"])


def test_the_page_has_the_table_of_the_figures() -> None:
    text = pictures.PAGE.read_text()
    assert pictures.page(text, MEASURED) == text
    assert all(f"]({name})" in text for name in pictures.PICTURES)


def test_instructions_are_compared_where_they_can_be() -> None:
    recorded = json.loads(instructions.RECORD.read_text())
    names = set(instructions.inputs())
    assert all(set(it) == names for it in recorded.values())
    assert instructions.why_not({}) in (
        "valgrind is not installed",
        f"no ratios are recorded for Python {instructions.PYTHON}: "
        "python -m bench.instructions --record",
    )

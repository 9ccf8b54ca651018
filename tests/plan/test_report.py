"""A plan as a bill of materials and as a page."""

from __future__ import annotations

import json

import pytest

from tests.helpers.payload import raw
from transformer.config.mirrors import Rule
from transformer.errors import Position
from transformer.image.reference import normalize
from transformer.plan.copies import Copy
from transformer.plan.formats import FORMATS, grouped

A, B = ("sha256:" + letter * 64 for letter in "ab")
PLACE = Position(file="a|<script>.yaml", line=3, column=5)


def copy(source: str, digest: str = "", **facts: object) -> Copy:
    target = f"m.io/{source.partition('/')[2]}"
    rule = Rule(index=0, position=PLACE, source="docker.io", target="m.io")
    reference = normalize(f"{source}@{digest}" if digest else source)
    given: dict[str, object] = {"places": (PLACE,), **facts}
    return Copy(source=reference, target=normalize(target), rule=rule, **given)  # type: ignore[arg-type]


EVERY = (
    copy("docker.io/library/nginx:1", A, platforms=("linux/amd64",)),
    copy("quay.io/a/b:2"),
    copy("docker.io/library/nginx:sig", B, subject=A, places=()),
)


def written(name: str, *copies: Copy) -> str:
    return FORMATS[name](grouped(copies, ""), frozenset())


@pytest.mark.parametrize(("name", "key"), [("cyclonedx", "components"), ("spdx", "packages")])
def test_a_bill_has_the_names_at_the_mirrors(name: str, key: str) -> None:
    text = written(name, *EVERY)
    assert sorted(it["name"] for it in json.loads(text)[key]) == [
        "m.io/a/b",
        "m.io/library/nginx",
        "m.io/library/nginx",
    ]
    assert raw(text) == []
    assert A in text


def test_a_page_says_what_goes_where() -> None:
    text = written("html", *EVERY)
    assert text.count("<script>") == 1
    assert "3 images for 1 mirror" in text
    assert "linux/amd64</td>" in text
    assert f"belongs to {A}" in text
    assert 'class="warned"><b>1</b> <span>by their tag alone' in text


def test_a_page_of_what_is_locked_warns_of_nothing() -> None:
    text = written("html", EVERY[0])
    assert 'class="left"><b>0</b> <span>by their tag alone' in text
    assert "warned</label>" not in text

"""What is exported and imported again says the same of every image."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.export.test_nodes import IMAGES, drawn_export
from tests.helpers.nodes import pulled
from transformer.config.imports.mapped import Text
from transformer.config.imports.read import joined, read_rules
from transformer.config.mirrors import RenameFault
from transformer.export.formats import NODES
from transformer.image.reference import Reference


@pytest.mark.parametrize("name", NODES)
@given(data=st.data(), images=st.lists(IMAGES, min_size=1, max_size=6))
def test_says_the_same(name: str, data: st.DataObject, images: list[Reference]) -> None:
    drawn = drawn_export(name, data)
    if drawn is None:
        return
    settings, made = drawn
    texts = [
        Text(
            name=file.path,
            folder=file.path.rpartition("/")[0],
            base=file.path.rpartition("/")[2],
            text=file.text or ("" if file.path.endswith(".conf") else "mirrors: {}"),
            accept=frozenset(["digests-only"]),
        )
        for file in made.files
    ]
    again = joined((), read_rules(texts))
    for image in images:
        try:
            wanted = pulled(settings.rules, image)
        except RenameFault:
            continue
        if name == "icsp" and len(wanted) > 1 and wanted[-1] != image.name:
            # Behind several mirrors the source is asked, which `--fallback` allowed.
            wanted.append(image.name)
        assert pulled(again, image) == wanted, image

"""Where in the file a character of a string's document stands."""

from __future__ import annotations

import pytest

from tests.helpers.placed import at, said
from tests.helpers.searching import UNKNOWN, search

FIELDS = at("spec.doc", form="document", inside=(at("image"),))


@pytest.mark.parametrize(
    ("written", "place"),
    [
        pytest.param("|\n    # é\n    image: x\n", (7, 12), id="literal"),
        pytest.param(">\n    # é\n\n    image: x\n", (8, 12), id="folded"),
        pytest.param('"# \\u00e9\\nimage: x"', (4, 31), id="double quotes"),
        pytest.param("'# é\n\n    image: x'", (6, 12), id="single quotes, folded"),
        # Its line breaks are no others': where the string begins is near enough.
        pytest.param("'# \u2028image: x'", (4, 13), id="a line break of YAML 1.1"),
    ],
)
def test_a_character_of_the_text_has_a_place_in_the_file(
    written: str, place: tuple[int, int]
) -> None:
    text = f"spec:\n  doc: {written}" if written[0] in "|>" else f"spec: {{doc: {written}}}"
    (inner,) = search(UNKNOWN.format(text), fields=(FIELDS,)).inner
    position = inner.position(inner.text.rindex("x"))
    assert (position.line, position.column) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("spec:\n  doc: |\n    a: b\n    image: [\n", "8:1", id="literal"),
        pytest.param('spec: {doc: "a: b\\nimage: ]"}\n', "4:27", id="double quotes"),
    ],
)
def test_what_is_no_yaml_is_said_where_it_stands(text: str, place: str) -> None:
    (message,) = said(text, FIELDS)
    assert message.startswith(f"in.yaml:{place}: error: is not YAML: ")


def test_what_is_wrong_inside_is_said_where_it_stands() -> None:
    (message,) = said("spec:\n  doc: |\n    a: b\n    image: []\n", FIELDS)
    assert message.startswith(
        "in.yaml:7:12: error: field `image` is not a string (wrong-type)\n  hint: "
    )

from __future__ import annotations

from tests.helpers.pages import MESSAGES, messages
from tools.printed import expected, page


def test_the_page_has_what_tests_expect() -> None:
    assert MESSAGES.read_text() == page(MESSAGES.read_text()), "run `make codes`"


def test_most_codes_are_there_as_they_are_printed() -> None:
    printed = expected()
    known = {it.code for it in messages()}
    assert len(known & printed.keys()) > len(known) * 2 / 3
    assert printed["no-rule"] == 'error: no rule covers "quay.io/a:1" (quay.io/a) (no-rule)'


def test_what_is_out_of_date_is_replaced() -> None:
    text = "### `no-rule`\n\n*error:* a.\n\n**Do:** b.\n\n```text\nold\n```\n\n## Next\n"
    new = text.replace("old", expected()["no-rule"])
    assert page(text) == page(page(text)) == new
    assert page("### `x-y`\n\n*error:* a.\n") == "### `x-y`\n\n*error:* a.\n"

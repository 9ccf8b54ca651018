"""What each code means and what to do, as `meanings.tsv` has it.

`make codes` makes it of the page of messages, which says it to people.
"""

from __future__ import annotations

from collections.abc import Mapping

from transformer.records import record

PAGE = "https://mirrorpin.dev/docs/reference/messages.html"


@record
class Meaning:
    """What a code means, and its remedy, '' for none: a sentence each, without marks of links."""

    meaning: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.meaning} {self.remedy}".rstrip()


def meanings() -> Mapping[str, Meaning]:
    """The meaning of every code that messages have."""
    import pkgutil

    data = pkgutil.get_data(__name__, "meanings.tsv")
    assert data is not None
    rows = (line.split("\t") for line in data.decode().splitlines())
    return {code: Meaning(meaning=meaning, remedy=remedy) for code, meaning, remedy in rows}


def address(code: str) -> str:
    """Where the page of messages says what a code means."""
    return f"{PAGE}#{code}"

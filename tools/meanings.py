"""`python -m tools.meanings FILE` writes what each code means, from the page of messages."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def write(file: Path) -> None:
    """Write a line for each code, sorted: the code, what it means, and what to do, or nothing."""
    from tests.helpers.pages import messages

    rows = sorted((it.code, _sentence(it.meaning), _sentence(it.remedy)) for it in messages())
    file.write_text("".join("\t".join(row) + "\n" for row in rows))


def _sentence(text: str) -> str:
    # No program follows a link of the page: what it is put on is left.
    plain = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)
    return plain[:1].upper() + plain[1:]


if __name__ == "__main__":
    write(Path(sys.argv[1]))

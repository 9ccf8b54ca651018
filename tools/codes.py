"""`python -m tools.codes FILE` writes the codes of all messages, found where they are given."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "transformer"


def write(file: Path) -> None:
    """Write the codes of the package, sorted, one a line."""
    from tests.helpers.emitted_codes import emitted_codes

    file.write_text("".join(f"{code}\n" for code in sorted(emitted_codes(PACKAGE))))


if __name__ == "__main__":
    write(Path(sys.argv[1]))

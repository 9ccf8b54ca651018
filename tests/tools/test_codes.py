from __future__ import annotations

from pathlib import Path

from tools.codes import write
from transformer.config.codes import codes


def test_are_those_of_the_source(tmp_path: Path) -> None:
    write(tmp_path / "codes.txt")
    assert codes() == (tmp_path / "codes.txt").read_text().split()

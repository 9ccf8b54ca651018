from __future__ import annotations

from pathlib import Path

from tests.helpers.pages import MESSAGES
from tests.helpers.shared import ROOT
from tools.meanings import write
from transformer.config.codes import codes
from transformer.report.formats.sarif import HOME
from transformer.report.meanings import PAGE, address, meanings


def test_are_those_of_the_page(tmp_path: Path) -> None:
    write(tmp_path / "meanings.tsv")
    kept = ROOT / "transformer" / "report" / "meanings.tsv"
    assert kept.read_text() == (tmp_path / "meanings.tsv").read_text()


def test_every_code_has_one_sentence_or_two() -> None:
    known = meanings()
    assert list(known) == codes()
    for code, it in known.items():
        assert not it.meaning[0].islower(), code
        assert it.meaning.endswith("."), code
        assert "](" not in str(it), code
    assert str(known["no-rule"]) == f"{known['no-rule'].meaning} Add a rule."
    assert str(known["json"]) == known["json"].meaning


def test_the_page_is_one_of_the_project() -> None:
    assert f'Homepage = "{HOME}"' in (ROOT / "pyproject.toml").read_text()
    page = MESSAGES.relative_to(ROOT).with_suffix(".html")
    assert f"{HOME}/{page}" == PAGE
    assert address("no-rule") == f"{PAGE}#no-rule"

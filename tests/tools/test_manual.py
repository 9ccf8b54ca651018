"""The pages for man say all that the commands declare; `make e2e` has groff read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.manual import escaped, pages, write
from transformer.cli.table import GROUPS, NAMES, command


def test_the_page_of_the_whole_has_every_command_below_its_group() -> None:
    lines = pages()["mirrorpin"].splitlines()
    wanted = [
        line
        for title, names in GROUPS.items()
        for line in (f".SS {title}", *(f".BR mirrorpin\\-{name} (1)" for name in names))
    ]
    assert [line for line in lines if line.startswith((".SS", ".BR"))] == wanted


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_a_command_has_all_that_it_declares(name: str) -> None:
    lines = pages()[f"mirrorpin-{name}"].splitlines()
    known = command(name)
    assert [line for line in lines if line.startswith(".SS")] == [
        f".SS {escaped(section.title)}" for section in known.sections
    ]
    labels = [line for line in lines if line.startswith("\\fB")]
    assert len(labels) == len(known.options)
    for label, option in zip(labels, known.options, strict=True):
        assert all(escaped(it) in label for it in option.labels)
        assert escaped(option.metavar) in label
        text = lines[lines.index(label) + 1]
        assert text.startswith(escaped(option.help))
        assert option.variable in text
    assert lines[lines.index(".SH EXAMPLE") + 2] == escaped(known.example)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a-b", r"a\-b"),
        ("a\\b", r"a\eb"),
        (".config", r"\&.config"),
        ("'a'", r"\(aqa\(aq"),
        ("`~`", r"\(ga\(ti\(ga"),
    ],
)
def test_what_groff_would_read_otherwise_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_pages_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "man1"
    write(str(folder))
    assert {file.stem: file.read_text() for file in folder.iterdir()} == pages()
    assert {file.suffix for file in folder.iterdir()} == {".1"}

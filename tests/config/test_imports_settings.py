"""The key `mirrorsFrom` as it is read."""

from __future__ import annotations

import pytest

from tests.helpers.runs import HEAD
from transformer.config.config import Config, parse_config
from transformer.config.imports.settings import Import
from transformer.config.layers import Base
from transformer.errors import ConfigError, Position
from transformer.yamltext.values import Setting


def read(lines: str, base: str = "") -> Config:
    def load(_item: Setting, _folder: str, text: str) -> Base:
        return Base(name=text, text=f"{HEAD}spec:\n{base}", identity=text, folder="up/")

    return parse_config("c.yaml", f"{HEAD}spec:\n{lines}", ".", load=load)


def errors(lines: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(lines)
    return [str(it) for it in caught.value.problems]


ITEMS = "  mirrorsFrom:\n  - certs.d\n  - {file: idms.yaml, accept: [digests-only]}\n"


def test_an_item_is_a_path_or_has_one() -> None:
    assert read(ITEMS).imports == (
        Import(file="certs.d", position=Position(file="c.yaml", line=5, column=5)),
        Import(
            file="idms.yaml",
            position=Position(file="c.yaml", line=6, column=12),
            accept=frozenset(["digests-only"]),
        ),
    )


def test_paths_of_another_file_start_at_its_folder() -> None:
    imports = read("  extends: [base.yaml]\n", ITEMS).imports
    assert [it.file for it in imports] == ["up/certs.d", "up/idms.yaml"]
    own = "  extends: [base.yaml]\n  mirrorsFrom: [own.yaml]\n"
    assert [it.file for it in read(own, ITEMS).imports] == ["own.yaml"]


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            "{accept: []}",
            "5:5: error: `spec.mirrorsFrom[0]` lacks the key `file` (missing-key)",
        ),
        ("''", "5:5: error: `spec.mirrorsFrom[0]` is empty: expected a value (empty)"),
        ("[]", "5:5: error: `spec.mirrorsFrom[0]` is a list: expected a string (wrong-type)"),
        (
            "/etc/a.yaml",
            '5:5: error: `spec.mirrorsFrom[0]` is "/etc/a.yaml": expected a file, by its '
            "path from the configuration's folder (bad-path)",
        ),
        (
            "{file: a, accept: [circles]}",
            '5:24: error: `spec.mirrorsFrom[0].accept[0]` is "circles": expected one of '
            "several-mirrors, digests-only, tags-only, insecure-mirror, every-host "
            "(bad-value)",
        ),
    ],
)
def test_what_is_no_item(item: str, line: str) -> None:
    assert errors(f"  mirrorsFrom:\n  - {item}\n") == [f"c.yaml:{line}"]


def test_no_files_are_read_of_a_text() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("c.yaml", f"{HEAD}spec:\n{ITEMS}", ".")
    assert [str(it) for it in caught.value.problems] == [
        "c.yaml:4:3: error: `spec.mirrorsFrom` is set where no files are read (no-files)"
    ]

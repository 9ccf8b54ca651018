"""Bills of materials as SPDX, read and validated by SPDX's own library."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.runs import pod
from tests.report.test_bills import EVERY, items
from tests.report.test_formats import PAYLOADS
from transformer.report.bills import Item, writer

pytestmark = pytest.mark.e2e


def faults(file: Path, found: tuple[Item, ...]) -> list[object]:
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    file.write_text(writer("spdx")(found, "2026-11-30"))
    return list(validate_full_spdx_document(parse_file(str(file))))


def test_a_bill_is_valid(tmp_path: Path) -> None:
    assert faults(tmp_path / "bill.spdx.json", items(*EVERY)) == []


def test_one_with_odd_names_is_as_well(tmp_path: Path) -> None:
    images = [f'"{it}"' for it in PAYLOADS.values() if it.isprintable() and not {*it} & {*'"\\'}]
    found = items(*(pod(it, "nginx") for it in images))
    assert faults(tmp_path / "bill.spdx.json", found) == []

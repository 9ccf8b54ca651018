"""The pages on hosts, step by step: each command is run by the host that the page is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import NEWEST, installed
from tests.e2e.tools import HELM_VERSIONS, KPT, KUBECTL, helm, kustomize
from tests.helpers.pages import blocks, commands, run, shows, write_files
from tests.helpers.shared import ROOT

pytestmark = pytest.mark.e2e

TOOLS = {
    "kustomize": kustomize(NEWEST),
    "kubectl": KUBECTL,
    "kpt": KPT,
    **{f"helm {version[0]}": helm(version) for version in HELM_VERSIONS},
}
PAGES = sorted((ROOT / "docs/how-to").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_steps_print_what_is_shown(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    steps = commands(page, *TOOLS)
    assert any(step.tool for step in steps)
    for step in steps:
        search = [installed(TOOLS[step.tool]).folder] if step.tool else []
        printed = run(step.line, tmp_path, *search)
        assert shows(step.shown, printed), f"$ {step.line}\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_step_needs_a_tool_that_is_there(page: Path) -> None:
    assert {block.tool for block in blocks(page)} - {""} <= set(TOOLS)

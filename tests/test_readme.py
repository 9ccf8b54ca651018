"""What the pages say is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.shared import ROOT

README = (ROOT / "README.md").read_text()
PAGES = [
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")),
    *ROOT.glob("kustomize-plugin/**/README.md"),
    *ROOT.glob("examples/**/README.md"),
]


def mirrorpin(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "transformer", *arguments]
    return subprocess.run(
        command, capture_output=True, check=False, cwd=ROOT, input=stdin, text=True, timeout=60
    )


def block(language: str) -> str:
    """The README's first code block in a language."""
    return README.partition(f"```{language}\n")[2].partition("```")[0]


def test_excerpt_is_part_of_what_make_demo_shows() -> None:
    recipe = re.search(r"(?m)^demo:.*\n\t\S*mirrorpin (.*)$", (ROOT / "Makefile").read_text())
    assert recipe
    shown = mirrorpin(*recipe[1].split())
    assert shown.returncode == 0
    lines = [re.escape(line).replace("…", "[0-9a-f]*") for line in block("diff").splitlines()]
    assert len(lines) > 10
    for line in lines:
        assert re.search(f"(?m)^{line}$", shown.stdout), line


def test_configuration_is_accepted_as_it_stands(tmp_path: Path) -> None:
    config = tmp_path / "mirrorpin.yaml"
    config.write_text(block("yaml"))
    (tmp_path / "images.lock.yaml").write_text("version: 1\nimages: {}\n")
    manifest = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n"
    accepted = mirrorpin("-c", str(config), stdin=manifest)
    assert (accepted.returncode, accepted.stdout) == (0, manifest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []

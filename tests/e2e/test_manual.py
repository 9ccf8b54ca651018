"""groff reads the pages of the manual without a warning."""

from __future__ import annotations

import re
import subprocess

import pytest

from tools.manual import pages
from transformer.cli.table import command

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("name", pages())
def test_groff_reads_a_page(name: str) -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tascii", "-P-cbou", "-ww"],
        capture_output=True,
        check=True,
        input=pages()[name],
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    if name != "mirrorpin":
        shown = set(re.findall(r"(?m)^ {7}(?:-., )?(--[a-z-]+)", done.stdout))
        known = command(name.removeprefix("mirrorpin-"))
        assert shown == {f"--{it.name}" for it in known.options}
        assert f"\n       {known.example}\n" in done.stdout

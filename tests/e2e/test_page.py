"""The page of a report in Chromium: at two widths, light and dark, with its script and without."""

from __future__ import annotations

import subprocess
import zlib
from pathlib import Path

import pytest

from tests.e2e.packages import CHROMIUM
from tests.helpers.command import command
from tests.helpers.runs import pod, stream

pytestmark = pytest.mark.e2e

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: registry.example.com/docker.io}]
  unmatched: warn
  policy: {latest: warn, registries: {level: warn, allowed: [registry.example.com]}}
"""
MANIFESTS = stream(
    pod("nginx:1.27", "redis", namespace="shop"),
    pod("quay.io/acme/" + "a-very-long-name-" * 6 + "x:1.0", namespace="edge"),
)
LIGHT, DARK = (0xF4, 0xF6, 0xF9), (0x0F, 0x14, 0x1A)
# Of Chromium: a page is told that its reader likes it dark.
PREFERS = {LIGHT: (), DARK: ("--blink-settings=preferredColorScheme=0",)}


def chromium(*argv: str) -> str:
    assert CHROMIUM.path, "make e2e installs it"
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    ran = subprocess.run(
        [CHROMIUM.path, *flags, *argv], capture_output=True, check=True, text=True, timeout=120
    )
    return ran.stdout


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page of a run, as a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    ran = command("images", "--format", "html", stdin=MANIFESTS)
    assert ran.code == 0
    file = tmp_path / "page.html"
    file.write_bytes(ran.stdout)
    return file


def picture(data: bytes) -> tuple[int, tuple[int, ...]]:
    """The width of a PNG, and the colour of its first point, which no filter changes."""
    width = int.from_bytes(data[16:20], "big")
    at, packed = 8, b""
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        packed += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return width, tuple(zlib.decompress(packed)[1:4])


@pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 500])
def test_it_is_drawn_in_the_colours_that_its_reader_likes(
    page: Path, width: int, ground: tuple[int, int, int]
) -> None:
    file = page.with_suffix(".png")
    size = f"--window-size={width},900"
    chromium(f"--screenshot={file}", size, *PREFERS[ground], f"file://{page}")
    assert picture(file.read_bytes()) == (width, ground)


def test_its_script_runs_under_its_own_policy(page: Path) -> None:
    drawn = chromium("--dump-dom", f"file://{page}")
    assert '<div class="tools">' in drawn
    assert " rows</output>" in drawn


def test_it_is_whole_without_its_script(page: Path) -> None:
    page.write_text(page.read_text().replace("script-src", "x-src"))
    drawn = chromium("--dump-dom", f"file://{page}")
    assert '<div class="tools" hidden="">' in drawn
    assert "quay.io/acme/a-very-long-name" in drawn

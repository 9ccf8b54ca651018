"""Pictures of a terminal, from real runs: `python -m tools.terminal docs/pictures` draws them.

With `--check` nothing is written, and the exit code is 1 where a picture is another than the one
that is drawn now. Each has what was printed as its description, so that it reads as text.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples" / "shop"
WIDTH = 104
# Digests are cut: they would be half of every line.
DIGEST = re.compile(r"(sha256:[0-9a-f]{6})[0-9a-f]{58}")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

RUNS = {
    "diff": "mirrorpin -q diff manifests.yaml | head -27",
    "error": "sed s/nginx:1.27/Nginx:1.27/ manifests.yaml | mirrorpin > /dev/null",
    "explain": "mirrorpin explain nginx:1.27",
}
# As rich has it, without the fonts that it would fetch.
PICTURE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>$ said</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed(command: str) -> str:
    """What a command prints in the example shop, with the colours of a terminal."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    ran = subprocess.run(
        ["sh", "-c", command],
        check=False,
        cwd=SHOP,
        env={"PATH": path, "FORCE_COLOR": "1"},
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return DIGEST.sub(r"\1…", ran.stdout)


def described(command: str) -> str:
    """What the picture of a command shows: the prompt and what is printed, without colours."""
    return f"$ {command}\n{COLOURS.sub('', printed(command))}"


def drawn(name: str) -> str:
    """The picture of a run, as SVG."""
    from rich.console import Console
    from rich.text import Text

    command = RUNS[name]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text.from_ansi(printed(command)))
    picture: str = console.export_svg(title="mirrorpin", code_format=PICTURE, unique_id=name)
    words = f"<title>{escape(f'$ {command}')}</title>\n<desc>{escape(described(command))}</desc>"
    return picture.replace("<title>$ said</title>", words)


def main(folder: Path, *, check: bool) -> int:
    """Draw all pictures into a folder, or compare them with those that are there."""
    stale = 0
    for name in RUNS:
        file = folder / f"{name}.svg"
        if not check:
            file.write_text(drawn(name), "utf-8")
        elif file.read_text("utf-8") != drawn(name):
            print(f"{file}: another picture is drawn now: run `make pictures`", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[-1]), check="--check" in sys.argv))

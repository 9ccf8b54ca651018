"""What the site is built from, and what it must not do: `python -m tools.site stage|check FOLDER`.

The pages are plain Markdown, read where they stand. The site has all that the README leads to,
under the same paths, so that links hold in both. What only the tests read is taken out, and a link
to a folder leads to its README, or to a list of its files. No page fetches from another host.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
FIRST = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/site.css")

_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)")
_FENCE = re.compile(r"(?m)^```.*\n(?s:.*?)^```$")
_FILE = re.compile(r"(?m)^<!-- file: (.*) -->\n```(\w*)$")
_NOTE = re.compile(r"(?m)^<!-- (?:run|files of).* -->\n")
# Elements that fetch what they name, by the attribute that names it.
_FETCHES = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


def pages() -> list[Path]:
    """The files that the site begins with, as paths from the project's folder."""
    docs = sorted(it.relative_to(ROOT) for it in (ROOT / "docs").rglob("*.md"))
    return [*map(Path, FIRST), *docs]


def linked(page: Path) -> Iterator[Path]:
    """What the links of a page lead to, as paths from the project's folder.

    Raises `FileNotFoundError` for a link that leads nowhere.
    """
    for found in _LINK.finditer(_FENCE.sub("", (ROOT / page).read_text("utf-8"))):
        yield (ROOT / page.parent / found[1]).resolve(strict=True).relative_to(ROOT)


def reached() -> set[Path]:
    """All files and folders that the site has: its first pages, and what those lead to."""
    found: set[Path] = set()
    waiting = pages()
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        found.add(place)
        if (ROOT / place).is_dir():
            waiting += children(place)
        elif place.suffix == ".md":
            waiting += linked(place)
    return found


def children(folder: Path) -> list[Path]:
    """What a folder holds, hidden and compiled files left out."""
    found = sorted((ROOT / folder).iterdir())
    return [folder / it.name for it in found if it.name[0] not in "._"]


def staged(page: Path) -> str:
    """A page as the site has it."""
    text = _FILE.sub(r'```\2 title="\1"', (ROOT / page).read_text("utf-8"))
    return _LINK.sub(lambda found: _to_page(found, page.parent), _NOTE.sub("", text))


def _to_page(found: re.Match[str], folder: Path) -> str:
    return f"]({_page(folder, found[1])}{found[2] or ''})"


def _page(folder: Path, link: str) -> str:
    return f"{link.rstrip('/')}/README.md" if (ROOT / folder / link).is_dir() else link


def listing(folder: Path) -> str:
    """The page of a folder that has none."""
    names = [it.name for it in children(folder)]
    return "\n".join([f"# {folder}", "", *(f"- [{it}]({_page(folder, it)})" for it in names), ""])


def stage(target: Path) -> None:
    """Write the sources of the site into a folder, in place of what is there."""
    shutil.rmtree(target, ignore_errors=True)
    for place in sorted(reached()):
        to = target / place
        if (ROOT / place).is_dir():
            to.mkdir(parents=True, exist_ok=True)
            if not (ROOT / place / "README.md").exists():
                (to / "README.md").write_text(listing(place), "utf-8")
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix == ".md":
            to.write_text(staged(place), "utf-8")
        else:
            shutil.copyfile(ROOT / place, to)


class _Fetched(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        url = values.get(_FETCHES.get(tag, "")) or ""
        # A canonical address, or that of the next page, is named and not fetched.
        if tag != "link" or values.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            self.urls.append(url)


def foreign(text: str) -> list[str]:
    """What a page of HTML fetches from other hosts, as it names it."""
    parser = _Fetched()
    parser.feed(text)
    return [url for url in parser.urls if urlsplit(url).netloc]


def check(site: Path) -> int:
    """Name what the pages of a built site fetch from elsewhere; 1 if there is any, else 0."""
    found = [
        (page, url) for page in site.rglob("*.html") for url in foreign(page.read_text("utf-8"))
    ]
    for page, url in found:
        print(f"{page}: fetches {url}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1] == "stage":
        stage(Path(sys.argv[2]))
    else:
        sys.exit(check(Path(sys.argv[2])))

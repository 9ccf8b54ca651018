"""`python -m tools.printed FILE` writes into the page of messages what the program prints.

Below what each code means stands a message as a test expects it, word for word: the shortest of
them that is a whole line. A code whose messages all depend on the machine has none.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"

_LINE = re.compile(r"(?:[^\s:]+(?::\d+:\d+)?: )?(?:error|warning|info): .{8,}? \(([a-z0-9-]+)\)")
# What is put together elsewhere, or tries what the program makes of odd texts.
_ODD = re.compile(r"\{\}|::|\\x|^\d")
_SECTION = re.compile(r"(?ms)^### `([a-z0-9-]+)`\n.*?(?=^##|\Z)")
_BLOCK = re.compile(r"(?ms)^```text\n.*?^```\n\n")


def expected() -> dict[str, str]:
    """A message for each code that a test expects in words of its own."""
    found: dict[str, str] = {}
    for line in sorted({*_of_fixtures(), *_of_modules()}, key=lambda it: (len(it), it)):
        whole = _LINE.fullmatch(line)
        if whole is not None and line.isprintable() and not _ODD.search(line):
            found.setdefault(whole[1], line)
    return found


def _of_fixtures() -> Iterator[str]:
    import yaml

    for file in TESTS.glob("fixtures/*/results.yaml"):
        yield from yaml.load(file.read_text(), yaml.CSafeLoader).get("stderr", ())


def _of_modules() -> Iterator[str]:
    from tests.helpers.sources import tree_of

    for file in (*TESTS.glob("cli/*.py"), *TESTS.glob("config/*.py"), *TESTS.glob("[d-z]*/*.py")):
        tree = tree_of(file)
        parts = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from () if id(node) in parts else node.value.split("\n")


def page(text: str) -> str:
    """The page of messages with what is printed; takes the page, with or without that."""
    printed = expected()

    def section(found: re.Match[str]) -> str:
        bare = _BLOCK.sub("", found[0])
        line = printed.get(found[1])
        if line is None:
            return bare
        head, blank, rest = bare.partition("\n\n")
        return f"{head}{blank}{rest.rstrip()}\n\n```text\n{line}\n```\n\n"

    return _SECTION.sub(section, text).rstrip("\n") + "\n"


def write(file: Path) -> None:
    """Bring a page of messages up to date."""
    file.write_text(page(file.read_text()))


if __name__ == "__main__":
    write(Path(sys.argv[1]))

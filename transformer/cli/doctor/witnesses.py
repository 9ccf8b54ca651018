"""Files that say how programs are called: Makefiles, scripts, CI files, pages, manifests.

A comment says nothing: `init --for kustomize` writes one about the flags, and nobody runs it.
"""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING

from transformer.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    *("GNUmakefile", "Jenkinsfile", "Kptfile", "Makefile", "README.md", "Tiltfile"),
    *("justfile", "makefile"),
)
ENDINGS = (".bash", ".mk", ".sh", ".yaml", ".yml")

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")


@record
class Witness:
    """A file that may call a program, and the folders from which it may: its own and the root.

    `lines` are without comments, those that go on joined, each with the number of its first one.
    """

    file: str
    starts: tuple[str, ...]
    lines: tuple[tuple[int, str], ...]

    @property
    def is_page(self) -> bool:
        """Whether it is for people, who may do what it says or not."""
        return self.file.endswith(".md")

    def has(self, *words: str) -> bool:
        """Whether it has all of them, outside of comments."""
        return all(any(word in line for _, line in self.lines) for word in words)


def is_witness(path: str) -> bool:
    """Whether a file may call programs, by its name."""
    name = os.path.basename(path)
    return name in NAMES or name.endswith(ENDINGS)


def witness(path: str, text: str, top: str) -> Witness:
    """The witness that a file is, in a repository whose root is `top`."""
    home = os.path.dirname(path)
    # A workflow starts where its hidden folder is.
    while any(it.startswith(".") and it.strip(".") for it in home.split("/")):
        home = os.path.dirname(home)
    starts = tuple(dict.fromkeys((home or ".", top)))
    return Witness(file=path, starts=starts, lines=tuple(_logical_lines(text)))


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    whole, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        said = _COMMENT.sub("", line)
        first = first or number
        whole += said.removesuffix("\\")
        if not said.endswith("\\"):
            if whole.strip():
                yield first, whole
            whole, first = "", 0

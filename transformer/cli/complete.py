"""Completions: what may stand next on a command line, asked by a shell at the tab key.

The scripts of `mirrorpin completion` start mirrorpin with the line in the environment, as
argcomplete defines it; the parser that answers is the one that would read the line.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from argcomplete.finders import CompletionFinder
from argcomplete.lexers import split_line

from transformer.cli.arguments import first_word
from transformer.cli.parser import fill
from transformer.cli.table import DEFAULT, NAMES, command, find_option


class _Finder(CompletionFinder):
    def _init_debug_stream(self) -> None:
        # It would take file descriptor 9, whoever has it; stderr, which is muted, will do.
        pass


def answer() -> None:
    """Write the proposals to where the shell wants them. Raises `SystemExit` in the end."""
    *_, words, _ = split_line(os.environ["COMP_LINE"], int(os.environ["COMP_POINT"]))
    with open(os.environ.get("_ARGCOMPLETE_STDOUT_FILENAME", 8), "w") as stream:
        _Finder()(
            _parser(words[1:]),
            always_complete_options=False,
            exit_method=sys.exit,
            output_stream=stream,
        )


def _parser(words: Sequence[str]) -> ArgumentParser:
    # The word at the cursor is none of them.
    index = first_word(words, find_option)
    name = words[index] if index >= 0 and words[index] in NAMES else ""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    if name or index < 0:
        parser.add_argument("command", nargs=None if name else "?", choices=NAMES)
    fill(parser, command(name or DEFAULT), with_choices=True)
    return parser

"""Is a text YAML? The question alone, for what is handed on unread.

libyaml answers it without making one Python object for what it meets (`CParser.raw_parse`), five
times faster than by its events. It cannot be stopped at a bound on its way, and its scanner is
quadratic in the depth of brackets: only text that can be neither deep nor long is given to it.
"""

from __future__ import annotations

import re

from transformer.yamltext.parsers import CHUNKED_ABOVE, PARSERS
from transformer.yamltext.tree import parse, read

# A level of block style begins in another column, or is a list in that of its key; in front of it
# on its line are nothing but spaces and indicators. So these are far below `MAX_DEPTH`.
_MAX_COLUMN = 60
_MAX_BRACKETS = 100

_begins_far_in = re.compile(rf"(?:\A|\n)[ ?:-]{{{_MAX_COLUMN}}}").search


def skim(text: str, parser: str = "", depth: int = 0) -> None:
    """Raise `SyntaxFault` where `read` does, but that what is wrong with aliases may pass.

    Takes what that takes.
    """
    is_fast = (parser or next(iter(PARSERS))) == "libyaml" and len(text) <= CHUNKED_ABOVE
    if is_fast and not _may_be_deep(text):
        parse(text, parser, (), lambda made: made.raw_parse())
    else:
        read(text, parser, depth)


def _may_be_deep(text: str) -> bool:
    brackets = text.count("[") + text.count("{")
    return brackets > _MAX_BRACKETS or _begins_far_in(text) is not None

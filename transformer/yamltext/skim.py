"""Is a text YAML? The question alone, for what is handed on unread.

libyaml answers it without making one Python object for what it meets (`CParser.raw_parse`), five
times faster than by its events. It cannot be stopped at a bound on its way, and its scanner is
quadratic in the depth of brackets: only text that can be neither deep nor long is given to it.
"""

from __future__ import annotations

import re

from transformer.yamltext.parsers import MAX_SCALAR, PARSERS
from transformer.yamltext.tree import MAX_DEPTH, parse, read

# Whatever their order, so few cannot be deep.
_FEW_COLUMNS = 60
_FEW_BRACKETS = 100

_BEGINS_FAR_IN = rf"(?:\A|\n)[ ?:-]{{{_FEW_COLUMNS}}}"
_MARGINS = r"\n[ ?:-]+"

# In front of a bracket that opens something stands an indicator, a line's start, or what adorns it.
_IN_WORDS = r"(?:(?<=[^\s\[{,:?-].)|(?<=[^\s\[{,:?-] .))"
_ADORNED = r"[^\s\[{&!]*\s+[\[{]"


def skim(text: str, parser: str = "", depth: int = 0) -> None:
    """Raise `SyntaxFault` where `read` does, but that what is wrong with aliases may pass.

    Takes what that takes.
    """
    is_fast = (parser or next(iter(PARSERS))) == "libyaml" and len(text) <= MAX_SCALAR // 2
    if is_fast and not _may_be_deep(text, MAX_DEPTH - depth):
        parse(text, parser, (), lambda made: made.raw_parse())
    else:
        read(text, parser, depth)


def _may_be_deep(text: str, most: int) -> bool:
    brackets = text.count("[") + text.count("{")
    if brackets <= _FEW_BRACKETS and re.search(_BEGINS_FAR_IN, text) is None:
        return False
    # Expressions that begin with a character are quicker than those that begin with any of two.
    if re.search(f"&{_ADORNED}", text) or re.search(f"!{_ADORNED}", text):
        return True
    # A level of block style begins in another column, or is a list in that of its key; in front of
    # it on its line are nothing but spaces and indicators.
    margins = set(re.findall(_MARGINS, f"\n{text}"))
    columns = {at for it in margins for at, sign in enumerate(it) if sign not in " \n"}
    columns.update(map(len, margins))
    brackets -= len(re.findall(rf"\[{_IN_WORDS}", text)) + len(re.findall(rf"\{{{_IN_WORDS}", text))
    return 2 * (len(columns) + 1) + brackets > most

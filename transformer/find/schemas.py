"""CustomResourceDefinitions: large, never touched, and read as far as their schemas begin.

    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: apps.example.com}      # up to here
    spec: {...}

Of what stands at `spec` nothing is looked at, but that it is YAML.
"""

from __future__ import annotations

import re

from transformer.find.candidates import SCHEMA
from transformer.yamltext.skim import skim
from transformer.yamltext.tree import SyntaxFault, Tree, read

# Of an item, its dash stands in front of the first key.
_find_kind = re.compile(rf"^( *(?:- )?)kind: {SCHEMA}$", re.MULTILINE).search
_HEAD = ["apiVersion", "kind", "metadata"]
_GROUP = "apiextensions.k8s.io/"
_STATUS = "status:"
_keys = re.compile(r"^( *(?:- )?)(\w+):[ ]*(.*)", re.MULTILINE).findall

# What begins no further in than the keys, but for comments: in a document, and in items of lists at
# either of the columns where they mostly are.
_outside = {
    0: re.compile(r"\n([^ #\n]\S*)").findall,
    2: re.compile(r"\n(?! {3}) *([^ #\n]\S*)").findall,
    4: re.compile(r"\n(?! {5}) *([^ #\n]\S*)").findall,
}

_aliases = re.compile(r"\*(?<=[\s\[{,:]\*)[\w-]").finditer


def read_head(text: str, parser: str, depth: int) -> Tree | None:
    """Read one such object, or a list of this one item, without its `spec`, and skim the rest.

    Takes what `read` does. Returns None where only the whole text tells what it is, or what is
    wrong with it.
    """
    head = head_of(text)
    if not head:
        return None
    try:
        tree = read(head, parser, depth)
        skim(text, parser, depth)
    except SyntaxFault:
        return None
    return tree


def head_of(text: str) -> str:
    """The beginning of such a text, up to its `spec`. Returns '' where another key than `status`
    stands behind that, or an alias may stand anywhere."""
    kind = _find_kind(text)
    if kind is None:
        return ""
    margin = len(kind[1])
    if margin and not text.startswith(f"{' ' * (margin - 2)}- "):
        # It is somewhere in another object.
        return ""
    spec = f"\n{' ' * margin}spec:\n"
    at = text.find(spec, kind.start())
    head = text[: at + 1]
    keys = sorted((key, value) for begin, key, value in _keys(head) if len(begin) == margin)
    if at < 0 or [key for key, _ in keys] != _HEAD or not keys[0][1].startswith(_GROUP):
        return ""
    if margin not in _outside or _may_hold_alias(text):
        return ""
    outside = _outside[margin](text, at + len(spec) - 1)
    return head if outside in ([], [_STATUS]) else ""


def _may_hold_alias(text: str) -> bool:
    # In prose the same sign stands behind a word.
    for found in _aliases(text):
        at = found.start() - 1
        while at > 0 and text[at] == " ":
            at -= 1
        if text[at] in "\n\r\t[{,:?-":
            return True
    return False

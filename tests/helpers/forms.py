"""The same documents in another form: as items of a ResourceList, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import yaml

from tests.helpers import oracle

_ENVELOPE = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n"


def as_resource_list(text: str) -> tuple[str, list[int]]:
    """A stream as the text of one ResourceList, and the document of each item.

    The documents are indented, not dumped: comments, quotes and anchors stay. Documents that hold
    no mapping are left out, as a ResourceList must not hold them.
    """
    items = [_ENVELOPE]
    numbers: list[int] = []
    for number, content in _contents(text):
        numbers.append(number)
        lines = content.split("\n")
        items.append("-\n" + "\n".join(f"  {line}" if line.strip() else line for line in lines))
        items.append("" if content.endswith("\n") else "\n")
    return "".join(items) if numbers else _ENVELOPE.replace("items:", "items: []"), numbers


def _contents(text: str) -> Iterator[tuple[int, str]]:
    """The number and the text of every document that is a mapping, without its markers."""
    for number, node in enumerate(yaml.compose_all(text, Loader=yaml.CBaseLoader)):
        if isinstance(node, yaml.MappingNode):
            start = node.start_mark.index
            line = text.rfind("\n", 0, start) + 1
            prefix = text[line:start].replace("---", "   ")
            yield number, prefix + text[start : node.end_mark.index]


def as_json(text: str) -> tuple[str, list[int]]:
    """A stream as lines of JSON, and the document of each line. Scalars are strings."""
    lines: list[str] = []
    numbers: list[int] = []
    for number, data in enumerate(oracle.load(text)):
        if isinstance(data, dict):
            lines.append(json.dumps(data, ensure_ascii=False) + "\n")
            numbers.append(number)
    return "".join(lines), numbers

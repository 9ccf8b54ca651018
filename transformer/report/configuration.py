"""A configuration on top of those that it extends, with the place of every value.

    spec:
      unmatched: "warn"  # base.yaml:4:14
      mirrors:
      - source: "docker.io"  # overlays/prod/mirrorpin.yaml:6:13
        target: "p.io/hub"  # overlays/prod/mirrorpin.yaml:7:13

The text is a configuration that says the same where the first file stands. Paths start there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transformer.config.envelope import API_VERSION, KIND
from transformer.messages import json_page, one_line
from transformer.yamltext.json_text import json_text
from transformer.yamltext.nodes import is_null, resolve
from transformer.yamltext.scalars import is_plain
from transformer.yamltext.tree import Collection, RawEvent
from transformer.yamltext.values import Section, Setting

# How deep a line of the specification stands, in spaces.
_STEP = "  "


def as_yaml(spec: Section, name: str) -> str:
    """The text of the configuration; `name` is that of its file."""
    head = (f"# {one_line(name)}", f"apiVersion: {API_VERSION}", f"kind: {KIND}")
    values = _values(spec)
    body = _mapping(values, _STEP) if values else ()
    return "".join(f"{line}\n" for line in (*head, "spec:" if values else "spec: {}", *body))


def as_json(spec: Section, name: str) -> str:
    """Every value that is set, by its path, with its place."""
    found = [
        {"path": path, "value": value, **setting.position.data}
        for path, value, setting in _leaves("spec", _values(spec))
    ]
    return json_page({"file": name, "values": found})


def _values(spec: Section) -> dict[str, Setting]:
    # What it extends is in it.
    return {name: it for name, it in spec.values.items() if name != "extends"}


def _below(setting: Setting) -> dict[str, Setting] | tuple[Setting, ...]:
    if setting.is_list:
        return setting.items()
    return setting.values() if isinstance(resolve(setting.slot), Collection) else {}


def _value(setting: Setting) -> Any:  # noqa: ANN401 a string or boolean, None for what has neither
    node: RawEvent = resolve(setting.slot)
    if isinstance(node, Collection) or is_null(setting.slot):
        return None
    if not node.style and node.value in ("true", "false"):
        return node.value == "true"
    return setting.text(may_be_empty=True)


def _leaves(path: str, values: dict[str, Setting]) -> Iterator[tuple[str, Any, Setting]]:
    for name, setting in values.items():
        yield from _of(f"{path}.{name}", setting)


def _of(path: str, setting: Setting) -> Iterator[tuple[str, Any, Setting]]:
    below = _below(setting)
    if isinstance(below, dict):
        yield from _leaves(path, below)
    else:
        for index, item in enumerate(below):
            yield from _of(f"{path}[{index}]", item)
    value = _value(setting)
    if value is not None:
        yield path, value, setting


def _mapping(values: dict[str, Setting], indent: str) -> Iterator[str]:
    for name, setting in values.items():
        yield from _entry(f"{indent}{_scalar(name)}:", setting, indent)


def _entry(head: str, setting: Setting, indent: str) -> Iterator[str]:
    below = _below(setting)
    if not below:
        yield _leaf(head, setting)
        return
    yield head
    if isinstance(below, dict):
        yield from _mapping(below, indent + _STEP)
        return
    for item in below:
        yield from _item(item, indent)


def _item(item: Setting, indent: str) -> Iterator[str]:
    inner = _below(item)
    if not isinstance(inner, dict) or not inner:
        yield _leaf(f"{indent}-", item)
        return
    first, *others = _mapping(inner, indent + _STEP)
    yield f"{indent}- {first.lstrip()}"
    yield from others


def _leaf(head: str, setting: Setting) -> str:
    value = _value(setting)
    if value is None:
        node = resolve(setting.slot)
        shown = (" []" if setting.is_list else " {}") if isinstance(node, Collection) else ""
        return head + shown
    shown = str(value).lower() if isinstance(value, bool) else _scalar(value)
    return f"{head} {shown}  # {one_line(str(setting.position))}"


def _scalar(text: str) -> str:
    return text if is_plain(text) else json_text(text)

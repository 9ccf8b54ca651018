"""A team's table of cases: images, and what the rules must make of each.

    version: 1
    cases:
    - {image: "nginx:1.27", name: registry.example.com/docker.io/library/nginx}
    - {image: nginx, namespace: edge, kind: DaemonSet, name: edge.example.com/library/nginx}
    - {image: "registry.example.com/x", pullSecrets: [registry-pull], digest: none}
    - {image: docker.io/evil/x, error: blocked}

Whatever is wrong is reported together, with path and position.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from transformer.config.rules import read_secret_names
from transformer.errors import Position, Problem
from transformer.image.reference import SHA256
from transformer.messages import quoted
from transformer.records import record
from transformer.yamltext.load import Lines, read_one
from transformer.yamltext.values import Section, Setting, raise_problems

VERSION = "1"
NONE = "none"

TOP = ("version", "cases")
SCOPE = ("namespace", "kind", "container", "labels")
EXPECTED = ("name", "digest", "pullSecrets", "rule", "warning", "error")
CASE = ("image", *SCOPE, *EXPECTED)
NOT_BESIDE_ERROR = ("name", "digest", "pullSecrets", "rule", "warning")

# What is expected of an image, or came of it, by key; of a list, its items.
Facts: TypeAlias = "Mapping[str, str | tuple[str, ...]]"


@record
class Case:
    """An image in its scope, and what is expected of it: what is absent may be anything."""

    position: Position
    image: str
    namespace: str = ""
    kind: str = ""
    container: str = ""
    labels: Mapping[str, str] = MappingProxyType({})
    expected: Facts = MappingProxyType({})


def parse_cases(name: str, text: str) -> tuple[Case, ...]:
    """Read a table of cases.

    Takes its file name for messages and its text. Raises `ConfigError` with all that is wrong.
    """
    document, slot = read_one(name, text)
    problems: list[Problem] = []
    root = Setting(Lines(document), problems, "", slot)
    root.check_keys()
    top = root.section(TOP)
    version, listed = top.require("version"), top.require("cases")
    if version is not None and (found := version.text()) not in ("", VERSION):
        version.fail("bad-version", f"is {quoted(found)}: expected {VERSION}")
    cases = tuple(_case(it.section(CASE)) for it in listed.items()) if listed is not None else ()
    if listed is not None and not cases and not problems:
        listed.fail("empty", "is empty: expected a value")
    raise_problems(problems)
    return cases


def _case(section: Section) -> Case:
    image = section.require("image")
    expected = _expected(section)
    if section.values and not set(EXPECTED) & set(section.values):
        state = f"says nothing of what is expected: expected one of {', '.join(EXPECTED)}"
        section.setting.fail("missing-key", state)
    for key in NOT_BESIDE_ERROR:
        if key in section.values and "error" in section.values:
            state = "is set beside `error`: an image that fails becomes nothing"
            section.values[key].fail("contradiction", state, at_key=True)
    namespace, kind, container = (_text(section, key) for key in SCOPE[:3])
    return Case(
        position=section.setting.position,
        image=image.text() if image is not None else "",
        namespace=namespace,
        kind=kind,
        container=container,
        labels=_labels(section.get("labels")),
        expected=expected,
    )


def _expected(section: Section) -> Facts:
    expected: dict[str, str | tuple[str, ...]] = {}
    for key in EXPECTED:
        setting = section.get(key)
        if setting is not None:
            is_list = key == "pullSecrets"
            expected[key] = read_secret_names(setting) if is_list else setting.text()
    digest = section.get("digest")
    text = str(expected.get("digest", ""))
    if digest is not None and text not in ("", NONE) and not re.fullmatch(SHA256, text):
        state = f"is {quoted(text)}: expected sha256: and 64 hex digits, or {NONE}"
        digest.fail("bad-digest", state)
    return expected


def _text(section: Section, key: str) -> str:
    setting = section.get(key)
    return setting.text() if setting is not None else ""


def _labels(setting: Setting | None) -> dict[str, str]:
    values = setting.values() if setting is not None else {}
    return {name: value.text(may_be_empty=True) for name, value in values.items()}

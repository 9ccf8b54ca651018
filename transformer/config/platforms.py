"""Platforms as a configuration names them: os/arch[/variant]."""

from __future__ import annotations

import re

from transformer.messages import quoted
from transformer.yamltext.values import Section, Setting

PLATFORM = "[a-z0-9]+/[a-z0-9]+(?:/[a-z0-9.]+)?"


def read_platforms(section: Section) -> tuple[str, ...]:
    """Read `platforms` of a section; those that are none are noted."""
    platforms = section.texts("platforms")
    for platform, item in platforms.items():
        _check_platform(item, platform)
    return tuple(platforms)


def read_platform(setting: Setting | None) -> str:
    """Read one platform, '' for none; what is no platform is noted."""
    text = setting.text() if setting else ""
    if setting and text:
        _check_platform(setting, text)
    return text


def _check_platform(setting: Setting, text: str) -> None:
    if not re.fullmatch(PLATFORM, text):
        setting.fail("bad-value", f"is {quoted(text)}: expected a platform, os/arch[/variant]")

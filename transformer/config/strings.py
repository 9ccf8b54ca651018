"""Which strings of containers are images, as a configuration says it."""

from __future__ import annotations

from transformer.config.config import SHAPES, StringRules
from transformer.messages import quoted
from transformer.yamltext.values import Section, Setting


def read_strings(section: Section) -> StringRules:
    """Read the keys of `strings`; flags that are none are noted."""
    return StringRules(
        env=tuple(section.texts("env")),
        args=_flags(section.texts("args")),
        shapes=section.choice("shapes", SHAPES),
        pin=section.flag("pin"),
    )


def _flags(texts: dict[str, Setting]) -> tuple[str, ...]:
    for text, item in texts.items():
        if not text.startswith(("-", "*")) or "=" in text:
            item.fail("bad-value", f"must be a flag, as in --sidecar-image: {quoted(text)}")
    return tuple(texts)

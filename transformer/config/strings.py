"""Which strings of containers are images, as a configuration says it."""

from __future__ import annotations

from transformer.config.config import SHAPES, StringRules
from transformer.messages import quoted
from transformer.places.glob import is_inner
from transformer.yamltext.values import Section, Setting

# Every one of these is tried on every name.
MAX_INNER = 100


def read_strings(section: Section) -> StringRules:
    """Read the keys of `strings`; flags that are none are noted."""
    return StringRules(
        env=_globs(section.texts("env")),
        args=_flags(section.texts("args")),
        shapes=section.choice("shapes", SHAPES),
        pin=section.flag("pin"),
    )


def _flags(texts: dict[str, Setting]) -> tuple[str, ...]:
    for text, item in texts.items():
        if not text.startswith(("-", "*")) or "=" in text:
            item.fail("bad-value", f"is {quoted(text)}: expected a flag, as in --sidecar-image")
    return _globs(texts)


def _globs(texts: dict[str, Setting]) -> tuple[str, ...]:
    inner = [text for text in texts if is_inner(text)]
    for text in inner[MAX_INNER:]:
        message = f"is {quoted(text)}: expected `*` at one end, as {MAX_INNER} globs have it inside"
        texts[text].fail("bad-value", message)
    return tuple(texts)

"""The map file of the webhook imageswap: `key::value` on a line, `#` for comments.

    docker.io::registry.example.com/hub          the registry becomes this
    quay.io::registry.example.com/mirror-        behind a hyphen: the whole name follows
    ghcr.io::                                    left alone
    [EXACT]nginx:1.27::registry.example.com/n:1.27

An image without a folder is no `library/` image there, so that Docker Hub is two rules here.

Specification: phenixblue/imageswap-webhook, build_swap_map and swap_image.
"""

from __future__ import annotations

import re

from transformer.config.imports.mapped import Mapped, Reading, Text
from transformer.errors import Position
from transformer.image.reference import HUB, BadReference, normalize
from transformer.messages import quoted
from transformer.records import replace

EXACT = "[EXACT]"
REPLACE = "[REPLACE]"
DEFAULT = "default"
WILDCARDS = "noswap_wildcards"
LIBRARY = f"{HUB}/library"

_PAIR = re.compile(r"(?P<key>.*)::(?P<value>.*)|(?P<old_key>[^:]*):(?P<old_value>[^:]*)").fullmatch


def read(text: Text, reading: Reading) -> list[Mapped]:
    """What a file says; what is wrong with it is noted."""
    found: dict[str, Mapped] = {}
    for number, line in enumerate(text.text.splitlines(), 1):
        content = line.partition("#")[0].replace(" ", "").strip()
        if not content:
            continue
        position = Position(file=text.name, line=number, column=1)
        pair = _PAIR(content)
        if pair is None:
            reading.fail(
                position, "not-importable", f"{quoted(content)} is not a pair: expected key::value"
            )
            continue
        key = pair["key"] if pair["key"] is not None else pair["old_key"]
        value = pair["value"] if pair["value"] is not None else pair["old_value"]
        for mapped in _line(key, value.rstrip("/"), position, reading):
            found[mapped.source] = mapped
    whole = found.get(HUB)
    if whole is not None and whole.mirrors and LIBRARY not in found:
        found[LIBRARY] = replace(whole, source=LIBRARY)
    return list(found.values())


def _line(key: str, value: str, position: Position, reading: Reading) -> list[Mapped]:
    if key.startswith(EXACT):
        return _exact(key.removeprefix(EXACT), value, position, reading)
    if key.startswith(REPLACE) or (key == WILDCARDS and value):
        what = "a pattern" if key != WILDCARDS else "a part of a name"
        message = f"{quoted(key)} is {what}: expected a name or a host"
        reading.fail(position, "not-importable", message, "name registries and folders")
        return []
    if key == WILDCARDS:
        return []
    if key == DEFAULT:
        every = Mapped(source="*", position=position, mirrors=(value,), is_prefix=True)
        return [every] if value else []
    if "/" in key and key != LIBRARY:
        message = f"{quoted(key)} is none: expected a registry"
        reading.fail(position, "not-importable", message, "imageswap never looks at such a line")
        return []
    if value.endswith("-"):
        # The port is left out.
        value += key.partition(":")[0] if key != LIBRARY else HUB
    return [Mapped(source=key, position=position, mirrors=(value,) if value else ())]


def _exact(image: str, value: str, position: Position, reading: Reading) -> list[Mapped]:
    try:
        old, new = normalize(image), normalize(value)
    except BadReference as error:
        reading.fail(position, "not-importable", f"is not an image and its mirror: {error.message}")
        return []
    if (old.tag, old.digest) != (new.tag, new.digest):
        message = f"{quoted(value)} drops tag and digest: expected that it keeps them"
        reading.fail(position, "not-importable", message, "a rule changes the name alone")
        return []
    tagged = old.with_tag_default()
    source = f"{tagged.name}@{tagged.digest}" if tagged.digest else tagged.key
    return [Mapped(source=source, position=position, mirrors=(new.name,))]

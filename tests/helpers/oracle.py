"""What a run must write, worked out without the product's code.

Mirrors of a host are called `MIRROR/<host>` throughout, so that no two sources can collide.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

import yaml

MIRROR = "mirror.example"

_HEAD = (
    "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nmetadata: {name: test}\nspec:\n"
)
_REFERENCE = re.compile(
    r"(?:[A-Za-z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
    r"(?::\w[\w.-]*)?(?:@sha256:[0-9a-f]{64})?"
)


def host_of(image: str) -> str:
    """The registry host of an image, with its port, as every container runtime reads it."""
    first = _written_host(image)
    return first if first and first != "index.docker.io" else "docker.io"


def _written_host(image: str) -> str:
    first, slash, _ = image.partition("/")
    is_host = "." in first or ":" in first or first == "localhost" or first != first.lower()
    return first if slash and is_host else ""


def is_reference(image: str) -> bool:
    """Whether a text is an image reference, as far as the test data goes."""
    return _REFERENCE.fullmatch(image) is not None


def mirror_of(host: str) -> str:
    return f"{MIRROR}/{host.replace(':', '-')}"


def mirrored(image: str, hosts: Iterable[str]) -> str:
    """The name of an image in the mirrors of these hosts; itself when there is no rule for it."""
    host = host_of(image)
    if host not in hosts or not is_reference(image):
        return image
    path = image.removeprefix(f"{_written_host(image)}/")
    is_official = host == "docker.io" and "/" not in path
    return f"{mirror_of(host)}/{'library/' if is_official else ''}{path}"


def config(hosts: Iterable[str], *lines: str) -> str:
    """A configuration with one rule for each host, and more lines of its `spec`."""
    rules = [{"source": host, "target": mirror_of(host)} for host in sorted(hosts)]
    flow = yaml.safe_dump(rules, default_flow_style=True, width=1 << 20).strip()
    spec = [f"mirrors: {flow}", "unmatched: keep", "invalid: warn", *lines]
    return _HEAD + "".join(f"  {line}\n" for line in spec)


def written(token: str, old: str, new: str) -> str:
    """A scalar's text with a new image, in the quotes or the block that it had."""
    if token[0] in "|>":
        content = old.removesuffix("\n")
        assert token.count(content) == 1
        return token.replace(content, new)
    quote = token[0] if token[0] in "'\"" else ""
    return f"{quote}{new}{quote}"


def spliced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """A text with the characters from `start` to `end` replaced, for every change."""
    parts: list[str] = []
    at = 0
    for start, end, replacement in sorted(set(changes)):
        parts += [text[at:start], replacement]
        at = end
    return "".join([*parts, text[at:]])


class _Strings(yaml.CSafeLoader):
    """Scalars stay strings, but for a plain null."""


_Strings.yaml_implicit_resolvers = {
    first: [it for it in found if it[0].rpartition(":")[2] in ("null", "merge")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> list[Any]:
    """The data of every document of a stream, with scalars as strings."""
    return [data(node) for node in yaml.compose_all(text, Loader=_Strings)]


def data(node: yaml.Node) -> Any:  # noqa: ANN401 data of any shape
    """The data of a node: scalars as strings, nulls as None, aliases and merge keys followed.

    By the definition of merge keys (https://yaml.org/type/merge.html), because releases of PyYAML
    differ: a mapping's own keys win, then those of the source that comes first.
    """
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag.endswith(":null") else node.value
    if isinstance(node, yaml.SequenceNode):
        return [data(it) for it in node.value]
    own: dict[Any, Any] = {}
    merged: dict[Any, Any] = {}
    for key, value in node.value:
        if key.tag.endswith(":merge"):
            sources = data(value)
            for source in sources if isinstance(sources, list) else [sources]:
                if not isinstance(source, dict):
                    raise yaml.constructor.ConstructorError(problem="merges what is no mapping")
                merged |= {name: it for name, it in source.items() if name not in merged}
        else:
            own[data(key)] = data(value)
    return merged | own


def steps(path: str) -> list[str | int]:
    """A field path as keys and indices."""
    found = re.findall(r"([^.\[\]]+)|\[(\d+)\]", path)
    return [key or int(index) for key, index in found]


def get(data: Any, path: str) -> Any:  # noqa: ANN401 data of any shape
    """The value at a field path. Raises `KeyError` or `IndexError` when there is none."""
    for step in steps(path):
        data = data[step]
    return data


def replace(data: Any, path: str, value: object) -> None:  # noqa: ANN401 data of any shape
    """Replace the value at a field path, in a copy of every collection that aliases may share."""
    *parents, last = steps(path)
    for step in parents:
        data[step] = copy.copy(data[step])
        data = data[step]
    data[last] = value

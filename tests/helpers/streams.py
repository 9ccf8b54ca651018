"""Generated streams of manifests, hostile to careless readers, and where their images are.

Every stream is text from the start, never the dump of a loaded document.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import strategies

from tests.helpers.manifests import Builder, document
from tests.helpers.yaml_text import Alias, Node, Scalar, Writer, resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that must be found: its document, field path, value, and where it stands.

    `start` and `end` are characters of the stream, quotes included; for an alias, those of the
    alias. `definition` is where its text is written, when that is elsewhere.
    """

    document: int
    path: str
    value: str
    start: int
    end: int
    definition: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream of documents, its images in no particular order, and where its aliases stand."""

    text: str
    has_bom: bool
    has_tabs: bool
    images: tuple[Image, ...]
    aliases: tuple[tuple[int, int], ...]

    @property
    def data(self) -> bytes:
        return (("\ufeff" if self.has_bom else "") + self.text).encode()


def _marker(writer: Writer, number: int) -> str:
    directives = "%YAML 1.1\n" if not number and writer.chance(0.1) else ""
    if not number and not directives and writer.random.random() < 0.5:
        return ""
    ends = ("", " # a comment", "  ", "\n# Source: chart/x.yaml", "\n\n")
    return f"{directives}---{writer.random.choice(ends) if writer.chance(0.5) else ''}"


def write_stream(random: random.Random, count: int, wildness: float = 1) -> Stream:
    """Write a stream of so many documents in the styles that `random` chooses.

    `wildness` scales how often something unusual is written, 0 is never.
    """
    newlines = random.choice([("\n",), ("\r\n",), ("\n", "\r\n")])
    writer = Writer(random, newlines, wildness)
    writer.has_tabs = writer.chance(0.2)
    images: list[Image] = []
    for number in range(count):
        writer.is_json = writer.chance(0.15)
        builder = Builder(random, wildness, is_json=writer.is_json)
        node = document(builder)
        writer.document(node, _marker(writer, number))
        images += [_image(number, path, image) for path, image in builder.places]
        if writer.chance(0.05):
            writer.put("...\n")
    return Stream(
        text=writer.text,
        has_bom=writer.chance(0.1),
        has_tabs=writer.has_tabs,
        images=tuple(images),
        aliases=tuple(writer.aliases),
    )


def _image(document: int, path: str, node: Node) -> Image:
    scalar = resolved(node)
    assert isinstance(scalar, Scalar)
    assert isinstance(node, Scalar | Alias)
    return Image(
        document=document,
        path=path,
        value=scalar.value,
        start=node.start,
        end=node.end,
        definition=(scalar.start, scalar.end) if isinstance(node, Alias) else None,
    )


@strategies.composite
def streams(draw: strategies.DrawFn) -> Stream:
    """Streams of up to four documents. They shrink to few documents in a plain style.

    Every choice inside a document comes from a seed: a thousand draws for each stream would leave
    no time for many of them.
    """
    count = draw(strategies.integers(1, 4))
    wildness = draw(strategies.sampled_from([0, 0.3, 1, 1, 1, 2]))
    seed = draw(strategies.integers(0, 1 << 32))
    return write_stream(random.Random(seed), count, wildness)

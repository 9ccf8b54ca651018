"""Where a text can be changed, and by what: spots, gaps that can be filled, and edits.

Offsets are characters from the start of a document's text; orders are places in its tokens.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from transformer.records import record
from transformer.yamltext.tree import Token

# How names are written: each as `{name: ...}` or as a string, one name alone, or all in one string
# with commas between.
NameItems: TypeAlias = "Literal['objects', 'strings', 'string', 'commas']"

# A text, and the tokens that it must read as.
Addition: TypeAlias = "tuple[str, tuple[Token, ...]]"


@record
class Spot:
    """A replaceable piece of text: characters `start` to `end`, tokens `first` to `last`.

    `style` is YAML's indicator: '' plain, `'`, `"`, `|`, `>`, and `*` for an alias. `uses` counts
    how often a reader of the document sees this place, aliases expanded.
    """

    start: int
    end: int
    first: int
    last: int
    style: str = ""
    uses: int = 1
    anchor: str | None = None
    tag: str | None = None

    def becomes(self, text: str, tokens: tuple[Token, ...]) -> Edit:
        """The edit that puts `text`, which must read as `tokens`, in the place of the spot."""
        return Edit(
            start=self.start,
            end=self.end,
            text=text,
            first=self.first,
            last=self.last,
            tokens=tokens,
        )


@record
class Anchor:
    """A scalar that aliases repeat: the place where it is written, and theirs."""

    value: str
    definition: Spot
    aliases: tuple[Spot, ...]


@record
class ListSpot:
    """Where and how something can be added: items to a list, a key to a mapping, a value to a key.

    `layout` is one of absent-block, absent-inline, absent-flow, null, empty, block, flow, value and
    unsupported. `column` is that of the key or dash that new lines align with, and 0 in flow style
    where the line begins with something else; `item_column` is that of a new list's dashes.
    """

    layout: str
    spot: Spot
    column: int = 0
    item_column: int = 0
    is_json: bool = False
    is_compact: bool = False
    newline: str = "\n"


@record
class NameList:
    """The pull secrets of one pod spec, service account or field, as they are and as they grow.

    `keys` are to be written in front of what is added, each but the last with a mapping behind it;
    there are none where a value stands already. `before` is what stands in front of the names in a
    string: `--image-pull-secret=`.
    """

    names: tuple[str, ...]
    spot: ListSpot
    keys: tuple[str, ...] = ()
    items: NameItems = "objects"
    before: str = ""

    def value(self, names: tuple[str, ...]) -> str:
        """The string that holds its names and more, of a field that is one string."""
        held = self.names if self.items == "commas" else ()
        return self.before + ",".join((*held, *names))


@record
class Edit:
    """Replace characters `start` to `end` by `text`: tokens `first` to `last` become `tokens`."""

    start: int
    end: int
    text: str
    first: int
    last: int
    tokens: tuple[Token, ...]

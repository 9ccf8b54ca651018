"""One YAML document as a light tree of parser events.

The tree keeps libyaml's own scalar events as leaves and adds two small classes for collections and
one for aliases: an event pass is several times cheaper than composing nodes, and reading stops at
the depth bound long before the parser's C stack or its quadratic flow scanner could suffer.
Offsets are characters from the start of the text given to `read`.

Scalars stay strings: no YAML type is ever resolved, so `1e3`, `12:30:45` and `y` cannot change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from transformer.yamltext.parsers import MAX_SCALAR, stream_of
from transformer.yamltext.parsers import PARSERS as PARSERS

# YAML 1.1, 5.1: what a stream must not hold.
NON_PRINTABLE = yaml.reader.Reader.NON_PRINTABLE

MAX_DEPTH = 256
MAX_ALIASES = 10_000

RENDER_HINT = "render the template first, for example with helm template"

_TOO_DEEP = f"a document must not be nested more than {MAX_DEPTH} levels deep"
_TOO_LONG = f"a scalar or comment must not be longer than {MAX_SCALAR >> 20} Mi characters"
_SECOND_DOCUMENT = "a document must be separated from the one before it by a line `---`"
_SECOND_BOM = "must not hold a byte order mark but at the start of a file"
_BOM_HINT = "save the files without it before they are joined"

_STRAY_BOM = "(?<![^\r\n\x85\u2028\u2029])\ufeff"

# The parse border: PyYAML's own objects, of which libyaml's half has no types.
RawEvent: TypeAlias = Any

Token: TypeAlias = "str | tuple[str | None, ...]"

MAPPING = ("{",)
SEQUENCE = ("[",)
END = ("end",)


class SyntaxFault(Exception):
    """The text is no YAML document we can read. `offset` counts characters from its start."""

    def __init__(self, code: str, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset
        self.hint = hint


class Collection:
    """A mapping (children: key, value, key, value, ...) or a sequence (children: items).

    `order` and `last` are the places of its start and end in the tree's tokens; `end` is the
    offset behind the closing bracket, meaningful for flow style only.
    """

    __slots__ = ("children", "end", "last", "order", "start")

    bracket: ClassVar[tuple[str, ...]]
    value: ClassVar[None] = None
    children: list[Slot]

    def __init__(self, start: RawEvent, order: int) -> None:
        self.start = start
        self.order = order
        self.last = 0
        self.end = 0
        self.children = []

    @property
    def is_flow(self) -> bool:
        return bool(self.start.flow_style)

    @property
    def is_open(self) -> bool:
        return not self.last


class Mapping(Collection):
    __slots__ = ()

    bracket = MAPPING


class Sequence(Collection):
    __slots__ = ()

    bracket = SEQUENCE


_COLLECTIONS: dict[type, type[Collection]] = {
    MappingStartEvent: Mapping,
    SequenceStartEvent: Sequence,
}


class Alias:
    """A `*name` in the text, and the node that it stands for."""

    __slots__ = ("start", "target")

    def __init__(self, start: RawEvent, target: ScalarEvent | Collection) -> None:
        self.start = start
        self.target = target

    @property
    def value(self) -> str | None:
        return self.target.value


Node: TypeAlias = "ScalarEvent | Collection"
Slot: TypeAlias = "ScalarEvent | Collection | Alias"


class Tree:
    """What one document says: its root (None when there is no document), aliases and tokens.

    `tokens` has one entry per node start and collection end, in source order: the value of an
    unadorned plain scalar, a tuple for everything else. Two texts say the same when their tokens
    are equal.
    """

    __slots__ = ("aliases", "mappings", "root", "text", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Slot | None = None
        self.tokens: list[Token] = []
        self.aliases: list[Alias] = []
        self.mappings: list[Collection] = []


def read(text: str, parser: str = "") -> Tree:
    """Read one YAML document.

    Takes the text of at most one document, with its markers, and a name of `PARSERS` (the first
    when empty). Returns its tree. Raises `SyntaxFault` on text that is no YAML 1.1 document and
    where a bound is passed: nesting depth, number of aliases, an anchor inside itself.
    """
    try:
        return _parse(text, parser, _build)
    except SyntaxFault as fault:
        # Scanners run up to 1,024 characters ahead of their events, and some have a bound of their
        # own: where the text ends before the fault, ours is met first.
        if fault.code == "yaml":
            try:
                _parse(text[: fault.offset], parser, _build)
            except SyntaxFault as earlier:
                if earlier.code == "too-deep":
                    raise earlier from None
        raise


def read_tokens(text: str, parser: str = "") -> list[Token]:
    """The tokens of a document, without its tree. Takes and raises what `read` does, but for the
    bounds: it is for text that says what a document within them said."""
    return _parse(text, parser, _note).tokens


def _parse(text: str, parser: str, work: Callable[[Tree, Callable[[], Event]], None]) -> Tree:
    make = PARSERS[parser] if parser else next(iter(PARSERS.values()))
    # A second byte order mark would shift every offset that libyaml reports.
    if "\ufeff" in text and (stray := re.search(_STRAY_BOM, text)):
        raise SyntaxFault("yaml", _SECOND_BOM, stray.start(), _BOM_HINT)
    tree = Tree(text)
    stream = stream_of(text, tree.tokens)
    try:
        work(tree, make(stream).get_event)
    except yaml.YAMLError as error:
        if isinstance(stream, str) or not stream.is_too_long:
            raise _fault(text, error) from None
    if not isinstance(stream, str) and stream.is_too_long:
        raise SyntaxFault("too-long", _TOO_LONG, stream.since)
    return tree


def _build(tree: Tree, get_event: Callable[[], Event]) -> None:  # noqa: C901 a branch an event kind
    root: list[Slot] = []
    add = root.append
    stack: list[tuple[Collection, Callable[[Slot], None]]] = []
    anchors: dict[str, ScalarEvent | Collection] = {}
    tokens = tree.tokens
    say = tokens.append
    while True:
        event: RawEvent = get_event()
        kind = event.__class__
        if kind is ScalarEvent:
            add(event)
            if event.style or event.anchor or event.tag:
                say((event.value, event.style or "", event.anchor, event.tag))
                if event.anchor:
                    anchors[event.anchor] = event
            else:
                say(event.value)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            node = _COLLECTIONS[kind](event, len(tokens))
            add(node)
            stack.append((node, add))
            if len(stack) > MAX_DEPTH:
                raise SyntaxFault("too-deep", _TOO_DEEP, event.start_mark.index)
            add = node.children.append
            if kind is MappingStartEvent:
                tree.mappings.append(node)
            if event.anchor or event.tag:
                say((node.bracket[0], event.anchor, event.tag))
                if event.anchor:
                    anchors[event.anchor] = node
            else:
                say(node.bracket)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node, add = stack.pop()
            node.last = len(tokens)
            node.end = event.end_mark.index
            say(END)
        elif kind is AliasEvent:
            add(_alias(tree, event, anchors))
            say(("*", event.anchor))
        elif kind is DocumentStartEvent and root:
            raise SyntaxFault("yaml", _SECOND_DOCUMENT, event.start_mark.index)
        elif kind is StreamEndEvent:
            break
    tree.root = root[0] if root else None


def _note(tree: Tree, get_event: Callable[[], Event]) -> None:
    say = tree.tokens.append
    while True:
        event: RawEvent = get_event()
        kind = event.__class__
        if kind is ScalarEvent:
            if event.style or event.anchor or event.tag:
                say((event.value, event.style or "", event.anchor, event.tag))
            else:
                say(event.value)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            say(END)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            bracket = _COLLECTIONS[kind].bracket
            adorned = event.anchor or event.tag
            say((bracket[0], event.anchor, event.tag) if adorned else bracket)
        elif kind is AliasEvent:
            say(("*", event.anchor))
        elif kind is StreamEndEvent:
            break


def _alias(tree: Tree, event: RawEvent, anchors: dict[str, ScalarEvent | Collection]) -> Alias:
    offset = event.start_mark.index
    target = anchors.get(event.anchor)
    if target is None:
        message = f'an alias must name an anchor of the same document: "*{event.anchor}"'
        raise SyntaxFault("unknown-alias", message, offset)
    if isinstance(target, Collection) and target.is_open:
        message = f'an anchor must not contain its own alias: "*{event.anchor}"'
        raise SyntaxFault("recursive-alias", message, offset)
    alias = Alias(event, target)
    tree.aliases.append(alias)
    if len(tree.aliases) > MAX_ALIASES:
        message = f"a document must not hold more than {MAX_ALIASES} aliases"
        raise SyntaxFault("too-many-aliases", message, offset)
    return alias


def _fault(text: str, error: yaml.YAMLError) -> SyntaxFault:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part)
        offset = min(mark.index, len(text)) if mark else 0
        return SyntaxFault("yaml", f"must be YAML: {message}", offset, _template_hint(text, offset))
    found = NON_PRINTABLE.search(text)
    offset, shown = (found.start(), found[0]) if found else (0, "")
    return SyntaxFault("yaml", f"must not hold the control character {shown!a}", offset)


def _template_hint(text: str, offset: int) -> str:
    # A statement on a line of its own is often noticed on the next line only.
    begin = text.rfind("\n", 0, max(0, text.rfind("\n", 0, offset))) + 1
    end = text.find("\n", offset)
    return RENDER_HINT if "{{" in text[begin : end if end >= 0 else len(text)] else ""

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
from collections.abc import Sequence as AnySequence
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

from transformer.yamltext.parsers import MAX_SCALAR, RawParser, stream_of
from transformer.yamltext.parsers import PARSERS as PARSERS

# YAML 1.1, 5.1: what a stream must not hold.
NON_PRINTABLE = yaml.reader.Reader.NON_PRINTABLE

MAX_DEPTH = 256
MAX_ALIASES = 10_000

RENDER_HINT = "render the template first, for example with helm template"

_TOO_DEEP = f"a document is nested more than {MAX_DEPTH} levels deep"
_TOO_LONG = f"a scalar or comment is longer than {MAX_SCALAR >> 20} Mi characters"
_SECOND_DOCUMENT = "a document is not separated from the one before it: expected a line `---`"
_SECOND_BOM = "holds a byte order mark that is not at the start of a file"
_BOM_HINT = "save the files without it before they are joined"

_STRAY_BOM = "(?<![^\r\n\x85\u2028\u2029])\ufeff"

# The parse border: PyYAML's own objects, of which libyaml's half has no types.
RawEvent: TypeAlias = Any

Token: TypeAlias = "str | tuple[str | None, ...] | type[Event]"

MAPPING: Token = MappingStartEvent
SEQUENCE: Token = SequenceStartEvent
MAPPING_END: Token = MappingEndEvent
SEQUENCE_END: Token = SequenceEndEvent


class SyntaxFault(Exception):
    """The text is not a YAML document we can read. `offset` counts characters from its start."""

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

    bracket: ClassVar[str]
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

    bracket = "{"


class Sequence(Collection):
    __slots__ = ()

    bracket = "["


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

    `tokens` has one entry per node start and collection end, in source order: the value of a plain
    scalar, and the class of the event of what begins or ends a collection; a tuple for what has a
    style, an anchor or a tag. Two texts say the same when their tokens are equal.
    """

    __slots__ = ("aliases", "mappings", "root", "text", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Slot | None = None
        self.tokens: list[Token] = []
        self.aliases: list[Alias] = []
        self.mappings: list[Collection] = []


def read(text: str, parser: str = "", depth: int = 0) -> Tree:
    """Read one YAML document.

    Takes the text of at most one document, with its markers, a name of `PARSERS` (the first when
    empty), and how many levels the text is a part of. Returns its tree. Raises `SyntaxFault` on
    text that is not a YAML 1.1 document and where a bound is passed: nesting depth, number of
    aliases, an anchor inside itself.
    """
    try:
        return _read(text, parser, MAX_DEPTH - depth)
    except SyntaxFault as fault:
        # Scanners run up to 1,024 characters ahead of their events, and some have a bound of their
        # own: where the text ends before the fault, ours is met first.
        if fault.code == "yaml":
            try:
                _read(text[: fault.offset], parser, MAX_DEPTH - depth)
            except SyntaxFault as earlier:
                if earlier.code == "too-deep":
                    raise earlier from None
        raise


def _read(text: str, parser: str, max_depth: int) -> Tree:
    tree = Tree(text)
    adorned = may_be_adorned(text)
    parse(text, parser, tree.tokens, lambda made: _build(tree, made.get_event, max_depth, adorned))
    return tree


def parse(
    text: str, parser: str, tokens: AnySequence[object], work: Callable[[RawParser], object]
) -> None:
    """Let a parser work through a text, and put what is wrong with that into our words.

    Takes a text and a parser as `read` does, the list that grows as the parser gets on, and what to
    do with the parser. Raises `SyntaxFault`.
    """
    make = PARSERS[parser] if parser else next(iter(PARSERS.values()))
    # A second byte order mark would shift every offset that libyaml reports.
    if "\ufeff" in text and (stray := re.search(_STRAY_BOM, text)):
        raise SyntaxFault("yaml", _SECOND_BOM, stray.start(), _BOM_HINT)
    stream = stream_of(text, tokens)
    try:
        work(make(stream))
    except yaml.YAMLError as error:
        if isinstance(stream, str) or not stream.is_too_long:
            raise _fault(text, error) from None
    if not isinstance(stream, str) and stream.is_too_long:
        raise SyntaxFault("too-long", _TOO_LONG, stream.since)


def may_be_adorned(text: str) -> bool:
    """False for a text without an indicator of anchors, tags and aliases (YAML 1.1, 5.3)."""
    return "&" in text or "!" in text or "*" in text


def _build(  # noqa: C901 a branch an event kind
    tree: Tree, get_event: Callable[[], Event], max_depth: int, adorned: bool
) -> None:
    root: list[Slot] = []
    children = root
    stack: list[Collection] = []
    anchors: dict[str, ScalarEvent | Collection] = {}
    tokens = tree.tokens
    while True:
        event: RawEvent = get_event()
        kind = type(event)
        if kind is ScalarEvent:
            children.append(event)
            if event.style or (adorned and (event.anchor or event.tag)):
                tokens.append((event.value, event.style or "", event.anchor, event.tag))
                if event.anchor:
                    anchors[event.anchor] = event
            else:
                tokens.append(event.value)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            make: type[Collection] = Mapping if kind is MappingStartEvent else Sequence
            node = make(event, len(tokens))
            if kind is MappingStartEvent:
                tree.mappings.append(node)
            children.append(node)
            children = node.children
            stack.append(node)
            if len(stack) > max_depth:
                raise SyntaxFault("too-deep", _TOO_DEEP, event.start_mark.index)
            if adorned and (event.anchor or event.tag):
                tokens.append((node.bracket, event.anchor, event.tag))
                if event.anchor:
                    anchors[event.anchor] = node
            else:
                tokens.append(kind)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node = stack.pop()
            node.last = len(tokens)
            node.end = event.end_mark.index
            children = stack[-1].children if stack else root
            tokens.append(kind)
        elif kind is AliasEvent:
            children.append(_alias(tree, event, anchors))
            tokens.append(("*", event.anchor))
        elif kind is DocumentStartEvent and root:
            raise SyntaxFault("yaml", _SECOND_DOCUMENT, event.start_mark.index)
        elif kind is StreamEndEvent:
            break
    tree.root = root[0] if root else None


def _alias(tree: Tree, event: RawEvent, anchors: dict[str, ScalarEvent | Collection]) -> Alias:
    offset = event.start_mark.index
    target = anchors.get(event.anchor)
    if target is None:
        message = f'an alias names no anchor of the same document: "*{event.anchor}"'
        raise SyntaxFault("unknown-alias", message, offset)
    if isinstance(target, Collection) and target.is_open:
        message = f'an anchor contains its own alias: "*{event.anchor}"'
        raise SyntaxFault("recursive-alias", message, offset)
    alias = Alias(event, target)
    tree.aliases.append(alias)
    if len(tree.aliases) > MAX_ALIASES:
        message = f"a document holds more than {MAX_ALIASES} aliases"
        raise SyntaxFault("too-many-aliases", message, offset)
    return alias


def _fault(text: str, error: yaml.YAMLError) -> SyntaxFault:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part)
        offset = min(mark.index, len(text)) if mark else 0
        return SyntaxFault("yaml", f"is not YAML: {message}", offset, _template_hint(text, offset))
    found = NON_PRINTABLE.search(text)
    offset, shown = (found.start(), found[0]) if found else (0, "")
    return SyntaxFault("yaml", f"holds the control character {shown!a}", offset)


def _template_hint(text: str, offset: int) -> str:
    # A statement on a line of its own is often noticed on the next line only.
    begin = text.rfind("\n", 0, max(0, text.rfind("\n", 0, offset))) + 1
    end = text.find("\n", offset)
    return RENDER_HINT if "{{" in text[begin : end if end >= 0 else len(text)] else ""

"""Questions about a tree: keys, merge keys, aliases, visible uses, places of values.

Merge keys follow the YAML 1.1 merge type: a key of the mapping itself wins, then the merged
mappings in the order written. Offsets are characters from the start of the document's text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from itertools import takewhile

from transformer.yamltext.tree import (
    RENDER_HINT,
    Alias,
    Collection,
    Mapping,
    Node,
    RawEvent,
    Sequence,
    Slot,
    SyntaxFault,
    Tree,
)

_NULLS = frozenset({"", "null", "~", "Null", "NULL"})

MAX_EXPANDED = 200_000
MAX_MERGED = 64

BREAKS = "\n\r\x85\u2028\u2029"  # YAML 1.1, 5.4
_SPACE = " \t" + BREAKS


class RepeatedKey(SyntaxFault):
    """A key stands twice in one mapping, on the way to a value that is wanted."""

    def __init__(self, key: str, first: int, second: int) -> None:
        super().__init__("repeated-key", f"key `{key}` is repeated", second)
        self.first = first


def resolve(slot: Slot) -> Node:
    """The node at a place: an alias's target, or what stands there itself."""
    return slot.target if isinstance(slot, Alias) else slot


def offset_of(slot: Slot) -> int:
    """Where a node or alias begins, its anchor and tag included."""
    event: RawEvent = slot.start if isinstance(slot, (Alias, Collection)) else slot
    offset: int = event.start_mark.index
    return offset


def is_null(slot: Slot) -> bool:
    """True for a plain scalar that every YAML reader takes for null."""
    if slot.value not in _NULLS:
        return False
    node: RawEvent = resolve(slot)
    return not node.style and node.tag in (None, "tag:yaml.org,2002:null")


def text_of(slot: Slot | None) -> str:
    """The string at a place; '' when there is none, or a collection, or null."""
    if slot is None or is_null(slot):
        return ""
    return slot.value or ""


def lookup(
    mapping: Collection, wanted: Container[object], *, last_wins: bool = False
) -> dict[str, Slot]:
    """The wanted keys of a mapping and the places of their values, merge keys followed.

    Raises `RepeatedKey` when a wanted key stands twice, unless the last one is to win, or a merge
    key; `SyntaxFault` where a key is a collection (an unrendered template reads like that), where
    readers disagree which of two values counts, or where too many mappings are merged.
    """
    found: dict[str, Slot] = {}
    slots = iter(mapping.children)
    for key in slots:
        name = key.value
        value = next(slots)
        if name is None or name == "<<":
            return _lookup(mapping, wanted, last_wins)
        if name in wanted:
            if name in found and not last_wins:
                raise _repeated_key(mapping, key)
            found[name] = value
    return found


def _lookup(mapping: Collection, wanted: Container[object], last_wins: bool) -> dict[str, Slot]:
    found: dict[str, Slot] = {}
    if _find(mapping, wanted, found, last_wins):
        for source in merged(mapping):
            inherited: dict[str, Slot] = {}
            _find(source, wanted, inherited, last_wins)
            if not last_wins:
                _refuse_late_merge(mapping, inherited)
            for name, value in inherited.items():
                found.setdefault(name, value)
    return found


def _refuse_late_merge(mapping: Collection, inherited: Container[object]) -> None:
    # For kubectl a merge overrides what stands before it; for others a mapping's own key wins.
    for key in takewhile(lambda key: not is_merge(key), mapping.children[::2]):
        if key.value in inherited and key.value != "name":
            message = (
                f"key `{key.value}` stands before the `<<` that has it too: expected "
                "behind it, for kubectl"
            )
            raise SyntaxFault("late-merge", message, offset_of(key))


def _find(
    mapping: Collection, wanted: Container[object], found: dict[str, Slot], last_wins: bool
) -> bool:
    # True when the mapping merges others.
    is_merging = False
    children = mapping.children
    for key, value in zip(children[::2], children[1::2], strict=True):
        name = key.value
        if name in wanted and name is not None:
            if name in found and not last_wins:
                raise _repeated_key(mapping, key)
            found[name] = value
        elif name is None:
            raise _complex_key(key)
        elif is_merge(key):
            if is_merging:
                raise _repeated_key(mapping, key)
            is_merging = True
    return is_merging


def is_merge(key: Slot) -> bool:
    """True for a plain `<<` without a tag, or with that of a merge key."""
    event: RawEvent = key
    return (
        key.value == "<<"
        and not isinstance(key, Alias)
        and not event.style
        and event.tag in (None, "tag:yaml.org,2002:merge")
    )


def _repeated_key(mapping: Collection, second: Slot) -> RepeatedKey:
    name = second.value or ""
    first = next(key for key in mapping.children[::2] if key.value == name)
    return RepeatedKey(name, offset_of(first), offset_of(second))


def _complex_key(key: Slot) -> SyntaxFault:
    return SyntaxFault("complex-key", "a mapping key is not a string", offset_of(key), RENDER_HINT)


def merged(mapping: Collection) -> Iterator[Mapping]:
    """The mappings that a mapping merges, in order of precedence, each once.

    Raises `SyntaxFault` where they are more than `MAX_MERGED`.
    """
    seen = {id(mapping)}
    stack = _merge_values(mapping)
    while stack:
        slot = stack.pop()
        source = resolve(slot)
        if id(source) in seen or not isinstance(source, Mapping):
            continue
        if len(seen) > MAX_MERGED:
            message = f"a mapping merges more than {MAX_MERGED} others"
            raise SyntaxFault("too-many-aliases", message, offset_of(slot))
        seen.add(id(source))
        yield source
        stack += _merge_values(source)


def _merge_values(mapping: Collection) -> list[Slot]:
    # The last one first: they are taken from the end.
    values: list[Slot] = []
    for key, value in zip(mapping.children[::2], mapping.children[1::2], strict=True):
        if is_merge(key):
            node = resolve(value)
            values += node.children if isinstance(node, Sequence) else [value]
    return values[::-1]


def order_of(parent: Collection, slot: Slot) -> int:
    """The place in the tree's tokens of a child of `parent`, or of a mapping that it merges."""
    order = parent.order + 1
    for child in parent.children:
        if child is slot:
            return order
        order += size_of(child)
    owner = next(it for it in merged(parent) if any(slot is child for child in it.children))
    return order_of(owner, slot)


def visible(mapping: Collection) -> Iterator[tuple[Slot, Slot]]:
    """The keys and values that a reader sees in a mapping, merge keys applied."""
    children = mapping.children
    is_merging = False
    for key, value in zip(children[::2], children[1::2], strict=True):
        if is_merge(key):
            is_merging = True
        else:
            yield key, value
    if is_merging:
        names = {key.value for key in children[::2]}
        for source in merged(mapping):
            for key, value in zip(source.children[::2], source.children[1::2], strict=True):
                if key.value not in names and not is_merge(key):
                    yield key, value
            names.update(key.value for key in source.children[::2])


def count_uses(tree: Tree) -> Counter[int]:
    """How often a reader sees each node and each alias, aliases expanded; keyed by `id`.

    A node's count includes the aliases that stand for it, a mapping's also the mappings that merge
    it. Raises `SyntaxFault` when aliases expand to more than `MAX_EXPANDED` nodes (the billion
    laughs).
    """
    uses: Counter[int] = Counter()
    stack = [tree.root] if tree.root is not None else []
    budget = MAX_EXPANDED + len(tree.tokens)
    while stack:
        slot = stack.pop()
        uses[id(slot)] += 1
        budget -= 1
        if budget < 0:
            message = f"aliases expand to more than {MAX_EXPANDED} nodes"
            raise SyntaxFault("too-many-aliases", message, offset_of(tree.aliases[0]))
        node = resolve(slot)
        if node is not slot:
            uses[id(node)] += 1
        if isinstance(node, Mapping):
            uses.update(id(source) for source in merged(node))
            for pair in visible(node):
                stack.extend(pair)
        elif isinstance(node, Collection):
            stack.extend(node.children)
    return uses


def orders(tree: Tree) -> dict[int, int]:
    """The place in the tokens of every node and alias of a tree, keyed by `id`."""
    places: dict[int, int] = {}
    stack = [tree.root]
    while stack:
        parent = stack.pop()
        if isinstance(parent, Collection):
            order = parent.order + 1
            for child in parent.children:
                places[id(child)] = order
                order += size_of(child)
            stack.extend(parent.children)
    return places


def size_of(slot: Slot) -> int:
    """How many tokens a node or alias is."""
    return slot.last - slot.order + 1 if isinstance(slot, Collection) else 1


def value_start(text: str, event: RawEvent) -> int:
    """Where a scalar's value begins: behind its anchor and tag.

    The parser's own start mark includes `&anchor` and `!tag`, with whatever space, line break and
    comment follows them (YAML 1.1, node properties).
    """
    at: int = event.start_mark.index
    if not event.anchor and not event.tag:
        return at
    end: int = event.end_mark.index
    while at < end:
        if text[at] in "&!":
            at = _skip_to(text, at, end, _SPACE)
        elif text[at] == "#":
            at = _skip_to(text, at, end, BREAKS)
        elif text[at] in _SPACE:
            at += 1
        else:
            break
    return at


def _skip_to(text: str, at: int, end: int, stops: str) -> int:
    while at < end and text[at] not in stops:
        at += 1
    return at


def repeated_keys(mapping: Collection) -> Iterator[tuple[Slot, Slot]]:
    """Each key of a mapping that an earlier one repeats, with that earlier one."""
    seen: dict[str, Slot] = {}
    for key in mapping.children[::2]:
        name = key.value
        if name is not None and name in seen:
            yield seen[name], key
        elif name is not None:
            seen[name] = key

"""The default agreement check: the edited text says what the original said, but for the plan.

A document's tokens are noted before it is edited: one hash for each stretch between the spots that
a plan may change, and the tokens of the spots themselves. The edited text is read again, and its
tokens must be these with exactly the planned ones exchanged. Hashes, not tokens, are kept so that
a long stream costs little memory while it waits for its verdicts.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from collections.abc import Sequence as AnySequence
from itertools import pairwise

from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from transformer.records import record
from transformer.yamltext.edit import Edit, Spot
from transformer.yamltext.tree import (
    Mapping,
    RawEvent,
    Sequence,
    Token,
    may_be_adorned,
    parse,
)

_BRACKETS = {MappingStartEvent: Mapping.bracket, SequenceStartEvent: Sequence.bracket}
_ENDS = (MappingEndEvent, SequenceEndEvent)


@record
class Fingerprint:
    """The tokens of a document: bounds cut them into stretches, and a hash stands for each.

    `numbers` are the bounds, one more than stretches, with the hashes behind them: there may be
    as many fingerprints as documents.
    """

    numbers: array[int]


def fingerprint(tokens: AnySequence[Token], spots: Iterable[Spot]) -> Fingerprint:
    """Note what a document says, cut at every spot that an edit may change."""
    cuts = {0, len(tokens)}
    for spot in spots:
        cuts.add(spot.first)
        cuts.add(spot.last)
    bounds = sorted(cuts)
    hashes = (hash(tuple(tokens[start:end])) for start, end in pairwise(bounds))
    return Fingerprint(numbers=array("q", (*bounds, *hashes)))


def agrees(before: Fingerprint, edits: Iterable[Edit], after: AnySequence[Token]) -> bool:
    """True when `after` is what `before` noted, with each edit's tokens in their place.

    Takes the edits of the document in any order, but insertions at one place in that in which they
    were made; each edit must cover whole stretches, or none.
    """
    planned: dict[int, list[Edit]] = {}
    for edit in edits:
        planned.setdefault(edit.first, []).append(edit)
    for together in planned.values():
        if len(together) > 1:
            together.sort(key=lambda edit: edit.last)
    at = 0
    skip_to = 0
    numbers = before.numbers.tolist()
    last = len(numbers) // 2
    bounds, hashes = numbers[: last + 1], numbers[last + 1 :]
    for index, start in enumerate(bounds):
        for edit in planned.get(start, ()):
            if tuple(after[at : at + len(edit.tokens)]) != edit.tokens:
                return False
            at += len(edit.tokens)
            skip_to = edit.last
        if start < skip_to or index == last:
            continue
        end = at + bounds[index + 1] - start
        if hash(tuple(after[at:end])) != hashes[index]:
            return False
        at = end
    return at == len(after)


def read_tokens(text: str, parser: str = "") -> list[Token]:
    """The tokens of a document, without its tree. Takes and raises what `read` does, but for the
    bounds: it is for text that says what a document within them said."""
    tokens: list[Token] = []
    adorned = may_be_adorned(text)
    parse(text, parser, tokens, lambda made: _note(tokens, made.get_event, adorned))
    return tokens


def _note(tokens: list[Token], get_event: Callable[[], Event], adorned: bool) -> None:
    # In front of the first node and behind the last are events that no tree has a token of.
    get_event()
    if type(get_event()) is StreamEndEvent:
        return
    while True:
        event: RawEvent = get_event()
        kind = type(event)
        if kind is ScalarEvent:
            if event.style or (adorned and (event.anchor or event.tag)):
                tokens.append((event.value, event.style or "", event.anchor, event.tag))
            else:
                tokens.append(event.value)
        elif kind is StreamEndEvent:
            break
        elif adorned and kind not in _ENDS:
            tokens.append(_adorned(event))
        else:
            tokens.append(kind)
    del tokens[-1]


def _adorned(event: RawEvent) -> Token:
    # The token of what is no scalar, and no end.
    kind: type[Event] = type(event)
    if kind is AliasEvent:
        return "*", event.anchor
    if kind in _BRACKETS and (event.anchor or event.tag):
        return _BRACKETS[kind], event.anchor, event.tag
    return kind

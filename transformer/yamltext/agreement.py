"""The default agreement check: the edited text says what the original said, but for the plan.

A document's tokens are noted before it is edited: one hash for each stretch between the spots that
a plan may change, and the tokens of the spots themselves. The edited text is read again, and its
tokens must be these with exactly the planned ones exchanged. Hashes, not tokens, are kept so that
a long stream costs little memory while it waits for its verdicts.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise

from transformer.records import record
from transformer.yamltext.edit import Edit, Spot
from transformer.yamltext.tree import Token


@record
class Fingerprint:
    """The tokens of a document: bounds cut them into stretches, and a hash stands for each.

    `numbers` are the bounds, one more than stretches, with the hashes behind them: there may be
    as many fingerprints as documents.
    """

    numbers: array[int]


def fingerprint(tokens: Sequence[Token], spots: Iterable[Spot]) -> Fingerprint:
    """Note what a document says, cut at every spot that an edit may change."""
    cuts = {0, len(tokens)}
    for spot in spots:
        cuts.add(spot.first)
        cuts.add(spot.last)
    bounds = sorted(cuts)
    hashes = (hash(tuple(tokens[start:end])) for start, end in pairwise(bounds))
    return Fingerprint(numbers=array("q", (*bounds, *hashes)))


def agrees(before: Fingerprint, edits: Iterable[Edit], after: Sequence[Token]) -> bool:
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

"""Rules as nodes know them: which repositories come from where, which stay, which are blocked.

A node sees the name of an image and nothing of the object that it is for, and looks at tags of no
rule (`sysregistriesv2.FindRegistry` is asked for names; containerd's and k3s's files are those of
hosts). What is left has one answer for each source, of which the longest that covers an image
counts, as in ours. Two things are said nowhere but in ours, and are made moves of their own here:
an image that lies under a target is not moved again, and `keep` holds without a rule around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from transformer.config.mirrors import Rule
from transformer.errors import Position, Problem
from transformer.image.repository import BadName, Pattern, check_target, parse_source
from transformer.messages import quoted
from transformer.records import record, replace

# A template that says no more than a target does: the name as it is, behind the host or without it.
_PLAIN = re.compile(
    r"(?P<folder>[^{}]+)/(?:(?P<host>\{\{ *host *\}\})/)?\{\{ *repository *\}\}"
).fullmatch


@record
class Move:
    """What becomes of the images below a source: `target` is '' where they keep their name.

    `others` are further targets, asked one after the other; where `falls_back`, the source is, too.
    `pattern` is the source in parts, `label` and `position` are those of the rule that says so.
    """

    source: str
    pattern: Pattern
    label: str
    position: Position
    target: str = ""
    others: tuple[str, ...] = ()
    falls_back: bool = False
    is_blocked: bool = False

    @property
    def is_kept(self) -> bool:
        return not self.target and not self.is_blocked

    @property
    def targets(self) -> tuple[str, ...]:
        """All targets, in the order in which they are asked."""
        return (self.target, *self.others) if self.target else ()


@record
class Moves:
    """The moves of a configuration, the longest source first, and what they do not say."""

    moves: tuple[Move, ...]
    unsaid: tuple[Problem, ...]


def moves_of(rules: Iterable[Rule]) -> Moves:
    """What the rules say of repositories, and an error for each that says more.

    What keeps images that no other moves is left out.
    """
    found = all_moves_of(rules)
    needed = [it for it in found.moves if not it.is_kept or _is_covered(it, found.moves)]
    return replace(found, moves=tuple(needed))


def all_moves_of(rules: Iterable[Rule]) -> Moves:
    """What the rules say of repositories, whether it is another than what nodes do anyway."""
    moves: list[Move] = []
    kept: dict[str, Move] = {}
    unsaid: list[Problem] = []
    for rule in rules:
        if "images" not in rule.artifacts:
            # No node pulls charts.
            continue
        problem = _beyond(rule)
        if problem is None:
            moves.append(_move(rule))
        else:
            unsaid.append(problem)
        for prefix in rule.prefixes:
            # An image under a target is there: it must not go where a shorter source would have it.
            kept.setdefault(prefix, _move_of(rule, prefix))
    moves += kept.values()
    return Moves(moves=tuple(sorted(moves, key=_precedence)), unsaid=tuple(unsaid))


def unsayable(move: Move, state: str, hint: str = "") -> Problem:
    """What is wrong with a move for a format, as an error at its rule."""
    message = f"`{move.label}` {state}: {quoted(move.source)}"
    return Problem(code="not-exportable", message=message, position=move.position, hint=hint)


def _beyond(rule: Rule) -> Problem | None:
    pattern = parse_source(rule.source)
    key, hint = "", ""
    if rule.where is not None:
        key, hint = "where", "a node knows the image, not the object that it is for"
    elif pattern.is_everything:
        key, hint = "source", "a node has mirrors for hosts that are named"
    elif rule.on_absent == "next":
        key, hint = "onAbsent", "a node follows one rule: the longest that covers an image"
    elif rule.only:
        key, hint = "only", "a node moves a repository whole"
    elif rule.same_as:
        key, hint = "sameAs", "give it the target of the other name"
    elif pattern.tag or pattern.digest:
        key, hint = "source", "a node has mirrors for repositories, whatever the tag"
    elif rule.template is not None and _plain_target(rule) is None:
        key = "template"
        hint = "`target` and `<target>/{{ host }}/{{ repository }}` are what a node can do"
    if not key:
        return None
    value = f": {quoted(rule.source)}" if key == "source" else ""
    return Problem(
        code="not-exportable",
        message=f"`{key}` of `{rule.label}` is set, which nodes cannot read{value}",
        position=rule.position,
        hint=hint,
    )


def _move(rule: Rule) -> Move:
    target = rule.target if rule.template is None else _plain_target(rule)
    return replace(
        _move_of(rule, rule.source),
        target=target or "",
        others=rule.targets[1:],
        falls_back=rule.on_absent == "keep",
        is_blocked=rule.block,
    )


def _move_of(rule: Rule, source: str) -> Move:
    pattern = parse_source(source)
    return Move(source=source, pattern=pattern, label=rule.label, position=rule.position)


def _plain_target(rule: Rule) -> str | None:
    found = _PLAIN(rule.template.text) if rule.template is not None else None
    pattern = parse_source(rule.source)
    if found is None or (found["host"] and pattern.is_wildcard):
        return None
    # A wildcard has no path of its own.
    host, _, path = ("", "", "") if pattern.is_wildcard else pattern.name.partition("/")
    parts = (found["folder"], host if found["host"] else "", path)
    target = "/".join(filter(None, parts))
    try:
        return check_target(target)
    except BadName:
        # A port is no part of a path.
        return None


def _is_covered(kept: Move, moves: Iterable[Move]) -> bool:
    pattern = kept.pattern
    # What covers one host below a wildcard, and is not a host itself, covers them all.
    name = f"*.{pattern.name}" if pattern.is_wildcard else pattern.name
    return any(it.pattern.covers(name) for it in moves if not it.is_kept)


def _precedence(move: Move) -> tuple[int, str]:
    return -len(move.source), move.source

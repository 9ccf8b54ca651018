"""A policy.json, by which CRI-O, Podman and skopeo take images that are signed: by `signedBy`.

    "transports": {"docker": {
      "ghcr.io/acme": [{"type": "sigstoreSigned", "keyData": "..."}],
      "m.io/acme": [{"type": "sigstoreSigned", "keyData": "...", "signedIdentity":
        {"type": "remapIdentity", "prefix": "m.io/acme", "signedPrefix": "ghcr.io/acme"}}]
    }}

What is signed has the name of its source, and a mirror gives it another: `remapIdentity` leads
back. Of the scopes that an image lies in the longest counts alone, as of our sources, so that what
needs no signature below one that does has a scope as well. Where signatures are, nodes are told by
a file of registries.d.

Specification: containers-policy.json(5), containers-registries.d(5).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from transformer.config.rule import Rule
from transformer.config.signers import Signer
from transformer.errors import Problem
from transformer.export.format import Export, File, Format, Request
from transformer.export.moves import Move, all_moves_of, unsayable
from transformer.image.repository import under
from transformer.messages import quoted
from transformer.records import record
from transformer.yamltext.scalars import written

PATH = "policy.json"
# Whose own is default.yaml.
ATTACHMENTS = "registries.d/50-mirrorpin.yaml"

Requirement: TypeAlias = dict[str, object]

_ACCEPT: Requirement = {"type": "insecureAcceptAnything"}
_REJECT: Requirement = {"type": "reject"}


@record
class Scope:
    """What is required of images below a name, and the move that says so."""

    name: str
    requirement: Requirement
    move: Move

    @property
    def is_open(self) -> bool:
        return self.requirement == _ACCEPT

    @property
    def is_signed(self) -> bool:
        return not self.is_open and self.requirement != _REJECT


def make(request: Request) -> Export:
    """The policy, and where the signatures are that it asks for."""
    config = request.config
    found = all_moves_of(config.rules)
    signers = {it.label: it.signed_by for it in config.rules if it.signed_by is not None}
    faults = [it for rule in config.rules if (it := _beyond(rule)) is not None]
    faults += (it for move in found.moves if (it := _wildcard(move, signers)) is not None)
    wrong = {it.position for it in faults}
    moves = [it for it in found.moves if it.position not in wrong]
    scopes, clashes = _distinct(_scopes(moves, signers, request.keys))
    clashes |= {it.label: fault for it, fault in _inner(scopes)}
    needed = [it for it in scopes if not it.is_open or _is_covered(it, scopes)]
    signed = [it.name for it in needed if it.is_signed]
    files = [File(path=PATH, text=_policy(needed))]
    if signed:
        files.append(File(path=ATTACHMENTS, text=_attachments(signed)))
    return Export(files=tuple(files), unsaid=(*found.unsaid, *faults, *clashes.values()))


def _beyond(rule: Rule) -> Problem | None:
    signer = rule.signed_by
    if signer is None or "images" not in rule.artifacts:
        return None
    if not signer.file:
        state = "has `key`" if signer.key else "has `identity`"
        hint = "nodes are told of keys that are files"
    elif not signer.ignores_log:
        state = "wants a transparency log"
        hint = "nodes know no key of the log: `transparencyLog: ignore`"
    else:
        return None
    source = quoted(rule.source)
    return Problem(
        code="not-exportable",
        message=f"`signedBy` of `{rule.label}` {state}, which policy.json cannot say: {source}",
        position=rule.position,
        hint=hint,
    )


def _wildcard(move: Move, signers: Mapping[str, Signer]) -> Problem | None:
    if move.label in signers and move.pattern.is_wildcard and move.target:
        hint = "name the hosts: what is signed there has the name of one"
        return unsayable(move, "is signed behind a wildcard", hint)
    return None


def _scopes(
    moves: Iterable[Move], signers: Mapping[str, Signer], keys: Mapping[str, str]
) -> Iterator[Scope]:
    found = [*moves]
    leading = {(target, it.label) for it in found for target in it.targets}
    for move in found:
        if (move.source, move.label) in leading:
            # What is at its target is said below.
            continue
        signer = signers.get(move.label)
        wanted = _REJECT if move.is_blocked else _ACCEPT
        if signer is not None:
            wanted = _signed(keys[signer.file])
        yield Scope(name=move.source, requirement=wanted, move=move)
        for target in move.targets:
            again = wanted if signer is None else {**wanted, **_renamed(move.source, target)}
            yield Scope(name=target, requirement=again, move=move)


def _signed(key: str) -> Requirement:
    import base64

    return {"type": "sigstoreSigned", "keyData": base64.b64encode(key.encode()).decode()}


def _renamed(source: str, target: str) -> Requirement:
    return {"signedIdentity": {"type": "remapIdentity", "prefix": target, "signedPrefix": source}}


def _distinct(scopes: Iterable[Scope]) -> tuple[list[Scope], dict[str, Problem]]:
    # One for each name, and an error for each move that wants another thing of the same name.
    found: dict[str, Scope] = {}
    clashes: dict[str, Problem] = {}
    for scope in scopes:
        known = found.setdefault(scope.name, scope)
        if known.requirement != scope.requirement:
            hint = f"`{known.move.label}` is for {scope.name} as well, and an image has one signer"
            clashes[scope.move.label] = unsayable(
                scope.move, f"wants another thing of {quoted(scope.name)}", hint
            )
    return list(found.values()), clashes


def _inner(scopes: Sequence[Scope]) -> Iterator[tuple[Move, Problem]]:
    # What lies below a target gets images of the rule that leads there, and must want the same.
    for outer in (it for it in scopes if it.name in it.move.targets):
        for scope in scopes:
            if scope.name == outer.name or not under(scope.name, outer.name):
                continue
            own = outer.move.source + scope.name[len(outer.name) :]
            if scope.move.source != own and not (scope.is_open and outer.is_open):
                hint = f"`{outer.move.label}` puts images there that another signer is wanted for"
                yield (
                    scope.move,
                    unsayable(scope.move, f"has images below {quoted(outer.name)}", hint),
                )


def _is_covered(scope: Scope, scopes: Iterable[Scope]) -> bool:
    pattern = scope.move.pattern
    name = f"x.{pattern.name}" if scope.name.startswith("*.") else scope.name
    return any(_holds(it, name) for it in scopes if not it.is_open)


def _holds(outer: Scope, name: str) -> bool:
    if outer.name.startswith("*."):
        return outer.move.pattern.covers(name)
    return under(name, outer.name)


def _policy(scopes: Iterable[Scope]) -> str:
    docker = {it.name: [it.requirement] for it in sorted(scopes, key=lambda it: it.name)}
    policy: dict[str, object] = {"default": [_ACCEPT]}
    if docker:
        policy["transports"] = {"docker": docker}
    return json.dumps(policy, indent=2) + "\n"


def _attachments(names: Iterable[str]) -> str:
    lines = ["docker:", *(it for name in sorted(names) for it in _attachment(name))]
    return "".join(f"{it}\n" for it in lines)


def _attachment(name: str) -> tuple[str, str]:
    return f"  {written(name, '')}:", "    use-sigstore-attachments: true"


FORMAT = Format(
    help="policy.json, by which CRI-O, Podman and skopeo ask for signatures",
    make=make,
    needs_keys=True,
)

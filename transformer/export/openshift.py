"""OpenShift's ImageDigestMirrorSet and ImageTagMirrorSet (config.openshift.io/v1).

    kind: ImageDigestMirrorSet
    spec:
      imageDigestMirrors:
      - source: docker.io
        mirrors: [registry.example.com/docker.io]
        mirrorSourcePolicy: NeverContactSource

The Machine Config Operator makes registries.conf of them: the first kind counts for images by
digest, the second for images by tag. What has no mirror of its own is left out there, so nothing
below a source can be kept or blocked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from transformer.config.imports.openshift import KINDS
from transformer.errors import Problem
from transformer.export.format import Export, File, Format, Request
from transformer.export.moves import Move, moves_of, unsayable
from transformer.export.registries_conf import wildcard_faults
from transformer.yamltext.scalars import written

PATH = "mirrorpin.yaml"
NAME = "mirrorpin"

FALLBACK = "AllowContactingSource"

# Images by digest, and by tag.
BOTH = ("ImageDigestMirrorSet", "ImageTagMirrorSet")

# Host[:port][/path] or *.host, without addresses in brackets: the validation of the definitions.
_is_source = re.compile(r"(?:\*\.)?[a-zA-Z0-9][^\[\]]*").fullmatch


def make(request: Request) -> Export:
    """Both kinds of objects, each with all the rules."""
    moves, unsaid = mirror_sets(request)
    policy = FALLBACK if request.has_fallback else "NeverContactSource"
    text = "---\n".join(mirror_set(kind, moves, policy) for kind in BOTH) if moves else ""
    return Export(files=(File(path=PATH, text=text),), unsaid=unsaid)


def mirror_sets(request: Request) -> tuple[list[Move], tuple[Problem, ...]]:
    """The moves that an object of OpenShift can say, and what it cannot."""
    found = moves_of(request.config.rules)
    unsaid = [*found.unsaid, *wildcard_faults(found.moves)]
    unsaid += (fault for move in found.moves if (fault := _fault(move)) is not None)
    wrong = {it.position for it in unsaid}
    moves = [it for it in found.moves if it.target and it.position not in wrong]
    return moves, tuple(unsaid)


def _fault(move: Move) -> Problem | None:
    if move.is_blocked:
        hint = "list it in `spec.registrySources.blockedRegistries` of the cluster's Image object"
        return unsayable(move, "blocks", hint)
    if move.is_kept:
        hint = "a shorter source has a mirror, and what has none of its own is left out there"
        return unsayable(move, "keeps images below a source with a mirror", hint)
    if not _is_source(move.source) or not all(map(_is_source, move.targets)):
        return unsayable(move, "has an address in brackets", "name the registry's host")
    return None


def mirror_set(kind: str, moves: Iterable[Move], policy: str = "") -> str:
    """The text of an object of one of `openshift.KINDS`; `policy` is '' for one that has none."""
    key, _, version = KINDS[kind]
    lines = [f"apiVersion: {version}", f"kind: {kind}", "metadata:", f"  name: {NAME}"]
    lines += ["spec:", f"  {key}:", *(line for it in moves for line in _set(it, policy))]
    return "".join(f"{it}\n" for it in lines)


def _set(move: Move, policy: str) -> list[str]:
    lines = [f"  - source: {written(move.source, '')}", "    mirrors:"]
    lines += (f"    - {written(it, '')}" for it in move.targets)
    if policy and move.falls_back:
        policy = FALLBACK
    return lines + ([f"    mirrorSourcePolicy: {policy}"] if policy else [])


FORMAT = Format(help="ImageDigestMirrorSet and ImageTagMirrorSet", make=make)

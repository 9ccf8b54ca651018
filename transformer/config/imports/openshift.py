"""OpenShift's objects: ImageDigestMirrorSet, ImageTagMirrorSet and ImageContentSourcePolicy.

The Machine Config Operator merges what all objects say of one source: the order of mirrors is one
that agrees with the order of each, and of those that no object orders the first by name comes
first. A set without mirrors, or with the source alone, counts for nothing.

Specification: openshift/runtime-utils, pkg/registries; openshift/api, config/v1.
"""

from __future__ import annotations

from collections.abc import Sequence

from transformer.config.imports.mapped import By, Mapped, apart
from transformer.messages import listed, quoted
from transformer.records import record
from transformer.yamltext.values import Section, Setting

# The key of the sets of each kind, which images they are for, and its API group and version.
KINDS: dict[str, tuple[str, By, str]] = {
    "ImageDigestMirrorSet": ("imageDigestMirrors", "digests", "config.openshift.io/v1"),
    "ImageTagMirrorSet": ("imageTagMirrors", "tags", "config.openshift.io/v1"),
    "ImageContentSourcePolicy": (
        "repositoryDigestMirrors",
        "digests",
        "operator.openshift.io/v1alpha1",
    ),
}
OBJECT = ("apiVersion", "kind", "metadata", "spec", "status")
SET = ("source", "mirrors", "mirrorSourcePolicy")
_BY: tuple[By, ...] = ("digests", "tags")
POLICIES = ("AllowContactingSource", "NeverContactSource")


@record
class MirrorSet:
    """A set as one object has it."""

    source: str
    mirrors: tuple[str, ...]
    by: By
    is_blocked: bool
    setting: Setting


def read(root: Setting, kind: str) -> list[MirrorSet]:
    """The sets of an object of one of `KINDS`; what is wrong with it is noted."""
    key, by, version = KINDS[kind]
    top = root.section(OBJECT)
    given = top.require("apiVersion")
    if given is not None and given.text() != version:
        given.fail("bad-version", f"is {quoted(given.text())}: expected {version}")
    known = SET[:2] if kind == "ImageContentSourcePolicy" else SET
    return [_set(it.section(known), by) for it in top.section("spec", (key,)).items(key)]


def _set(section: Section, by: By) -> MirrorSet:
    source = section.require("source")
    policy = section.choice("mirrorSourcePolicy", POLICIES)
    found = MirrorSet(
        source=source.text() if source else "",
        mirrors=tuple(section.texts("mirrors")),
        by=by,
        is_blocked=policy == POLICIES[1],
        setting=section.setting,
    )
    if found.is_blocked and found.source in found.mirrors:
        state = f"has its source among its mirrors with {policy}"
        section.setting.fail("contradiction", state)
    return found


def merged(sets: Sequence[MirrorSet]) -> list[Mapped]:
    """What all the sets say of each source, in the order of the sources."""
    by_source: dict[str, list[MirrorSet]] = {}
    for it in sets:
        if it.source:
            by_source.setdefault(it.source, []).append(it)
    found = (_of_source(source, by_source[source]) for source in sorted(by_source))
    return [it for it in found if it is not None]


def _of_source(source: str, sets: Sequence[MirrorSet]) -> Mapped | None:
    first = sets[0]
    other = next((it for it in sets if it.is_blocked != first.is_blocked), None)
    if other is not None:
        state = f"has another `mirrorSourcePolicy` than the set at {first.setting.position}"
        other.setting.fail("contradiction", state, "OpenShift refuses to choose")
        return None
    real = [it for it in sets if set(it.mirrors) - {source}]
    orders = {by: _order(source, [it for it in real if it.by == by]) for by in _BY}
    if None in orders.values():
        return None
    digests, tags = apart((name, by) for by in _BY for name in orders[by] or ())
    if not digests and not tags:
        return None
    return Mapped(
        source=source,
        position=real[0].setting.position,
        mirrors=digests,
        tag_mirrors=tags,
        is_blocked=first.is_blocked,
    )


def _order(source: str, sets: Sequence[MirrorSet]) -> tuple[str, ...] | None:
    from graphlib import CycleError, TopologicalSorter
    from itertools import pairwise

    graph: TopologicalSorter[str] = TopologicalSorter()
    for it in sets:
        # The source comes last, unless it stands among the mirrors.
        chain = [*it.mirrors, *(() if source in it.mirrors else (source,))]
        for before, after in pairwise(chain):
            graph.add(after, before)
    names: list[str] = []
    try:
        graph.prepare()
    except CycleError as error:
        circle = listed(sorted(set(error.args[1])))
        state = f"orders mirrors against other sets of {quoted(source)}: {circle}"
        sets[-1].setting.fail("contradiction", state)
        return None
    while graph.is_active():
        ready = sorted(graph.get_ready())
        names += ready
        graph.done(*ready)
    return tuple(names[:-1] if names[-1:] == [source] else names)

"""What changed between two locks, for people, for a pull request, and for programs.

updated  docker.io/library/nginx:1.27  6965a10c1529 -> 93345ee15e78
added    ghcr.io/acme/web:2.0          -> a289c3a55021  (linux/amd64, linux/arm64)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from transformer.image.descriptor import Descriptor
from transformer.lock.entries import fields
from transformer.lock.lock import ABSENT, Lock
from transformer.messages import page
from transformer.records import record

_SHORT = len("sha256:") + 12
# What makes more of a text than text, in a table of Markdown.
_ENTITIES = {ord(it): f"&#{ord(it)};" for it in "&<>|[]()!`*_\\"}
_NONE = Descriptor(digest="")


@record
class Change:
    """One entry that differs: `old` or `new` has no digest where there is no such entry.

    `kind` is added, removed, updated (another digest) or changed (the same, said otherwise).
    """

    image: str
    kind: str
    old: Descriptor
    new: Descriptor


def entries(lock: Lock) -> dict[str, Descriptor]:
    """Everything that a lock says, by key."""
    found = ((name, lock.get(name)) for name in lock)
    return {name: entry.descriptor for name, entry in found if entry is not None}


def compare(old: Mapping[str, Descriptor], new: Mapping[str, Descriptor]) -> list[Change]:
    """The entries that differ, in byte order."""
    changes = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, _NONE), new.get(name, _NONE)
        if before != after:
            changes.append(Change(image=name, kind=_kind(before, after), old=before, new=after))
    return changes


def _kind(old: Descriptor, new: Descriptor) -> str:
    if not old.digest:
        return "added"
    if not new.digest:
        return "removed"
    return "changed" if old.digest == new.digest else "updated"


def as_text(changes: Sequence[Change]) -> str:
    """A table for people; nothing when nothing changed."""
    kinds = max((len(it.kind) for it in changes), default=0)
    images = max((len(it.image) for it in changes), default=0)
    lines = []
    for it in changes:
        notes = ", ".join(_notes(it))
        arrow = " ".join(filter(None, (it.old.digest[7:_SHORT], "->", it.new.digest[7:_SHORT])))
        if it.kind == "changed":
            arrow = it.new.digest[7:_SHORT]
        line = f"{it.kind:{kinds}}  {it.image:{images}}  {arrow}"
        lines.append(f"{line}  ({notes})" if notes else line)
    return page(lines)


def as_markdown(changes: Sequence[Change]) -> str:
    """A table for a pull request."""
    if not changes:
        return "No image changed.\n"
    lines = ["| | image | old | new | |", "|---|---|---|---|---|"]
    for it in changes:
        old, new = (f"`{its.digest[:_SHORT]}`" if its.digest else "" for its in (it.old, it.new))
        notes = ", ".join(_notes(it)).translate(_ENTITIES)
        lines.append(f"| {it.kind} | `{it.image}` | {old} | {new} | {notes} |")
    return page(lines)


def as_json(changes: Sequence[Change]) -> str:
    """`{"changes": [{"image", "kind", "old", "new"}]}`; what is not there is null."""
    import json

    listed = [
        {"image": it.image, "kind": it.kind, "old": _data(it.old), "new": _data(it.new)}
        for it in changes
    ]
    return json.dumps({"changes": listed}, indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Change]], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}


def _data(descriptor: Descriptor) -> dict[str, object] | None:
    if not descriptor.digest:
        return None
    data: dict[str, object] = dict(fields(descriptor))
    if descriptor.size:
        data["size"] = descriptor.size
    if descriptor.platforms:
        data["platforms"] = dict(sorted(descriptor.platforms.items()))
    if descriptor.targets:
        data["targets"] = dict(sorted(descriptor.targets.items()))
    if descriptor.signers:
        data["signedBy"] = dict(sorted(descriptor.signers.items()))
    return data


def _signers(old: Descriptor, new: Descriptor) -> Iterable[str]:
    before, after = old.signers.keys(), new.signers.keys()
    yield from (f"signed by {name}" for name in sorted(after - before))
    yield from (f"no longer seen to be signed by {name}" for name in sorted(before - after))


def _notes(change: Change) -> Iterable[str]:
    old, new = change.old, change.new
    if change.kind == "added":
        yield from sorted(new.platforms)
    elif change.kind != "removed":
        if old.media_type != new.media_type:
            yield f"media type {old.media_type or 'unknown'} -> {new.media_type or 'unknown'}"
        if old.size != new.size:
            yield f"size {old.size or 'unknown'} -> {new.size or 'unknown'}"
        if old.resolved_from != new.resolved_from:
            yield f"from {old.resolved_from or 'unknown'} -> {new.resolved_from or 'unknown'}"
        if old.created != new.created:
            yield f"created {old.created or 'unknown'} -> {new.created or 'unknown'}"
        for name in sorted(old.targets.keys() | new.targets.keys()):
            before, after = old.targets.get(name, ""), new.targets.get(name, "")
            if before != after and after:
                yield f"pulled from {after}" if after != ABSENT else f"at none of {name}"
        yield from _signers(old, new)
        yield from (f"+{name}" for name in sorted(new.platforms.keys() - old.platforms.keys()))
        yield from (f"-{name}" for name in sorted(old.platforms.keys() - new.platforms.keys()))
        both = sorted(old.platforms.keys() & new.platforms.keys())
        if change.kind == "changed":
            yield from (f"~{name}" for name in both if old.platforms[name] != new.platforms[name])

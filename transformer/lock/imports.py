"""Digests that others have noted: read for a lock.

- kbld's lock: `kind: Config` with `overrides` (`image` becomes `newImage`), or `kind: ImagesLock`
  (imgpkg), whose annotation `kbld.carvel.dev/id` holds the image as it was written;
- `docker buildx imagetools inspect --format '{{json .}}'`, one answer or several in a row or list;
- lines of an image and its digest, `nginx:1.27 sha256:...` or `nginx:1.27@sha256:...`, with `#`
  for comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from transformer.errors import ConfigError, Position, Problem
from transformer.image.descriptor import Descriptor
from transformer.image.media_type import is_media_type
from transformer.image.reference import BadReference, is_sha256, normalize
from transformer.messages import quoted
from transformer.records import record
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import count_uses, is_null, offset_of, resolve
from transformer.yamltext.tree import Mapping, Sequence, Slot, SyntaxFault, read

KBLD_ID = "kbld.carvel.dev/id"
LIST_HINT = "write an image and its digest on a line, nginx:1.27 sha256:..."

_LINE = re.compile(r"([^\s@#]+)(?:@|[ \t]+)(\S+)")


@record
class Imported:
    """One image of a file: its lock key, what is known of it, and where it stands."""

    key: str
    pinned: Descriptor
    position: Position


class _Reading:
    def __init__(self) -> None:
        self.images: list[Imported] = []
        self.problems: list[Problem] = []

    def fail(self, position: Position, code: str, message: str, hint: str = "") -> None:
        problem = Problem(code=code, message=message, position=position, hint=hint)
        self.problems.append(problem)

    def add(self, position: Position, image: str, digest: str, more: Any = None) -> None:  # noqa: ANN401
        more = more or {}
        try:
            reference = normalize(image)
        except BadReference as error:
            self.fail(position, error.code, f"image {error.message}", error.hint)
            return
        if reference.digest:
            message = f"image is {quoted(image)}: expected a tag and no digest, to be a key"
            self.fail(position, "bad-key", message)
            return
        if not is_sha256(digest):
            message = f"digest of {quoted(image)} is wrong: expected sha256: and 64 hex digits"
            self.fail(position, "bad-digest", f"{message}: {quoted(digest)}")
            return
        media_type, size = more.get("mediaType"), more.get("size")
        pinned = Descriptor(
            digest=digest,
            media_type=media_type
            if isinstance(media_type, str) and is_media_type(media_type)
            else "",
            size=size if isinstance(size, int) and size > 0 else 0,
        )
        self.images.append(Imported(key=reference.key, pinned=pinned, position=position))


def parse_import(name: str, text: str) -> tuple[Imported, ...]:
    """Read the images of a file, in order; which form it has is seen.

    Takes its file name for messages and its text. Raises `ConfigError` with everything that is
    wrong: text of another form, images that are none, digests that are not sha256, one image with
    two digests.
    """
    reading = _Reading()
    source = Source(name, text)
    start = source.text.lstrip()[:1]
    if start in ("{", "["):
        _read_json(reading, source)
    elif re.search("^(?:kind|apiVersion):", source.text, re.MULTILINE):
        _read_kbld(reading, source)
    else:
        _read_lines(reading, source)
    _check_once(reading)
    if reading.problems:
        raise ConfigError(reading.problems)
    return tuple(reading.images)


def _check_once(reading: _Reading) -> None:
    known: dict[str, Imported] = {}
    for image in reading.images:
        first = known.setdefault(image.key, image)
        if first.pinned.digest != image.pinned.digest:
            message = (
                f"{quoted(image.key)} has two digests: {first.pinned.digest} "
                f"({first.position}), {image.pinned.digest}"
            )
            reading.fail(image.position, "two-digests", message)


def _read_lines(reading: _Reading, source: Source) -> None:
    for number, line in enumerate(source.text.splitlines(), 1):
        content = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if not content:
            continue
        position = Position(file=source.name, line=number, column=1)
        found = _LINE.fullmatch(content)
        if found is None:
            message = f"line is {quoted(content)}: expected an image and its digest"
            reading.fail(position, "bad-line", message, LIST_HINT)
        else:
            reading.add(position, found[1], found[2])


def _read_json(reading: _Reading, source: Source) -> None:
    import json

    text = source.text
    decode = json.JSONDecoder().raw_decode
    at = len(text) - len(text.lstrip())
    while at < len(text):
        position = source.position(at)
        try:
            value, at = decode(text, at)
        except (ValueError, RecursionError) as error:
            reading.fail(position, "json", f"is not JSON: {error}")
            return
        for answer in value if isinstance(value, list) else [value]:
            _read_answer(reading, position, answer)
        at += len(text[at:]) - len(text[at:].lstrip())


def _read_answer(reading: _Reading, position: Position, answer: Any) -> None:  # noqa: ANN401
    manifest = answer.get("manifest") if isinstance(answer, dict) else None
    name = answer.get("name") if isinstance(answer, dict) else None
    if not isinstance(manifest, dict) or not isinstance(name, str):
        message = (
            "is not what `docker buildx imagetools inspect` says: expected `name` and `manifest`"
        )
        reading.fail(position, "bad-json", message, "add --format '{{json .}}'")
        return
    before = len(reading.images)
    digest = manifest.get("digest")
    reading.add(position, name, digest if isinstance(digest, str) else "", manifest)
    platforms = dict(_children(manifest.get("manifests")))
    if platforms and len(reading.images) > before:
        image = reading.images.pop()
        pinned = Descriptor(
            digest=image.pinned.digest,
            media_type=image.pinned.media_type,
            size=image.pinned.size,
            platforms=platforms,
        )
        reading.images.append(Imported(key=image.key, pinned=pinned, position=position))


def _children(manifests: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    from transformer.registry.platforms import platforms_of

    found = platforms_of({"manifests": manifests})
    yield from ((name, digest) for name, digest in found.items() if is_sha256(digest))


def _read_kbld(reading: _Reading, source: Source) -> None:
    for document in documents(source):
        try:
            tree = read(document.text)
            count_uses(tree)
        except SyntaxFault as fault:
            reading.fail(document.position(fault.offset), fault.code, fault.message, fault.hint)
            continue
        if tree.root is not None and not is_null(tree.root):
            _read_object(reading, document, tree.root)


def _read_object(reading: _Reading, document: Document, root: Slot) -> None:
    fields = _fields(root)
    kind = _text(fields.get("kind"))
    if kind == "Config":
        for item in _items(fields.get("overrides")):
            override = _fields(item)
            position = document.position(offset_of(item))
            _read_pair(reading, position, _text(override.get("image")), override.get("newImage"))
    elif kind == "ImagesLock":
        for item in _items(fields.get("images")):
            image = _fields(item)
            position = document.position(offset_of(item))
            written = _text(_fields(image.get("annotations")).get(KBLD_ID))
            if written:
                _read_pair(reading, position, written, image.get("image"))
            else:
                message = (
                    f"image does not say what it was written as: expected `annotations[{KBLD_ID}]`"
                )
                hint = "let kbld write the lock, which notes it"
                reading.fail(position, "no-origin", message, hint)
    else:
        message = f"is of kind {quoted(kind)}: expected Config or ImagesLock"
        reading.fail(document.position(offset_of(root)), "bad-kind", message)


def _read_pair(reading: _Reading, position: Position, image: str, final: Slot | None) -> None:
    # What was written with a digest needs no lock.
    if "@" not in image:
        reading.add(position, image, _text(final).rpartition("@")[2])


def _fields(slot: Slot | None) -> dict[str | None, Slot]:
    node = resolve(slot) if slot is not None else None
    children = node.children if isinstance(node, Mapping) else []
    return {key.value: value for key, value in zip(children[::2], children[1::2], strict=True)}


def _items(slot: Slot | None) -> list[Slot]:
    node = resolve(slot) if slot is not None else None
    return node.children if isinstance(node, Sequence) else []


def _text(slot: Slot | None) -> str:
    return (slot.value or "") if slot is not None else ""

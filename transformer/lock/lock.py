"""The lock: which digest every image had, by its upstream name.

    apiVersion: mirrorpin.dev/v1alpha1
    kind: ImagesLock
    metadata:
      name: images
      annotations:
        config.kubernetes.io/local-config: "true"
    version: 1
    images:
      docker.io/library/nginx:1.27:
        digest: sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd
        mediaType: application/vnd.oci.image.index.v1+json
        size: 1705
        resolvedFrom: mirror
        created: "2026-03-05T12:00:00Z"
        platforms:
          linux/amd64: sha256:93345ee15e781b697a1a3914db0e01b842281d42836de05caf91cd57b3fc23db

A key is the normalised source reference with its tag, never a mirror's name, so one lock serves
every mirror. Of an entry only `digest` must be there, and what stands above `version` may be
missing, as in the locks of older versions. Fields that this version does not know are accepted, and
so is any order. The whole lock is checked when it is read, whatever is looked up later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from transformer.config.rule import BETWEEN
from transformer.errors import Position, Problem
from transformer.image.descriptor import Descriptor
from transformer.image.media_type import is_media_type
from transformer.image.reference import BadReference, is_sha256, normalize
from transformer.messages import quoted
from transformer.records import record
from transformer.yamltext import tree
from transformer.yamltext.documents import Source
from transformer.yamltext.load import Lines, read_one
from transformer.yamltext.nodes import is_null, offset_of, resolve, text_of
from transformer.yamltext.tree import Slot
from transformer.yamltext.values import Setting, raise_problems

API_VERSION = "mirrorpin.dev/v1alpha1"
KIND = "ImagesLock"
VERSION = "1"
# What is noted in place of a target, where none had the image.
ABSENT = "absent"
KEY = "a normalised reference with its tag"
DIGEST = "sha256: and 64 hex digits"
# RFC 3339 in UTC and whole seconds.
TIME = (
    "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
)

# As it stands in single quotes: who has signed an image.
SIGNER = "[ -&(-~]{1,1010}"

_SIZE = "[0-9]{1,18}"

_find_version = re.compile("(?m)^version:").search
_find_images = re.compile("(?m)^images:").search
_find_kind = re.compile(r"(?m)^kind: *(\w*)").search


@record
class LockEntry:
    """What a tag stood for, written `offset` characters into the lock.

    What a registry answered just now (`is_answer`) contradicts no digest that was written before.
    """

    descriptor: Descriptor
    offset: int
    locate: Callable[[int], Position]
    is_answer: bool = False

    @property
    def digest(self) -> str:
        return self.descriptor.digest

    @property
    def platforms(self) -> Mapping[str, str]:
        return self.descriptor.platforms

    @property
    def targets(self) -> Mapping[str, str]:
        return self.descriptor.targets

    @property
    def position(self) -> Position:
        return self.locate(self.offset)


class Lock:
    """A lock file that was read and checked. `name` is the file's, for messages.

    `faults` has, by key, what came of asking a registry for an image that the file does not have.
    """

    __slots__ = ("_entries", "_read", "_spots", "faults", "name")

    def __init__(
        self,
        name: str,
        spots: Mapping[str, Any],
        read: Callable[[Any], LockEntry],
        faults: Mapping[str, Problem] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.faults = faults
        self._spots = spots
        self._read = read
        self._entries: dict[str, LockEntry] = {}

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order of the file."""
        return iter(self._spots)

    def get(self, source: str) -> LockEntry | None:
        """The entry of a key, as `key` makes it from a reference; None when there is none."""
        if source not in self._entries and source in self._spots:
            self._entries[source] = self._read(self._spots[source])
        return self._entries.get(source)

    def completed(self, entries: Mapping[str, LockEntry], faults: Mapping[str, Problem]) -> Lock:
        """The same lock, with answers for keys that it does not have; its own entries win."""
        lock = Lock(self.name, self._spots, self._read, faults)
        lock._entries = {name: it for name, it in entries.items() if name not in self._spots}
        return lock


def is_lock(data: bytes) -> bool:
    """Whether an input is a lock, and no manifest."""
    text = data.decode(errors="replace")
    version = _find_version(text)
    kind = _find_kind(text)
    return bool(version and _find_images(text, version.end()) and (not kind or kind[1] == KIND))


def parse_lock(name: str, text: str) -> Lock:
    """Read a lock.

    Takes its file name for messages and its text. Raises `ConfigError` with everything that is
    wrong: keys that are repeated or not normalised, digests that are not sha256, another version.
    """
    from transformer.lock import entries

    spots = entries.spots(text)
    return _parse(name, text) if spots is None else Lock(name, spots, _written(name, text))


def _written(name: str, text: str) -> Callable[[int], LockEntry]:
    from transformer.lock import entries

    source = Source(name, text)

    def read(at: int) -> LockEntry:
        descriptor, offset = entries.entry_at(text, at)
        return LockEntry(descriptor=descriptor, offset=offset, locate=source.position)

    return read


def _parse(name: str, text: str) -> Lock:
    document, slot = read_one(name, text)
    check = _Check(Lines(document))
    images = check.lock(slot)
    raise_problems(check.problems)

    def read(slot: Slot) -> LockEntry:
        fields = _pairs(slot)
        offset = offset_of(fields["digest"])
        return LockEntry(descriptor=described(fields), offset=offset, locate=check.locate)

    return Lock(name, images, read)


def described(fields: Mapping[str, Slot]) -> Descriptor:
    """The descriptor that the fields of an entry are, which were checked."""
    return Descriptor(
        digest=text_of(fields["digest"]),
        media_type=text_of(fields.get("mediaType")),
        size=int(text_of(fields.get("size")) or 0),
        resolved_from=text_of(fields.get("resolvedFrom")),
        created=text_of(fields.get("created")),
        platforms={name: text_of(it) for name, it in _pairs(fields.get("platforms")).items()},
        targets={name: text_of(it) for name, it in _pairs(fields.get("targets")).items()},
        signers={name: text_of(it) for name, it in _pairs(fields.get("signedBy")).items()},
    )


class _Check:
    # Works on slots: a setting for every value would cost more than reading the file does.
    def __init__(self, locate: Callable[[int], Position]) -> None:
        self.locate = locate
        self.problems: list[Problem] = []

    def lock(self, slot: Slot) -> dict[str, Slot]:
        top = self.mapping("", slot)
        if top is None:
            return {}
        for name, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
            if name in top and text_of(top[name]) != wanted:
                state = f"is {quoted(text_of(top[name]))}: expected {wanted}"
                self.fail(name, top[name], "bad-kind", state, "this is not a lock of mirrorpin")
        for name in ("version", "images"):
            if name not in top:
                self.fail("", slot, "missing-key", f"lacks the key `{name}`")
        version = top.get("version")
        if version is not None and version.value != VERSION:
            state = f"is {quoted(text_of(version))}: expected {VERSION}"
            hint = "another version of mirrorpin wrote this lock"
            self.fail("version", version, "lock-version", state, hint)
            return {}
        return self.images(top["images"]) if "images" in top else {}

    def images(self, slot: Slot) -> dict[str, Slot]:
        images = self.mapping("images", slot) or {}
        node = resolve(slot)
        for at in node.children[::2] if isinstance(node, tree.Mapping) else ():
            if at.value is not None:
                self.key(at.value, at)
        for name, entry in images.items():
            self.entry(f"images.{name}", entry)
        return images

    def key(self, name: str, slot: Slot) -> None:
        hint = ""
        try:
            normal = normalize(name).key
        except BadReference as error:
            normal, hint = "", error.hint
        if normal != name:
            hint = f"write {normal}" if normal else hint
            self.fail(
                "images", slot, "bad-key", f"has the key {quoted(name)}: expected {KEY}", hint
            )

    def entry(self, path: str, slot: Slot) -> None:
        fields = self.mapping(path, slot)
        if fields is None:
            return
        if "digest" in fields:
            self.digest(f"{path}.digest", fields["digest"])
        else:
            self.fail(path, slot, "missing-key", "lacks the key `digest`")
        size = fields.get("size")
        if size is not None and not re.fullmatch(_SIZE, size.value or ""):
            self.fail(f"{path}.size", size, "bad-size", "is not a number: expected one of bytes")
        if "mediaType" in fields:
            self.media_type(f"{path}.mediaType", fields["mediaType"])
        created = fields.get("created")
        if created is not None and not re.fullmatch(TIME, text := text_of(created)):
            state = f"is {quoted(text)}: expected a time in UTC, as 2026-12-31T23:59:59Z"
            self.fail(f"{path}.created", created, "bad-date", state)
        if "platforms" in fields:
            at = f"{path}.platforms"
            for name, digest in (self.mapping(at, fields["platforms"]) or {}).items():
                self.digest(f"{at}.{name}", digest)
        if "targets" in fields:
            self.targets(f"{path}.targets", fields["targets"])
        if "signedBy" in fields:
            self.signers(f"{path}.signedBy", fields["signedBy"])

    def targets(self, path: str, slot: Slot) -> None:
        for name, target in (self.mapping(path, slot) or {}).items():
            noted = text_of(target)
            if noted not in (ABSENT, *name.split(BETWEEN)):
                state = f"is {quoted(noted)}: expected one of the targets, or {ABSENT}"
                self.fail(f"{path}.{name}", target, "bad-target", state)

    def signers(self, path: str, slot: Slot) -> None:
        for name, program in (self.mapping(path, slot) or {}).items():
            if not re.fullmatch(SIGNER, name):
                state = f"has the key {quoted(name)}: expected who signed, without quotes"
                self.fail(path, program, "bad-key", state)
            if not re.fullmatch("[a-z]+", text := text_of(program)):
                state = f"is {quoted(text)}: expected the program that has checked it"
                self.fail(f"{path}.{name}", program, "bad-value", state)

    def media_type(self, path: str, slot: Slot) -> None:
        text = text_of(slot)
        if not is_media_type(text):
            state = f"is {quoted(text)}: expected a media type" if text else "is not a string"
            self.fail(path, slot, "bad-value" if text else "wrong-type", state)

    def digest(self, path: str, slot: Slot) -> None:
        if not is_sha256(slot.value or ""):
            shown = quoted(slot.value) if slot.value else "none"
            self.fail(path, slot, "bad-digest", f"is {shown}: expected {DIGEST}")

    def mapping(self, path: str, slot: Slot) -> dict[str, Slot] | None:
        pairs = _pairs(slot)
        node = resolve(slot)
        if not isinstance(node, tree.Mapping):
            self.setting(path, slot).values()
            return {} if is_null(slot) else None
        if len(pairs) * 2 < len(node.children):
            self.setting(path, slot).check_own_keys(node)
        if "<<" in pairs:
            self.fail(path, slot, "merge-key", "holds a merge key")
        return pairs

    def fail(self, path: str, slot: Slot, code: str, state: str, hint: str = "") -> None:
        self.setting(path, slot).fail(code, state, hint)

    def setting(self, path: str, slot: Slot) -> Setting:
        return Setting(self.locate, self.problems, path, slot)


def _pairs(slot: Slot | None) -> dict[str, Slot]:
    node = resolve(slot) if slot is not None else None
    children = node.children if isinstance(node, tree.Mapping) else []
    pairs = zip(children[::2], children[1::2], strict=True)
    return {key.value: value for key, value in pairs if key.value is not None}

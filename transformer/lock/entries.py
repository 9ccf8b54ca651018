"""The form in which a lock is written, and a reading of that form at a tenth of the usual cost.

      docker.io/library/nginx:1.27:
        digest: sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd
        mediaType: application/vnd.oci.image.index.v1+json
        size: 1705
        resolvedFrom: mirror
        created: "2026-03-05T12:00:00Z"
        platforms:
          linux/amd64: sha256:93345ee15e781b697a1a3914db0e01b842281d42836de05caf91cd57b3fc23db

A lock of ten thousand entries is read for the few that a run needs. What is in this form to the
last character is YAML that can mean one thing only, and a regular expression checks it; all else is
left to the YAML parser. Comments and blank lines may stand between any two lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from transformer.config.rule import BETWEEN
from transformer.image.descriptor import Descriptor
from transformer.image.reference import DOMAIN_NAME, LABEL, PATH, SHA256, TAG
from transformer.lock.lock import ABSENT, API_VERSION, KIND, SIGNER, TIME
from transformer.yamltext.scalars import written

FIELDS = ("digest", "mediaType", "size", "resolvedFrom", "created", "platforms", "targets",
          "signedBy")  # fmt: skip
SOURCES = ("mirror", "source", "both")
# An object of a kind of its own that no cluster gets: kpt takes no other file into a package.
HEADER = f"""\
apiVersion: {API_VERSION}
kind: {KIND}
metadata:
  name: images
  annotations:
    config.kubernetes.io/local-config: "true"
version: 1
images:
"""

_MAX_KEY = 255
_END = r"(?: +#[\t -~]*+)?\r?\n"
# Atomic, not possessive: before Python 3.11.5 a possessive group loses what it tried last.
_NOISE = r"(?>(?: *+(?:#[\t -~]*+)?\r?\n)*)"
_TYPE = "[a-z]{1,127}/(?![a-z0-9.+-]{128})[a-z0-9]+(?>(?:[.+-][a-z0-9]+)*)"
_PLATFORM = "[a-z0-9]+/[a-z0-9]+(?:/[a-z0-9.]*[a-z0-9])?"

_TARGET = "[A-Za-z0-9][A-Za-z0-9._:/-]*"
_TARGETS = f"{_TARGET}(?:{BETWEEN}{_TARGET})*"

_SIGNERS = rf"'{SIGNER}': [a-z]+"

_IDENTITY = (
    rf"(?:apiVersion: {re.escape(API_VERSION)}{_END}{_NOISE}kind: {KIND}{_END}"
    rf"{_NOISE}metadata:{_END}{_NOISE}  name: [a-z][a-z0-9-]*{_END}(?:{_NOISE}  annotations:{_END}"
    rf"{_NOISE}    config\.kubernetes\.io/local-config: [\"']true[\"']{_END})?{_NOISE})?"
)
_read_head = re.compile(f"{_NOISE}{_IDENTITY}version: 1{_END}{_NOISE}images:{_END}").match
_noise = re.compile(_NOISE).match
_match_entry = re.compile(
    f"{_NOISE}  (?P<key>[A-Za-z0-9][A-Za-z0-9._:/-]*):{_END}"
    f"{_NOISE}    digest: (?P<digest>{SHA256}){_END}"
    f"(?:{_NOISE}    mediaType: (?P<type>{_TYPE}){_END})?"
    f"(?:{_NOISE}    size: (?P<size>[0-9]{{1,18}}){_END})?"
    f"(?:{_NOISE}    resolvedFrom: (?P<source>{'|'.join(SOURCES)}){_END})?"
    f'(?:{_NOISE}    created: "(?P<created>{TIME})"{_END})?'
    f"(?:{_NOISE}    platforms:{_END}"
    f"(?P<platforms>(?>(?:{_NOISE}      {_PLATFORM}: {SHA256}{_END})+)))?"
    f"(?:{_NOISE}    targets:{_END}"
    f"(?P<targets>(?>(?:{_NOISE}      {_TARGETS}: {_TARGET}{_END})+)))?"
    f"(?:{_NOISE}    signedBy:{_END}(?P<signers>(?>(?:{_NOISE}      {_SIGNERS}{_END})+)))?"
).match
# What `normalize` would leave as it is, and no more: a host that shows that it is one.
_is_key = re.compile(
    rf"(?!index\.docker\.io/|docker\.io/[^/]*\Z)"
    rf"(?:{LABEL}(?:\.{LABEL})+(?::[0-9]+)?|{DOMAIN_NAME}:[0-9]+|localhost)/{PATH}:{TAG}"
).fullmatch
_platforms = re.compile(f"(?m)^ {{6}}({_PLATFORM}): ({SHA256})").findall
_is_plain = re.compile(f"{_TARGETS}: {_TARGET}").fullmatch
_targets = re.compile(f"(?m)^ {{6}}({_TARGETS}): ({_TARGET})").findall
_signers = re.compile(f"(?m)^ {{6}}'({SIGNER})': ([a-z]+)").findall


def fields(descriptor: Descriptor) -> dict[str, str]:
    """The fields that are a single string, by name, in the order of the file."""
    size = str(descriptor.size) if descriptor.size else ""
    of_all = (descriptor.digest, descriptor.media_type, size)
    values = (*of_all, descriptor.resolved_from, descriptor.created)
    return {name: value for name, value in zip(FIELDS, values, strict=False) if value}


def lines(descriptor: Descriptor, indent: str) -> Iterator[str]:
    """The lines of an entry below its key."""
    for name, value in fields(descriptor).items():
        # A reader of YAML 1.1 takes a time for more than text.
        yield f"{indent}{name}: " + (f'"{value}"' if name == "created" else value)
    if descriptor.platforms:
        yield f"{indent}platforms:"
        for name, digest in sorted(descriptor.platforms.items()):
            yield f"{indent}  {name}: {digest}"
    if descriptor.targets:
        yield f"{indent}targets:"
        for name, target in sorted(descriptor.targets.items()):
            plain = name if _is_plain(f"{name}: {target}") else written(name, "'")
            yield f"{indent}  {plain}: {target}"
    if descriptor.signers:
        yield f"{indent}signedBy:"
        for name, program in sorted(descriptor.signers.items()):
            yield f"{indent}  '{name}': {program}"


def spots(text: str) -> dict[str, int] | None:
    """Where each entry of a lock begins, by key, in characters.

    None for a text that is not in this form to its end, or in which something is repeated.
    """
    head = _read_head(text)
    if head is None:
        return None
    found: dict[str, int] = {}
    at = head.end()
    count = 0
    # Entry by entry, as a search would try to begin one at each character between two.
    while entry := _match_entry(text, at):
        name, platforms, targets = entry["key"], entry["platforms"], entry["targets"]
        if len(name) > _MAX_KEY or not _is_key(name):
            return None
        if platforms and _repeats(_platforms(platforms)):
            return None
        if targets and not _are_targets(_targets(targets)):
            return None
        if entry["signers"] and _repeats(_signers(entry["signers"])):
            return None
        found[name] = at
        at = entry.end()
        count += 1
    rest = _noise(text, at)
    return found if rest and rest.end() == len(text) and len(found) == count else None


def _repeats(pairs: list[tuple[str, str]]) -> bool:
    return len({name for name, _ in pairs}) != len(pairs)


def _are_targets(pairs: list[tuple[str, str]]) -> bool:
    known = (target in (ABSENT, *name.split(BETWEEN)) for name, target in pairs)
    return all(known) and not _repeats(pairs)


def entry_at(text: str, at: int) -> tuple[Descriptor, int]:
    """The entry that begins at an offset given by `spots`, and where its digest stands."""
    entry = _match_entry(text, at)
    assert entry is not None
    descriptor = Descriptor(
        digest=entry["digest"],
        media_type=entry["type"] or "",
        size=int(entry["size"] or 0),
        resolved_from=entry["source"] or "",
        created=entry["created"] or "",
        platforms=dict(_platforms(entry["platforms"] or "")),
        targets=dict(_targets(entry["targets"] or "")),
        signers=dict(_signers(entry["signers"] or "")),
    )
    return descriptor, entry.start("digest")

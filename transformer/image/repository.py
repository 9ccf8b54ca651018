"""The two kinds of names in a rule: sources, which select images, and target repositories.

    source: docker.io                       a registry: host[:port]
            docker.io/bitnami               everything below a path, or the one repository
            docker.io/library/nginx:1.27    one tag, or one digest behind @
            *.gcr.io                        every host below another, at any depth and port
            *                               everything
    target: registry.example.com/docker.io

Both are full names as in containers-registries.conf(5), version 2: `nginx` is no source, as
docker.io/library/nginx is what every runtime reads it as. Unlike there, a host without a port never
stands for one with a port, and there is a source for everything.
"""

from __future__ import annotations

import re

from transformer.image.reference import (
    DOMAIN,
    HUB,
    HUB_ALIAS,
    OFFICIAL,
    BadReference,
    Reference,
    names_host,
    normalize,
    parse,
)
from transformer.messages import quoted
from transformer.records import record

SOURCE = "host[:port], host/path, host/path:tag, host/path@digest, *.host or *"
TARGET = "host[:port][/path], without tag and digest"
WILDCARD = "*."
EVERYTHING = "*"
MAX_NAME = 255


class BadName(ValueError):
    """A text is no source or no target repository. `hint` says what to do, or is empty."""

    def __init__(self, expected: str, text: str, hint: str = "", code: str = "") -> None:
        self.message = f"is {quoted(text)}: expected {expected}"
        super().__init__(self.message)
        self.hint = hint
        self.code = code


@record
class Pattern:
    """A source in parts. `name` is a host, behind `*.` for a wildcard, or host/path.

    It is '' for everything, which is a wildcard too.
    """

    name: str
    tag: str = ""
    digest: str = ""
    is_wildcard: bool = False

    @property
    def is_everything(self) -> bool:
        return not self.name

    def holds_host(self, host: str) -> bool:
        """Whether a host, host[:port], is one that a wildcard stands for."""
        if self.is_everything:
            return True
        return host.endswith(f".{self.name}") or without_port(host).endswith(f".{self.name}")

    def covers(self, name: str) -> bool:
        """Whether it is about a name, host or host/path, and all that lies below it."""
        if self.is_wildcard:
            return self.holds_host(name.partition("/")[0])
        return under(name, self.name)


def parse_source(text: str) -> Pattern:
    """Read a source.

    Takes the text as the user wrote it. Returns its parts. Raises `BadName` with the code
    bad-source, or never-matches for a name that no image ever has after normalisation.
    """
    if text == EVERYTHING:
        return Pattern(name="", is_wildcard=True)
    if text.startswith(WILDCARD):
        return _parse_wildcard(text)
    host, slash, _ = text.partition("/")
    if not names_host(host) or not (slash or re.fullmatch(DOMAIN, host)):
        raise BadName(SOURCE, text, _source_hint(text), "bad-source")
    if host == HUB_ALIAS:
        hint = f"Docker Hub is {HUB}"
        raise BadName("a name that images have", text, hint, "never-matches")
    if not slash:
        return Pattern(name=host)
    try:
        reference = parse(text)
    except BadReference as error:
        raise BadName(SOURCE, text, _common_hint(text) or error.hint, "bad-source") from None
    if reference.tag and reference.digest:
        raise BadName("a tag or a digest, not both", text, code="bad-source")
    if (reference.tag or reference.digest) and not is_canonical(reference.name):
        hint = f"did you mean {normalize(text)}?"
        raise BadName("a name that images have", text, hint, "never-matches")
    return Pattern(name=reference.name, tag=reference.tag, digest=reference.digest)


def _parse_wildcard(text: str) -> Pattern:
    host, slash, _ = text.removeprefix(WILDCARD).partition("/")
    if slash or host.startswith("[") or not re.fullmatch(DOMAIN, host):
        hint = "a wildcard stands for hosts alone, without a path" if slash else ""
        raise BadName(SOURCE, text, hint, "bad-source")
    return Pattern(name=host, is_wildcard=True)


def check_target(text: str) -> str:
    """Check that a text is a registry host, or a repository or folder on one.

    Returns the text. Raises `BadName` with the code bad-target.
    """
    host, slash, _ = text.partition("/")
    if not names_host(host) or not ("." in host or ":" in host or host == "localhost"):
        raise BadName(TARGET, text, _target_hint(text), "bad-target")
    if host == HUB_ALIAS:
        raise BadName(TARGET, text, f"Docker Hub is {HUB}", "bad-target")
    try:
        reference = parse(text if slash else f"{text}/x")
    except BadReference as error:
        raise BadName(TARGET, text, _common_hint(text) or error.hint, "bad-target") from None
    if reference.tag or reference.digest:
        hint = f"write {reference.name}: tag and digest are those of the image"
        raise BadName(TARGET, text, hint, "bad-target")
    return text


def without_port(host: str) -> str:
    """A host, host[:port], without its port."""
    name, _, port = host.rpartition(":")
    return name if port.isdecimal() else host


def host_as_folder(host: str) -> str:
    """A host as a part of a path, which holds no colon; no other host becomes the same.

    No host has an underscore (RFC 1123, 2.1).
    """
    return host.replace(":", "_")


def host_of_folder(folder: str) -> str:
    """The host that `host_as_folder` makes this of."""
    return folder.replace("_", ":")


def is_canonical(name: str) -> bool:
    """Whether a full name, host/path, is its own normal form: a runtime reads it as it is."""
    host, _, path = name.partition("/")
    return names_host(host) and host != HUB_ALIAS and (host != HUB or "/" in path)


def official_name(name: str) -> str:
    """docker.io/library/x for docker.io/x, which people write for it; '' for any other name."""
    host, _, path = name.partition("/")
    return f"{HUB}/{OFFICIAL}{path}" if host == HUB and path and "/" not in path else ""


def under(name: str, folder: str) -> bool:
    """Whether a name is another or lies below it, component by component."""
    return name == folder or name.startswith(folder + "/")


def _source_hint(text: str) -> str:
    hint = _common_hint(text)
    if hint or "*" in text:
        return hint
    reference = _normalized(text)
    return f"did you mean {reference}?" if reference else ""


def _target_hint(text: str) -> str:
    hint = _common_hint(text)
    if hint or not _normalized(text):
        return hint
    return f"begin with the host of the registry, for example registry.example.com/{text}"


def _common_hint(text: str) -> str:
    scheme, separator, _ = text.rpartition("://")
    if separator:
        return f"leave out {quoted(scheme + separator)}"
    if text != text.strip():
        return "remove the white space around it"
    if text.endswith("/"):
        return 'leave out the last "/"'
    return ""


def _normalized(text: str) -> Reference | None:
    try:
        return normalize(text)
    except BadReference:
        return None

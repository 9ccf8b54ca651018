"""Which texts look like images, where nobody knows whether they are.

A word on its own may be anything, and so may a path. What is taken for an image is a reference that
names a registry's host and a tag or digest, or an image that the run has met; and what a name that
says so stands in front of: `image: nginx`, `--helper-image=busybox:1`, `registry: quay.io/acme`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transformer.image.reference import BadReference, Reference, names_host, normalize
from transformer.model import Decision, Keep, Rewrite
from transformer.places.names import Meaning, ends_in_image, meaning

# As in `redis:6379`, which is a host and its port, whatever its name says; `redis:7` is none.
_PORT = re.compile(r"[^/:@]+:[0-9]{4,5}")

# What may be a reference between the words, flags and quotes of a text. The tag may be filled in.
_WORD = re.compile(
    r"""(?:(?<![^\s"'`=,;|(\[{>])|(?<=:-))[A-Za-z0-9]"""
    r"""(?:[A-Za-z0-9._/@-]|:(?!-)|(?<=:)\$?[{(][^\s"'{}()]*[)}])*"""
    r"""(?=[\s"'`,;|)\]}<]|:-|$)"""
)
SCHEMES = ("docker://", "oci://")
_FILLED = re.compile(r":\$?[{(][^/]*[)}]$")

# The name in front of a value: `image: x`, `"image": "x"`, `--image=x`, `--image x`, `IMAGE:-x`.
_NAME = re.compile(
    r"""(?:(?<![\w./-])--?(?P<flag>[A-Za-z][\w./-]*)["']?[ \t]+|"""
    r"""(?P<name>[A-Za-z_][\w./-]*)["']?[ \t]*(?::-|[:=])[ \t]*)"""
    r"""["'\[]?(?P<scheme>docker://|oci://)?$"""
)
_LONGEST_NAME = 80
_PUSHED = re.compile(r"\b(?:push|tag|-t|--destination|--tag)[= \t]+$")
# Keys of the parts of an image, and how far above them the key of the whole may be.
_PARTS = ("registry", "repo", "repository")
_LONGEST_ABOVE = 1_000

_COMMENT = re.compile(r"^[ \t]*#.*", re.MULTILINE)

_DIGEST = re.compile(r"(?:sha256|sha512):[0-9a-f]+")
_FILE = re.compile(
    r"(?:image|text|audio|video|application)/[a-z0-9.+-]+|ami-[0-9a-f]+|projects/.*|.*/images/.*"
    r"|.*\.(?:png|jpe?g|gif|svg|webp|ico|img|iso|qcow2|raw|vmdk|tar|t?gz|xz|zip|ya?ml|json|sock)"
)
_WORDS = frozenset(
    {"true", "false", "null", "none", "auto", "default", "enabled", "disabled", "latest", "string"}
)

# Hosts of sources and packages, not of images.
_SOURCES = ("github.com", "gitlab.com", "bitbucket.org", "dev.azure.com", "codeload.github.com")


class Known:
    """The images of a run: their names without tag and digest."""

    __slots__ = ("names",)

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.names = {it.name for decision in decisions for it in _references(decision)}

    def is_likely(self, text: str) -> bool:
        """True for a path with a tag or digest that is an image by its registry, or is known."""
        reference = _read(text)
        if reference is None or "/" not in text or _is_odd(text):
            return False
        is_whole = bool(reference.tag or reference.digest)
        return is_whole and (reference.name in self.names or names_host(text))

    def images(self, text: str) -> Iterator[tuple[int, int]]:
        """What may be images in a text: characters from the first number to the second."""
        for start, end in _words(text):
            name = _name_before(text, start)
            if name in _PARTS and meaning(_parent(text, start)) == "image":
                name = f"image.{name}"
            if self._is_image(text[start:end], name) and not _is_pushed(text, start):
                yield start, end

    def named(self, text: str) -> Iterator[tuple[int, int]]:
        """Those of `images` in front of which a name says that they are one."""
        for start, end in self.images(text):
            if meaning(_name_before(text, start)) == "image":
                yield start, end

    def _is_image(self, word: str, name: str) -> bool:
        said = meaning(name) if name else ""
        return is_named(word, said, alone=ends_in_image(name)) if said else self.is_likely(word)


def _parent(text: str, start: int) -> str:
    # The key of the mapping, in a YAML text, that the line of an offset is in.
    *above, line = text[max(0, start - _LONGEST_ABOVE) : start].split("\n")
    for other in reversed(above):
        if other.strip() and _indent(other) < _indent(line):
            return other.strip().removesuffix(":")
    return ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))


def _name_before(text: str, start: int) -> str:
    named = _NAME.search(text, max(0, start - _LONGEST_NAME), start)
    return (named["flag"] or named["name"]) if named else ""


def is_named(text: str, said: Meaning, *, alone: bool) -> bool:
    """True for what can be an image, or a part of one, where a name says that it is one.

    Takes what the name says, and whether a word alone will do.
    """
    if said == "other" or _is_odd(text) or _PORT.fullmatch(text):
        return False
    if said == "registry":
        return _is_registry(text)
    return is_reference(text) and (alone or _is_more_than_a_word(text))


def without_scheme(text: str) -> tuple[int, int]:
    """Where in a value the reference stands: behind a scheme, and without line breaks."""
    scheme = next((it for it in SCHEMES if text.startswith(it)), "")
    return len(scheme), len(text.rstrip("\n"))


def is_reference(text: str) -> bool:
    """True for what can be an image where a key says that it is one."""
    return _read(text) is not None


def _is_odd(text: str) -> bool:
    is_plain = bool(_DIGEST.fullmatch(text) or _FILE.fullmatch(text))
    return is_plain or text in _WORDS or text.isdigit() or text.startswith(_SOURCES)


def _is_registry(text: str) -> bool:
    host, _, path = text.partition("/")
    if not names_host(text) or host.partition(":")[0].endswith((".svc", ".local")):
        return False
    return is_reference(f"{text.rstrip('/')}/x") and not path.startswith("/")


def _is_more_than_a_word(text: str) -> bool:
    return bool({"/", ":", "@"} & set(text)) and is_reference(text)


def _is_pushed(text: str, start: int) -> bool:
    return _PUSHED.search(text, max(0, start - _LONGEST_NAME), start) is not None


def _words(text: str) -> Iterator[tuple[int, int]]:
    # Lines that are comments, in YAML or a shell, have none.
    if "#" in text:
        text = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    for found in _WORD.finditer(text):
        start, end = found.span()
        skipped, _ = without_scheme(found[0])
        yield start + skipped, end


def _read(text: str) -> Reference | None:
    filled = _FILLED.search(text)
    if filled is not None and names_host(text):
        text = f"{text[: filled.start()]}:filled"
    try:
        return normalize(text)
    except BadReference:
        return None


def _references(decision: Decision) -> Iterator[Reference]:
    site, verdict = decision
    if not isinstance(verdict, Rewrite | Keep):
        return
    final = verdict.image if isinstance(verdict, Rewrite) else site.value.rstrip("\n")
    for text in (verdict.source, final):
        reference = _read(text)
        if reference is not None:
            yield reference

"""The grammar of image references, one name per production.

`parse` reads a text as it stands; `normalize` first supplies what a short name leaves out, as every
container runtime does, so `nginx:1.27` is read as `docker.io/library/nginx:1.27`. A reference keeps
the text as written beside its parts. Docker Hub is called docker.io throughout, never
index.docker.io.

Specification: github.com/distribution/reference at 0965666, and the registered algorithms of
github.com/opencontainers/go-digest. One difference: a name whose first component can only be a
registry host, but is none (`a_b.c/d`), has no domain there and is an error here.
"""

from __future__ import annotations

import re
from typing import Literal

from transformer.messages import quoted
from transformer.records import record, replace

# reference := name [":" tag] ["@" digest]        name := [domain "/"] path
LABEL = "[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
DOMAIN_NAME = rf"{LABEL}(?:\.{LABEL})*"
IPV6_ADDRESS = r"\[[0-9A-Fa-f:]+\]"
DOMAIN = rf"(?:{DOMAIN_NAME}|{IPV6_ADDRESS})(?::[0-9]+)?"
SEPARATOR = "(?:[._]|__|-+)"
COMPONENT = f"[a-z0-9]+(?:{SEPARATOR}[a-z0-9]+)*"
PATH = f"{COMPONENT}(?:/{COMPONENT})*"
NAME = f"(?:({DOMAIN})/)?({PATH})"
TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
ALGORITHM = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*"
DIGEST = f"{ALGORITHM}:[0-9A-Fa-f]{{32,}}"
SHA256 = "sha256:[0-9a-f]{64}"
REFERENCE = f"{NAME}(?::({TAG}))?(?:@({DIGEST}))?"

# Brackets may hold one more pair, as in ${TAG:-${DEFAULT}}, and no third: a search stays linear.
PLACEHOLDER = (
    r"\$\([^()]*(?:\([^()]*\)[^()]*)*\)"
    r"|\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}"
    r"|\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}"
    r"|\$[A-Za-z_][A-Za-z0-9_]*"
)

HUB = "docker.io"
HUB_ALIAS = "index.docker.io"
OFFICIAL = "library/"
DEFAULT_TAG = "latest"

HEX = "0123456789abcdef"
DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
MAX_PATH = 255
MAX_TEXT = 4096

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/:@[]"
EXAMPLE = "write a name, for example registry.example.com/app:1.0"

Code = Literal[
    "empty",
    "invalid-format",
    "uppercase",
    "too-long",
    "digest-length",
    "digest-format",
    "digest-unsupported",
    "identifier",
    "empty-domain",
]

_match = re.compile(REFERENCE).fullmatch
# What a digest that we write must be.
is_sha256 = re.compile(SHA256).fullmatch


@record
class Reference:
    """An image reference in parts; what is absent is an empty string.

    `original` is the text as written. `domain` is the registry's host with its port if any, and
    empty only when `parse` read a short name; `path` is the repository; `digest` has its algorithm
    in front, as in sha256:<64 hex digits>.
    """

    original: str
    domain: str
    path: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The reference without its tag and digest."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def key(self) -> str:
        """The key in a lock: the normalised name and tag, `latest` where there is none.

        A reference with a digest alone has no tag: its key is the bare name, which no lock holds.
        """
        tag = self.tag or ("" if self.digest else DEFAULT_TAG)
        return f"{self.name}:{tag}" if tag else self.name

    def __str__(self) -> str:
        return self._suffixed(self.name)

    def familiar(self) -> str:
        """The short form that people write: docker.io and a lone library/ left out.

        For the eye only: where the path of a Docker Hub image starts like a host
        (docker.io/localhost/x) or is 64 hex digits, the short form means something else.
        """
        if self.domain != HUB:
            return str(self)
        official = self.path.removeprefix(OFFICIAL)
        return self._suffixed(self.path if "/" in official else official)

    def with_tag_default(self) -> Reference:
        """The same reference, with the tag `latest` where it has neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag=DEFAULT_TAG)

    def _suffixed(self, name: str) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{name}{tag}{digest}"


class BadReference(ValueError):
    """A text that is not an image reference.

    `code` is stable, `message` quotes the text and says what is wrong with it, on one line, and
    `hint` says what to do, or is empty.
    """

    def __init__(self, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.hint = hint


def parse(text: str) -> Reference:
    """Read a reference as it stands: no default domain, no `library/`, no default tag.

    Raises `BadReference`. Follows Parse of the specification.
    """
    if not text:
        raise _bad("empty", "is empty", text, EXAMPLE)
    return _read(text, text)


def normalize(text: str) -> Reference:
    """Read a reference and supply the domain, and `library/`, that a short name leaves out.

    Raises `BadReference`. Follows ParseNormalizedNamed of the specification, but for the code
    `empty-domain`.
    """
    if _is_identifier(text):
        fault = "is 64 hex digits alone, which name an image on one machine only"
        raise _bad("identifier", fault, text, "write the digest behind a name: name@sha256:...")
    domain, rest = _split_domain(text)
    colon = rest.find(":")
    path = rest if colon < 0 else rest[:colon]
    if path != path.lower():
        raise _uppercase(text)
    reference = _read(text, f"{domain}/{rest}")
    if not reference.domain:
        # The first component was taken for a host but matched only as part of the path, and "_" is
        # all that a path allows and a host does not.
        raise _bad("empty-domain", 'has "_" in its registry host', text)
    return reference


def parse_any(text: str) -> Reference | str:
    """Read a reference, or a digest that stands alone, with or without `sha256:`.

    Returns the normalized reference, or the digest as a string with its algorithm. Raises
    `BadReference`. Follows ParseAnyReference of the specification.
    """
    if _is_identifier(text):
        return f"sha256:{text}"
    algorithm, _, encoded = text.partition(":")
    if len(encoded) == DIGEST_LENGTHS.get(algorithm) and _is_hex(encoded):
        return text
    return normalize(text)


def docker_ref(text: str) -> Reference:
    """Read a reference as containerd pulls it: the tag defaults to latest and yields to a digest.

    Raises `BadReference`. Follows ParseDockerRef of the specification.
    """
    reference = normalize(text)
    return replace(reference, tag="") if reference.digest else reference.with_tag_default()


def placeholder(text: str) -> str | None:
    """The first placeholder that nothing has expanded yet: `$(X)`, `${X}`, `$X` or `{{ x }}`.

    None when there is none. To be asked before parsing, whose errors would blame the upper case or
    the format instead. No reference contains `$` or a brace, so none is taken for a placeholder;
    that makes `$X`, which envsubst leaves behind, as safe to tell apart as the others.
    """
    if "$" not in text and "{{" not in text:
        return None
    found = re.search(PLACEHOLDER, text)
    return found[0] if found else None


def _is_hex(text: str) -> bool:
    return not text.strip(HEX)


def _is_identifier(text: str) -> bool:
    return len(text) == 64 and _is_hex(text)


def looks_like_image(text: str) -> bool:
    """True for a reference that says more than a word: a host or a path, a tag or a digest."""
    if not {"/", ":"} & set(text):
        return False
    try:
        normalize(text)
    except BadReference:
        return False
    return True


def names_host(text: str) -> bool:
    """True for a name, or its beginning, whose first component is a registry's host.

    The rule of normalisation: it has a dot or colon, is localhost, or has an upper-case letter.
    """
    first = text.partition("/")[0]
    return "." in first or ":" in first or first == "localhost" or first != first.lower()


def name_of(image: str) -> str:
    """What is left of a reference's text without tag and digest; a port is no tag."""
    name = image.partition("@")[0]
    head, colon, tail = name.rpartition(":")
    return head if colon and "/" not in tail else name


def _split_domain(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if not slash:
        # A lone component is a name on Docker Hub even where it looks like host:port.
        return HUB, OFFICIAL + text
    if first == HUB_ALIAS:
        first = HUB
    elif not names_host(first):
        first, rest = HUB, text
    if first == HUB and "/" not in rest:
        rest = OFFICIAL + rest
    return first, rest


def _read(text: str, full: str) -> Reference:
    if len(text) > MAX_TEXT:
        raise _bad("too-long", f"is longer than {MAX_TEXT} characters", text)
    match = _match(full)
    if match is None:
        raise _mismatch(text, full)
    domain, path, tag, digest = match.groups("")
    if len(path) > MAX_PATH:
        raise _bad("too-long", f"has a path longer than {MAX_PATH} characters", text)
    if digest:
        _check_digest(digest, text)
    return Reference(original=text, domain=domain, path=path, tag=tag, digest=digest)


def _check_digest(digest: str, text: str) -> None:
    algorithm, _, encoded = digest.partition(":")
    length = DIGEST_LENGTHS.get(algorithm)
    if algorithm != algorithm.lower():
        raise _bad("digest-format", "has its digest algorithm in upper case", text)
    if length is None:
        known = ", ".join(DIGEST_LENGTHS)
        raise _bad("digest-unsupported", f"has a digest of another algorithm than {known}", text)
    if len(encoded) != length:
        fault = f"has {len(encoded)} hex digits in its {algorithm} digest, expected {length}"
        raise _bad("digest-length", fault, text)
    if encoded != encoded.lower():
        raise _bad("digest-format", "has the hex digits of its digest in upper case", text)


def _mismatch(text: str, full: str) -> BadReference:
    if _match(full.lower()):
        return _uppercase(text)
    fault = "is not an image reference, expected [host[:port]/]path[:tag][@digest]"
    return _bad("invalid-format", fault, text, _format_hint(text))


def _uppercase(text: str) -> BadReference:
    return _bad("uppercase", "has uppercase letters outside host and tag", text)


def _format_hint(text: str) -> str:
    if not text:
        return EXAMPLE
    if text != text.strip():
        return "remove the white space around it"
    scheme, found, _ = text.partition("://")
    if found:
        return f"leave out {quoted(scheme + found)}"
    foreign = text.strip(ALPHABET)[:1]
    if foreign:
        return f"no reference holds {quoted(foreign)}"
    if text[-1] in ":@":
        return f'leave out the last "{text[-1]}", or write what follows it'
    if "//" in text or text[0] == "/" or text[-1] == "/":
        return 'a "/" stands between two names'
    return ""


def _bad(code: Code, fault: str, text: str, hint: str = "") -> BadReference:
    return BadReference(code, f"{quoted(text)} {fault}", hint)

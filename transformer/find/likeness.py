"""Which texts look like images, where nobody knows whether they are.

A word on its own may be anything, and so may a path. What is taken for an image is a reference that
names a registry's host and a tag or digest; and what a name that says so stands in front of:
`image: nginx`, `--helper-image=busybox:1`, `registry: quay.io/acme`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from transformer.find.commands import has_commands, is_target, said_by_command
from transformer.image.reference import BadReference, Reference, names_host, normalize
from transformer.places.names import Meaning, ends_in_image, is_of_names, meaning

# As in `redis:6379`, which is a host and its port, whatever its name says; `redis:7` is none.
_PORT = re.compile(r"[^/:@]+:[0-9]{4,5}")

# What may be a reference between the words, flags and quotes of a text. The tag may be filled in.
_WORD = re.compile(
    r"""(?:(?<![^\s"'`=,;|(\[{>])|(?<=:-))(?:docker://|oci://)?[A-Za-z0-9]"""
    r"""(?:[A-Za-z0-9._/@-]|:(?!-)|(?<=[:\w.-])\$[{(][^\s"'{}()]*[)}]|(?<=:)\$\w+"""
    r"""|(?<=:)[{(][^\s"'{}()]*[)}]|(?<=:)\{\{[^{}\n]*\}\})*"""
    r"""(?=[\s"'`,;|)\]}<]|:-|$)"""
)
DOCKER, OCI = SCHEMES = ("docker://", "oci://")

# A tag that is filled in, behind the last slash: where it begins with a bracket, where a bracket
# is the last of it, and one with a variable of a shell.
_OPENED = re.compile(r":[\w.-]*+\$?[{(]")
_CLOSED = re.compile(r"[)}][\w.-]*+$")
_VARIABLE = re.compile(r":[\w.-]*+\$\w++[\w.-]*+$")

# The name in front of a value: `image: x`, `"image": "x"`, `--image=x`, `--image x`, `<image>x`,
# and of a setting, `spark.container.image x`.
_NAME = re.compile(
    r"""(?:(?<![\w./-])--?(?P<flag>[A-Za-z][\w./-]*+)["']?[ \t]++"""
    r"""|(?<![\w./-])(?:[./-]|[^\WA-Za-z_])*+"""
    r"""(?P<name>[A-Za-z_][\w./-]*+)["']?[ \t]*+(?::-|[:?]?=>?|:)[ \t]*+"""
    r"""|<(?P<tag>[\w.-]++)>"""
    r"""|(?m:^)[ \t]*+(?P<setting>[a-z][\w-]*+\.[\w.-]++)[ \t]++)\[?["']?$"""
)
_LONGEST_NAME = 80

# Between two images of one list: `a:1,b:2`, `a=b:1;c=d:2`.
_NEXT = re.compile(r"""["']?[ ]?[,;|][ ]?["']?(?:[\w.-]+=)?""")

# What a line of YAML has in front of a value: a key, or the mark of an item.
_LINE = re.compile(r"""([ ]*)(- )?(?:["']?([\w.-]+)["']?:[ ]+)?["']?$""")
_LONGEST_ABOVE = 1_000
_PARTS = ("name", "newName", "ref", "reference", "registry", "repo", "repository")

# Lines that are comments, in YAML or a shell, and messages for people.
_UNSAID = re.compile(r"^[ \t]*#.*|\becho\b[^\n;|&]*>&2|>&2[ \t]*echo\b[^\n;|&]*", re.MULTILINE)

# A digest, a media type, an image of a machine, a file, a git repository.
_ODD = re.compile(
    r"(?:sha256|sha512):[0-9a-f]+|(?:image|text|audio|video|application)/[a-z0-9.+-]+"
    r"|ami-[0-9a-f]+|projects/.*|.*/global/images/.*|.*\.(?:png|jpe?g|gif|svg|webp|ico|img|iso"
    r"|qcow2|raw|vmdk|tar|t?gz|xz|zip|ya?ml|json|sock|git)"
)
_WORDS = frozenset(
    {"true", "false", "null", "none", "auto", "default", "enabled", "disabled", "latest", "string"}
)

# The end of a path that is of an image, whatever registry has it.
_VERSION = re.compile(r"\w(?::(?:v?[0-9]+\.[0-9]|latest$)|@sha256:)")

# Hosts that have images and little else.
_HOSTS = re.compile(r"(?:ghcr\.io|(?:[a-z0-9.-]+\.)?gcr\.io|quay\.io)/")

# A host in the cluster.
_OF_CLUSTER = re.compile(r"\.svc(?:[.:]|$)")

# Words of hosts that by their names have images.
_OF_REGISTRIES = frozenset(
    {
        "artifactory", "azurecr", "cr", "docker", "ecr", "gcr", "ghcr", "gitlab", "harbor", "image",
        "images", "jfrog", "nexus", "ocir", "pkg", "quay", "registry",
    }
)  # fmt: skip

# Behind a repository, what makes it one of images.
_TAG_NEXT = re.compile(r"""["']?,?\s*["']?(?:image)?[tT]ag["']?[ \t]*:""")

# Hosts of sources and packages, not of images.
_SOURCES = ("bitbucket.", "charts.", "dev.azure.com", "git.", "github.", "gitlab.", "maven.")


def is_likely(text: str) -> bool:
    """True for a reference that names a registry's host, and a tag or digest; of hosts that have
    images and little else, neither is asked for."""
    if "/" not in text or text.startswith(_SOURCES) or _is_odd(text) or not names_host(text):
        return False
    return _is_whole(text) or (_HOSTS.match(text) is not None and is_reference(text))


def images(text: str, said: Meaning = "") -> Iterator[tuple[int, int]]:
    """What may be images in a text: characters from the first number to the second.

    Takes what its own name says of it, for what has no name in the text.
    """
    for start, end, _ in _found(text, said):
        yield start, end


def named_images(text: str) -> Iterator[tuple[int, int]]:
    """Those of `images` in front of which a name says that they are one."""
    return ((start, end) for start, end, said in _found(text, "") if said == "image")


def _found(text: str, said: Meaning) -> Iterator[tuple[int, int, Meaning]]:
    last, last_said = 0, ""
    with_commands = has_commands(text)
    for start, end in _words(text):
        own, alone = _said_by_name(text, start)
        if with_commands and not own:
            own = said_by_command(text, start, end)
            alone = own == "image"
        if own == "store" and _TAG_NEXT.match(text, end):
            own = "repository"
        is_vague = not own
        if not own and last_said and _NEXT.fullmatch(text, last, start):
            own = "image"
        above = _said_above(text, start) if own in ("", "store") else ""
        own = above or own or ("image" if said == "image" else "")
        alone = alone or above == "repository"
        at = start + without_scheme(text[start:end])[0]
        scheme, word = text[start:at], text[at:end]
        is_image = bool(own) and is_named(word, own, alone=alone, vague=is_vague)
        is_free = own != "other" and scheme != OCI
        if is_image or (is_free and (is_likely(word) or _is_of_name(text, start, word))):
            if not is_target(text, start, last):
                yield at, end, own
            last, last_said = end, own


def _said_by_name(text: str, start: int) -> tuple[Meaning, bool]:
    # What the name in front says, and whether a word alone will do; `--images=cpu=x` has two.
    name, at = _name_before(text, start)
    said = meaning(name) if name else ""
    if name and not said:
        outer, _ = _name_before(text, at)
        return meaning(outer) if outer else "", False
    return said, said == "repository" or ends_in_image(name)


def _is_of_name(text: str, start: int, word: str) -> bool:
    return is_versioned(word) and is_of_names(_name_before(text, start)[0])


def _name_before(text: str, end: int) -> tuple[str, int]:
    # The name in front of a value and where it begins; '' for none.
    begin = max(0, end - _LONGEST_NAME)
    found = _NAME.search(text[begin:end])
    if found is None:
        return "", begin
    name = found["flag"] or found["name"] or found["tag"] or found["setting"]
    # A name begins with a letter, whatever stands in front of that.
    return name, begin + (found.start("name") if found["name"] else found.start())


def _said_above(text: str, start: int) -> Meaning:
    # What the key above says in a YAML text, of what is in the mapping or list below it.
    begin = max(0, start - _LONGEST_ABOVE)
    *above, line = text[begin:start].split("\n")
    found = _LINE.fullmatch(line)
    if found is None or not above:
        return ""
    indent, levels = len(found[1]) + (1 if found[2] else 0), 2 if found[2] else 1
    for other in reversed(above):
        name = other.strip(" -")
        if name.endswith(":") and _indent(other) < indent:
            if meaning(name[:-1]) == "image":
                return meaning(f"image.{found[3]}") if found[3] in _PARTS else "image"
            indent, levels = _indent(other), levels - 1
            if not levels:
                break
    return ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def is_named(text: str, said: Meaning, *, alone: bool, vague: bool = False) -> bool:
    """True for what can be an image, or a part of one, where a name says that it is one.

    Takes what the name says, whether a word alone will do, and whether it is vague: then a path
    without registry and tag is none.
    """
    if said == "other" or _is_odd(text):
        return False
    if said == "store":
        return "/" in text and not text.startswith(_SOURCES) and _is_of_images(text)
    if said == "registry":
        return _is_registry(text) or (_is_whole(text) and not _PORT.fullmatch(text))
    if _PORT.fullmatch(text):
        return False
    if said == "image" and vague and not (_is_whole(text) or ("/" in text and names_host(text))):
        return False
    return is_reference(text) and (alone or _is_more_than_a_word(text))


def _is_of_images(text: str) -> bool:
    words = re.split("[.:-]", text.partition("/")[0])
    is_host = names_host(text) and not _OF_REGISTRIES.isdisjoint(words)
    return _is_whole(text) or (is_host and is_reference(text))


def _is_whole(text: str) -> bool:
    reference = _read(text)
    return reference is not None and bool(reference.tag or reference.digest)


def is_versioned(text: str) -> bool:
    """True for a path with a tag that is a version, or with a digest."""
    return (
        "/" in text and not _is_odd(text) and _VERSION.search(text) is not None and _is_whole(text)
    )


def without_scheme(text: str) -> tuple[int, int]:
    """Where in a value the reference stands: behind a scheme, and without line breaks."""
    scheme = next((it for it in SCHEMES if text.startswith(it)), "")
    return len(scheme), len(text.rstrip("\n"))


def may_be_image(line: str) -> bool:
    """Whether a line has a word that could be an image by itself: a path with a tag or a digest."""
    words = (line[start:end] for start, end in _words(line))
    return any("/" in it and _is_whole(it[without_scheme(it)[0] :]) for it in words)


def is_reference(text: str) -> bool:
    """True for what can be an image where a key says that it is one."""
    return _read(text) is not None


def _is_odd(text: str) -> bool:
    return text in _WORDS or text.isdigit() or _ODD.fullmatch(text) is not None


def _is_registry(text: str) -> bool:
    is_host = names_host(text) and "schema" not in text and not _OF_CLUSTER.search(text)
    return is_host and is_reference(f"{text.removesuffix('/')}/x")


def _is_more_than_a_word(text: str) -> bool:
    return bool({"/", ":", "@"} & set(text)) and is_reference(text)


def _words(text: str) -> Iterator[tuple[int, int]]:
    if "#" in text or ">&2" in text:
        text = _UNSAID.sub(lambda found: " " * len(found[0]), text)
    for found in _WORD.finditer(text):
        yield found.span()


def _read(text: str) -> Reference | None:
    filled = _filled_at(text)
    if filled >= 0 and names_host(text):
        text = f"{text[:filled]}:filled"
    try:
        return normalize(text)
    except BadReference:
        return None


def _filled_at(text: str) -> int:
    # Where a tag begins that is filled in; -1 for none.
    begin = text.rfind("/") + 1
    filled = _OPENED.search(text, begin) if _CLOSED.search(text, begin) else None
    filled = filled or _VARIABLE.search(text, begin)
    return filled.start() if filled is not None else -1

"""Which documents of a run may hold suspects, by their text alone.

Most documents hold none, and most of those are never read: a few searches through the text of a
whole source say where a name that says image, or a path with a tag, stands in front of something
that the run has not found. Only what is there is read once more.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from transformer.find.lists import Item
from transformer.model import Decision, Site
from transformer.yamltext.documents import Document

# What stands between a name and its value: as a key, as the name of a variable, as a flag. Within
# a string, quotes are escaped. What is repeated is bounded, so that a text with many names that
# have no value takes linear time.
_QUOTE = r"""(?:\\?["'])?"""
_BETWEEN = (
    rf"""[\w.-]{{0,80}}+{_QUOTE}(?:"""
    rf"""[ \t]*+(?::-|[:?]?=>?|:)\s*+(?:\\n\s*+)?+(?:[{{-]\s*+)?+"""
    rf"""(?:{_QUOTE}[\w.-]{{1,80}}+{_QUOTE}[ \t]*+:(?=[\s"'\\])[ \t]*+)?+"""
    rf"""|[\s,]++{_QUOTE}(?:value|default|defaultvalue){_QUOTE}[ \t]*+:[ \t]*+"""
    r"""|,?[ \t]*\n[ \t]*-[ \t]+|,\s*|>|(?P<space>[ \t]+)"""
    rf""")\[?{_QUOTE}(?:docker://|oci://)?(?=[a-z0-9])"""
)

# What stands for an image that is found.
_FOUND = "\0"

# The end of a word that names an image, or a part of one, in small letters.
_IMAGE = rf"mage(?!:[ ]{_FOUND}|pullpolicy|pullsecrets|[_-]pull[_-])"
_HUB = r"hub(?<![a-z]hub)(?![\w.-])"

# A path with a tag or a digest behind it, or one behind a host that has images and little else:
# ghcr.io, gcr.io and those below it, quay.io.
_TAGGED = r"/(?:(?<=\w/)\w[\w./-]{0,80}+[:@][\w${]|(?<=[hg]cr\.io/)\w|(?<=quay\.io/)\w)"


# Names by what each is in small letters, and what stands behind them: compiled alone, and where one
# is met, since all of them together take as long as a small run.
_NAMES = {
    "mage": (_IMAGE, _BETWEEN),
    "egistry": ("egistry", _BETWEEN),
    "epository": ("epository", _BETWEEN),
    "hub": (_HUB, _BETWEEN),
    "img": ("img", _BETWEEN),
    "docker ": ("docker (?:image )?(?:pull|run) ", r"(?=[\w-])(?P<space>(?!))?"),
}

_compiled = cache(re.compile)


@cache
def _tags() -> re.Pattern[str]:
    return re.compile(_TAGGED)


# Where a line of a text begins that is written as a string.
_LINE = re.compile(r"""\n|\\n|["']""")

# What `likeness` reads in front of a value, and more.
_LONGEST_FLAG = 200

# How many characters of a text are copied and searched at once, beside what a document has more.
_WINDOW = 1 << 20

# What a Dockerfile has in front of an image.
_FROM = "FROM "


# What describes fields names images all over; of use is only what is filled in where one is absent.
SCHEMA = "CustomResourceDefinition"
_SCHEMA_KIND = f"kind: {SCHEMA}\n"
_DEFAULT = re.compile(r"""default:[ ]["']?[\w.-][\w./-]*[:@]\S""")

# The one letter that is longer when it is small.
_LONGER = "\u0130"


def candidates(documents: Sequence[Document], decisions: Sequence[Decision]) -> list[Document]:
    """The documents of a run that must be read for suspects, given them all, in order."""
    if not documents:
        return []
    if documents[0].source is documents[-1].source:
        return list(_of_source(documents, [site for site, _ in decisions]))
    sites: dict[int, list[Site]] = {}
    for site, _ in decisions:
        sites.setdefault(id(site.document.source), []).append(site)
    sources: dict[int, list[Document]] = {}
    for document in documents:
        sources.setdefault(id(document.source), []).append(document)
    return [
        document
        for found in sources.values()
        for document in _of_source(found, sites.get(id(found[0].source), ()))
    ]


def may_hold_suspect(text: str) -> bool:
    """False for the text of a document, or of an item of one, in which nothing is a suspect."""
    if not _may_hold(text):
        return False
    taken = _taken(())
    return any(True for _ in (*_named(text, *taken), *_tagged(text, *taken)))


def _may_hold(text: str) -> bool:
    # Most texts have nothing but images that are found; where they stand does not matter then.
    if _FROM in text or _tags().search(text):
        return True
    small = _small(text)
    return any(True for _ in _met(small))


def _without(text: str, starts: Sequence[int], ends: Sequence[int]) -> str:
    pieces, at = [], 0
    for start, end in zip(starts, ends, strict=True):
        if start >= at:
            pieces.append(text[at:start])
            at = end
    pieces.append(text[at:])
    return _FOUND.join(pieces)


def _small(text: str) -> str:
    return text.replace(_LONGER, "i").lower()


def _of_source(documents: Sequence[Document], sites: Iterable[Site]) -> Iterator[Document]:
    source = documents[0].source
    starts, ends = _taken(it for it in sites if it.document.source is source)
    for window in _windows(documents):
        begin, end = window[0].start, window[-1].end
        low, high = bisect_left(starts, begin), bisect_left(starts, end)
        taken = (
            [-1, *(it - begin for it in starts[low:high])],
            [-1, *(it - begin for it in ends[low:high])],
        )
        yield from _of_window(window, source.text[begin:end], taken)


def _windows(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    # As many as are copied at once, at least one: what is in a document is in it alone.
    first = 0
    for number, document in enumerate(documents):
        if document.end - documents[first].start > _WINDOW and number > first:
            yield documents[first:number]
            first = number
    yield documents[first:]


def _of_window(
    documents: Sequence[Document], text: str, taken: tuple[list[int], list[int]]
) -> Iterator[Document]:
    if not _may_hold(_without(text, *taken)):
        return
    begin = documents[0].start
    starts = [it.start - begin for it in documents]
    offsets = (*_named(text, *taken), *_tagged(text, *taken))
    held = {(bisect_right(starts, offset) - 1, begin + offset) for offset in offsets}
    # Behind the items of a list is what belongs to none.
    for index in sorted({at for at, offset in held if offset < documents[at].end}):
        if not _is_schema(documents[index]) or _DEFAULT.search(documents[index].text):
            yield documents[index]


def _is_schema(document: Document) -> bool:
    text = document.text
    if isinstance(document, Item):
        return _SCHEMA_KIND in text
    # A list of others may hold one, too.
    return text.startswith(_SCHEMA_KIND) or f"\n{_SCHEMA_KIND}" in text


def _taken(sites: Iterable[Site]) -> tuple[list[int], list[int]]:
    # Where the stretches of a text begin and end that the run has found to be images.
    stretches = [(-1, -1)]
    for site in sites:
        base, spot = site.document.start, site.spot
        stretches.append((base + spot.start, base + spot.end))
        if site.parts or site.anchor is not None:
            spots = [it.spot for it in site.parts]
            spots += [site.anchor.definition] if site.anchor is not None else []
            stretches += ((base + it.start, base + it.end) for it in spots)
    stretches.sort()
    return [start for start, _ in stretches], [end for _, end in stretches]


def _named(text: str, starts: Sequence[int], ends: Sequence[int]) -> Iterator[int]:
    small = _small(text)
    for start, found in _met(small):
        at = found.end()
        if ends[bisect_right(starts, at) - 1] <= at and _is_name(small, start, found):
            yield at


def _met(small: str) -> Iterator[tuple[int, re.Match[str]]]:
    # Every name with something behind it: where it begins, and what is between the two.
    for word, (name, between) in _NAMES.items():
        if word not in small:
            continue
        behind = 0
        for head in _compiled(name).finditer(small):
            start, end = head.span()
            found = _compiled(between).match(small, end) if start >= behind else None
            if found is not None:
                behind = found.end()
                yield start, found


def _is_name(text: str, start: int, found: re.Match[str]) -> bool:
    # Words of prose are followed by words: what is behind a space belongs to a flag, or to a
    # setting at the beginning of a line.
    if found["space"] is None:
        return True
    line = _LINE.split(text[max(0, start - _LONGEST_FLAG) : start])[-1]
    *before, name = line.split(" ")
    return name.startswith("-") or ("." in name and not any(before))


def _tagged(text: str, starts: Sequence[int], ends: Sequence[int]) -> Iterator[int]:
    at = text.find(_FROM)
    while at >= 0:
        yield at
        at = text.find(_FROM, at + 1)
    left = [
        at
        for at in (found.start() for found in _tags().finditer(text))
        if ends[bisect_right(starts, at) - 1] <= at
    ]
    if not left:
        return
    from transformer.find.likeness import images, may_be_image

    end, holds = -1, False
    for at in left:
        # Many may be on one line, which may be the whole text.
        if at > end:
            begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            line = text[begin:end]
            holds = any(images(line)) or may_be_image(line)
        if holds:
            yield at

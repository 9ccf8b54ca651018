"""Which documents of a run may hold suspects, by their text alone.

Most documents hold none, and most of those are never read: a few searches through the text of a
whole source say where a name that says image, or a path with a tag, stands in front of something
that the run has not found. Only what is there is read once more.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from transformer.find.lists import Item
from transformer.model import Decision, Site
from transformer.yamltext.documents import Document

# What stands between a name and its value: as a key, as the name of a variable, as a flag. Within
# a string, quotes are escaped. A name without a value is passed over whole: searched again from
# each of its letters, a long one would take quadratic time.
_QUOTE = r"""(?:\\?["'])?"""
_BETWEEN = (
    rf"""[\w.-]*+(?:{_QUOTE}(?:"""
    rf"""[ \t]*+(?::-|[:?]?=>?|:)(?:[ \t]*+|\s*-[ \t]++"""
    rf"""|\s*+(?:[{{-]\s*+)?{_QUOTE}[\w.-]++{_QUOTE}[ \t]*+:[ \t]*+)"""
    rf"""|[\s,]++{_QUOTE}(?:value|default|defaultvalue){_QUOTE}[ \t]*+:[ \t]*+"""
    r"""|,?[ \t]*+\n[ \t]*+-[ \t]++|,\s*+|>|(?P<space>[ \t]++)"""
    rf""")\[?{_QUOTE}(?:docker://|oci://)?(?P<value>(?=[a-z0-9])))?"""
)

# The end of a word that names an image, or a part of one, in small letters.
_IMAGE = r"mage(?!pullpolicy|pullsecrets|[_-]pull[_-])"
_HUB = r"hub(?<![a-z]hub)(?![\w.-])"

# A path with a tag or a digest behind it; one without is passed over, as a name is.
_TAGGED = r"/(?<=\w/)\w[\w./-]*+(?P<value>[:@][\w${])?"


@cache
def _names() -> dict[str, re.Pattern[str]]:
    return {
        "mage": re.compile(_IMAGE + _BETWEEN),
        "egistry": re.compile("egistry" + _BETWEEN),
        "epository": re.compile("epository" + _BETWEEN),
        "hub": re.compile(_HUB + _BETWEEN),
    }


@cache
def _values() -> tuple[re.Pattern[str], ...]:
    # Hosts that have images and little else: ghcr.io, gcr.io and those below it, quay.io.
    return (
        re.compile(_TAGGED),
        re.compile(r"cr\.io/(?<=[hg]cr\.io/)(?P<value>\w)"),
        re.compile(r"quay\.io/(?P<value>\w)"),
    )


# What `likeness` reads in front of a value, and more.
_LONGEST_FLAG = 200

# What describes fields holds names of images, and is of no use without what they describe.
SCHEMA = "CustomResourceDefinition"
_SCHEMA_KIND = f"kind: {SCHEMA}\n"

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
    taken = _taken(())
    return any(True for _ in (*_named(text, *taken), *_tagged(text, *taken)))


def _of_source(documents: Sequence[Document], sites: Iterable[Site]) -> Iterator[Document]:
    source = documents[0].source
    taken = _taken(it for it in sites if it.document.source is source)
    starts = [it.start for it in documents]
    offsets = (*_named(source.text, *taken), *_tagged(source.text, *taken))
    held = ((bisect_right(starts, offset) - 1, offset) for offset in offsets)
    # In front of the items of a list is what belongs to none.
    for index in sorted({at for at, offset in held if at >= 0 and offset < documents[at].end}):
        if not _is_schema(documents[index]):
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
    small = text.replace(_LONGER, "i").lower()
    for name, expression in _names().items():
        if name in small:
            for found in expression.finditer(small):
                at = found.end()
                if found["value"] is None or ends[bisect_right(starts, at) - 1] > at:
                    continue
                if _is_name(small, found):
                    yield at


def _is_name(text: str, found: re.Match[str]) -> bool:
    # Words of prose are followed by words: what is behind a space belongs to a flag.
    if found["space"] is None:
        return True
    start = found.start()
    before = text[max(0, start - _LONGEST_FLAG) : start]
    return re.split("[ \n]", before)[-1].lstrip("\"'").startswith("-")


def _tagged(text: str, starts: Sequence[int], ends: Sequence[int]) -> Iterator[int]:
    left = [
        at
        for expression in _values()
        for at in (it.start() for it in expression.finditer(text) if it["value"])
        if ends[bisect_right(starts, at) - 1] <= at
    ]
    if not left:
        return
    from transformer.find.likeness import images

    end, holds = -1, False
    for at in sorted(left):
        # Many may be on one line, which may be the whole text.
        if at > end:
            begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            holds = any(images(text[begin:end]))
        if holds:
            yield at

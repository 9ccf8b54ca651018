"""Which documents of a run may hold suspects, by their text alone.

Most documents hold none, and most of those are never read: a few searches through the text of a
whole source say where a name that says image, or a path with a tag, stands in front of something
that the run has not found. Only what is there is read once more.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from transformer.model import Decision, Site
from transformer.yamltext.documents import Document

# What stands between a name and its value: as a key, as the name of a variable, as a flag. Within
# a string, quotes are escaped.
_QUOTE = r"""(?:\\?["'])?"""
_BETWEEN = (
    rf"""[\w.-]*{_QUOTE}(?:"""
    rf"""[ \t]*(?::-|[:?]?=>?|:)(?:[ \t]*|\s*-[ \t]+"""
    rf"""|\s*[{{-]?\s*{_QUOTE}[\w.-]+{_QUOTE}[ \t]*:[ \t]*)"""
    rf"""|[\s,]+{_QUOTE}(?:value|default|defaultvalue){_QUOTE}[ \t]*:[ \t]*"""
    r"""|,?[ \t]*\n[ \t]*-[ \t]+|,\s*|>|(?P<space>[ \t]+)"""
    rf""")\[?{_QUOTE}(?:docker://|oci://)?(?=[a-z0-9])"""
)

# The end of a word that names an image, or a part of one, in small letters.
_NAMES = {
    "mage": r"mage(?!pullpolicy|pullsecrets|[_-]pull[_-])",
    "egistry": "egistry",
    "epository": "epository",
    "hub": r"hub(?<![a-z]hub)(?![\w.-])",
}

# A path with a tag or a digest behind it.
_TAGGED = r"/(?<=\w/)\w[\w./-]*[:@][\w${]"

# Hosts that have images and little else: ghcr.io, gcr.io and those below it, quay.io.
_HOSTED = (r"cr\.io/(?<=[hg]cr\.io/)\w", r"quay\.io/\w")

_SCHEMA = "kind: CustomResourceDefinition\n"

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


def _of_source(documents: Sequence[Document], sites: Iterable[Site]) -> Iterator[Document]:
    taken = _taken(sites)
    text = documents[0].source.text
    starts = [it.start for it in documents]
    offsets = (*_named(text, *taken), *_tagged(text, *taken))
    for index in sorted({bisect_right(starts, offset) - 1 for offset in offsets}):
        if _SCHEMA not in documents[index].text:
            yield documents[index]


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
    for name, pattern in _NAMES.items():
        if name in small:
            for found in re.finditer(pattern + _BETWEEN, small):
                at = found.end()
                if ends[bisect_right(starts, at) - 1] <= at and _is_name(small, found):
                    yield at


def _is_name(text: str, found: re.Match[str]) -> bool:
    # Words of prose are followed by words: what is behind a space belongs to a flag.
    if found["space"] is None:
        return True
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    return line.split(" ")[-1].lstrip("\"'").startswith("-")


def _tagged(text: str, starts: Sequence[int], ends: Sequence[int]) -> Iterator[int]:
    left = [
        at
        for pattern in (_TAGGED, *_HOSTED)
        for at in (found.start() for found in re.finditer(pattern, text))
        if ends[bisect_right(starts, at) - 1] <= at
    ]
    if not left:
        return
    from transformer.find.likeness import images

    for at in left:
        end = text.find("\n", at)
        line = text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]
        if any(images(line)):
            yield at

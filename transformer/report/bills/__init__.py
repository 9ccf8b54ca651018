"""Bills of materials: the images that are pulled, for those who keep account of what runs.

An image is known by its package URL of type oci. What fails, or is no reference, is pulled by no
name that is known: it is in no bill.

    pkg:oci/nginx@sha256:6965...?repository_url=registry.example.com/docker.io/library/nginx&tag=1.27
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from transformer.image.reference import Reference, normalize
from transformer.messages import one_line
from transformer.records import record, replace
from transformer.report.images import Image

NAME = "mirrorpin"


@record
class Item:
    """An image, normalised, with its tag, its digest or both; and what is known of it, by name."""

    image: Reference
    facts: tuple[tuple[str, str], ...]

    @property
    def version(self) -> str:
        """What tells it from others of its repository: the digest, or without one the tag."""
        return self.image.digest or self.image.tag

    @property
    def purl(self) -> str:
        """Its package URL (https://github.com/package-url/purl-spec, type oci).

        No character of a reference needs to be escaped in it, but the brackets of an address.
        """
        name = self.image.path.rpartition("/")[2]
        at = f"@{self.image.digest}" if self.image.digest else ""
        where = self.image.name.replace("[", "%5B").replace("]", "%5D")
        tag = f"&tag={self.image.tag}" if self.image.tag else ""
        return f"pkg:oci/{name}{at}?repository_url={where}{tag}"


def of_images(images: Iterable[Image]) -> tuple[Item, ...]:
    """The items of a run's images: those that have a final name that is whole."""
    whole = (it for it in images if it.final and it.sites[0].names == "image")
    return merged(
        Item(
            image=normalize(it.final).with_tag_default(),
            facts=(
                ("source", it.source),
                ("written", it.written),
                *((("rule", it.rule),) if it.rule else ()),
                *(("place", f"{site.position} {site.resource} {site.field}") for site in it.sites),
            ),
        )
        for it in whole
    )


def merged(items: Iterable[Item]) -> tuple[Item, ...]:
    """Each image once, in the order of their names, with all that is known of it."""
    facts: dict[str, dict[tuple[str, str], None]] = {}
    known: dict[str, Item] = {}
    for it in items:
        known.setdefault(it.purl, it)
        told = ((name, one_line(text)) for name, text in it.facts)
        facts.setdefault(it.purl, {}).update(dict.fromkeys(told))
    return tuple(replace(known[purl], facts=tuple(facts[purl])) for purl in sorted(known))


def identity(items: Sequence[Item]) -> str:
    """What a bill is known by, in 64 hex digits: the same for the same images and facts."""
    import hashlib

    text = "\n".join(f"{it.purl} {it.facts}" for it in items)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


# Writes a bill: takes its items, and the day of the run as 2026-12-31, '' where none is given.
Write = Callable[[Sequence[Item], str], str]


def writer(name: str) -> Write:
    """Who writes a format, by its name, as `--format` has it."""
    # What `import_module` does, without importing it.
    module = __import__(f"transformer.report.bills.{name}", fromlist=("write",))
    write: Write = module.write
    return write

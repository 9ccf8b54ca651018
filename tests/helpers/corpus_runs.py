"""Runs over the corpus that more than one test module looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TypeAlias

from tests.helpers import corpus, oracle
from tests.helpers.corpus import CorpusFile, image_of, is_simple, outermost, span
from tests.helpers.shared import shared_path
from transformer.config.config import Config, parse_config
from transformer.config.options import Options
from transformer.model import Site
from transformer.pipeline import Outcome, transform

# The characters from the first to the second number become a text.
Change: TypeAlias = "tuple[int, int, str]"

FILES = corpus.load(shared_path("corpus"))
HOSTS = frozenset(
    oracle.host_of(image.value)
    for file in FILES
    for image in file.expected | file.other
    if oracle.is_reference(image.value)
)

# `containers` stands twice in it, which the corpus reads as most loaders do: the last one counts.
REPEATED = "yannh__kubeconform/fixtures__duplicate_property.yaml"
READABLE = tuple(it for it in FILES if it.status in corpus.READABLE and it.name != REPEATED)


def config(*lines: str, hosts: Iterable[str] = HOSTS) -> Config:
    return parse_config("mirrorpin.yaml", oracle.config(hosts, *lines), "")


EVERYTHING = config()


def run(
    name: str, data: bytes, rules: Config = EVERYTHING, options: Options | None = None
) -> Outcome:
    return transform([(name, data)], rules, options=options or Options())


@cache
def everything(file: CorpusFile) -> Outcome:
    return run(file.name, file.data)


def mirrored(image: str) -> str:
    """The name of an image in the mirror of its host. The injector of Istio replaces `auto`."""
    return image if image == "auto" else oracle.mirrored(image, HOSTS)


def spliced(data: bytes, images: Iterable[corpus.Image]) -> bytes:
    """What a file becomes when every one of these images is mirrored, by the corpus's own spans."""
    return _with_tokens(data, dict(_tokens(data, images)))


def rewritten(file: CorpusFile) -> bytes:
    """What a file must become, written without the product: every image that is found, mirrored.

    A whole scalar is written anew. Of one that holds more, the lines with images in them are.
    """
    sites = [site for site, _ in everything(file).decisions]
    tokens = dict(_tokens(file.data, (image_of(site) for site in sites if is_simple(site))))
    texts: dict[tuple[int, int], tuple[str, list[Change]]] = {}
    for site in sites:
        if not is_simple(site):
            text, change = _within(site)
            at = span(*outermost(site))
            texts.setdefault(at, (text, []))[1].append(change)
    for (start, end), (text, changes) in texts.items():
        tokens[start, end] = _retold(file.data[start:end].decode(), text, changes)
    return _with_tokens(file.data, tokens)


def _with_tokens(data: bytes, tokens: Mapping[tuple[int, int], str]) -> bytes:
    changes = [(*at, token.encode().decode("latin-1")) for at, token in tokens.items()]
    return oracle.spliced(data.decode("latin-1"), changes).encode("latin-1")


def _tokens(data: bytes, images: Iterable[corpus.Image]) -> Iterator[tuple[tuple[int, int], str]]:
    for image in images:
        new = mirrored(image.value)
        if new != image.value:
            token = oracle.written(data[image.start : image.end].decode(), image.value, new)
            yield (image.start, image.end), token


def _within(site: Site) -> tuple[str, Change]:
    """The text that holds the image of a site, and what becomes of which characters of it."""
    new = mirrored(site.value)
    if site.frame is not None:
        return site.frame.value, (site.frame.start, site.frame.end, new)
    if site.parts:
        (text,) = (part.value for part in site.parts if part.spot == site.spot)
        scheme, separator, name = text.rpartition("://")
        return text, (len(scheme + separator), len(text), mirrored(name))
    text = site.document.source.text
    start, end = (site.document.start + it for it in (site.spot.start, site.spot.end))
    return text, (start, end, oracle.written(text[start:end], site.value, new))


def _retold(token: str, text: str, changes: Iterable[Change]) -> str:
    at = 0
    for line in text.splitlines(keepends=True):
        here = [it for it in changes if at <= it[0] < at + len(line)]
        if here:
            assert token.count(line.rstrip("\n")) == 1
            new = oracle.spliced(line, [(start - at, end - at, it) for start, end, it in here])
            token = token.replace(line.rstrip("\n"), new.rstrip("\n"))
        at += len(line)
    return token


def failing(
    check: Callable[[CorpusFile], object], files: Iterable[CorpusFile] = READABLE
) -> list[str]:
    """The names of the files for which a check is false."""
    return [file.name for file in files if not check(file)]


def messages(outcome: Outcome) -> list[str]:
    return [str(it.problem) for it in outcome.results if it.problem.severity != "info"]

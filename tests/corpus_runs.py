"""Runs over the corpus that more than one test module looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from tests import corpus, oracle
from tests.corpus import CorpusFile
from tests.shared import shared_path
from transformer.config import Config, parse_config
from transformer.pipeline import Options, Outcome, transform

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


def spliced(data: bytes, images: Iterable[corpus.Image]) -> bytes:
    text = data.decode("latin-1")
    changes = []
    for image in images:
        new = oracle.mirrored(image.value, HOSTS)
        if new != image.value:
            token = oracle.written(text[image.start : image.end], image.value, new)
            changes.append((image.start, image.end, token))
    return oracle.spliced(text, changes).encode("latin-1")


def failing(
    check: Callable[[CorpusFile], object], files: Iterable[CorpusFile] = READABLE
) -> list[str]:
    """The names of the files for which a check is false."""
    return [file.name for file in files if not check(file)]


def messages(outcome: Outcome) -> list[str]:
    return [str(it.problem) for it in outcome.results if it.problem.severity != "info"]

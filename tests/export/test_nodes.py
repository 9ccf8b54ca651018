"""What nodes do with an export is what the rules say, for every image, or it is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import runs
from tests.helpers.nodes import NODES, pulled
from transformer.config.config import Config
from transformer.config.mirrors import RenameFault
from transformer.errors import ConfigError
from transformer.export.format import Export, Request
from transformer.export.formats import NODES as FORMATS
from transformer.export.formats import format_of
from transformer.image.reference import Reference, normalize

LABELS = ("a", "b")
HOSTS = st.sampled_from(("a.io", "b.io", "a.b.io", "docker.io", "b.io:50"))
WILDCARDS = st.sampled_from(("*.io", "*.b.io"))
PATHS = st.lists(st.sampled_from(LABELS), max_size=3).map(lambda it: "".join(f"/{x}" for x in it))
SOURCES = st.builds(str.__add__, HOSTS, PATHS) | WILDCARDS
# Docker Hub takes no name of more than two parts.
TARGETS = st.builds(str.__add__, HOSTS.filter("docker.io".__ne__) | st.just("m.io"), PATHS)


def several(targets: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(targets, min_size=2, max_size=3, unique=True).map(", ".join)
    ends = st.sampled_from(("", ", onAbsent: keep"))
    return st.builds("targets: [{}]{}".format, lists, ends)


def actions(targets: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        targets.map(lambda it: f"target: {it}")
        | targets.map(lambda it: f'template: "{it}/{{{{ host }}}}/{{{{ repository }}}}"')
        | several(targets)
        | st.sampled_from(("keep: true", "block: true"))
    )


Rules = st.SearchStrategy[list[tuple[str, str]]]


def lists(sources: st.SearchStrategy[str], targets: st.SearchStrategy[str]) -> Rules:
    return st.lists(st.tuples(sources, actions(targets)), min_size=1, max_size=4)


# What can mostly be said there.
RULES = {
    "openshift": lists(SOURCES, TARGETS),
    "icsp": lists(SOURCES, TARGETS),
    "registries-conf": lists(SOURCES, TARGETS),
    "hosts-toml": lists(HOSTS, TARGETS),
    "registries-yaml": lists(
        st.builds(str.__add__, st.sampled_from(("a.io", "docker.io")), PATHS),
        PATHS.map(lambda it: f"m.io{it}"),
    ),
}
IMAGES = st.builds(
    lambda host, path, suffix: normalize(f"{host}{path}/a{suffix}"),
    HOSTS | st.just("m.io"),
    PATHS,
    st.sampled_from(("", ":1", f"@sha256:{'a' * 64}")),
)


def config(rules: list[tuple[str, str]]) -> Config:
    lines = [f'- {{source: "{source}", {action}}}' for source, action in rules]
    return runs.config("mirrors:", *lines)


def names_a_port(settings: Config, image: Reference) -> bool:
    """registries.conf has a port behind what a wildcard stands for, and we have not."""
    return ":" in image.domain and any(it.source.startswith("*") for it in settings.rules)


def drawn_export(name: str, data: st.DataObject) -> tuple[Config, Export] | None:
    """Rules that a format can say, and what it makes of them; None where those drawn are none."""
    try:
        settings = config(data.draw(RULES[name]))
    except ConfigError:
        return None
    made = format_of(name).make(Request(config=settings, has_fallback=name == "icsp"))
    if [it for it in made.unsaid if "`icsp`" not in it.message]:
        return None
    return settings, made


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data(), images=st.lists(IMAGES, min_size=1, max_size=6))
def test_do_what_the_rules_say(name: str, data: st.DataObject, images: list[Reference]) -> None:
    drawn = drawn_export(name, data)
    if drawn is None:
        return
    settings, made = drawn
    files = {it.path: it.text for it in made.files}
    for image in images:
        if names_a_port(settings, image) or (name == "icsp" and not image.digest):
            continue
        try:
            wanted = pulled(settings.rules, image)
        except RenameFault:
            continue
        found = NODES[name](files, image)
        # What is asked behind all targets is the node's own, and the source of `--fallback`.
        assert found[: len(wanted) or 1] == wanted, image

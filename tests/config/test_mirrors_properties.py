"""Matching and renaming against an independent implementation, over names that nearly match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.config.mirrors import RenameFault, Rule, compile_rules, rename
from transformer.config.template_language import Budget
from transformer.errors import Position
from transformer.image.reference import Reference, normalize
from transformer.records import replace

DIGESTS = tuple(f"sha256:{letter * 64}" for letter in "ab")
LABELS = ("a", "b", "ab")

HOSTS = st.builds(
    lambda labels, port: ".".join((*labels, "io")) + port,
    st.lists(st.sampled_from(LABELS), min_size=1, max_size=3),
    st.sampled_from(("", "", ":50", ":500")),
)
PATHS = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3)
SUFFIXES = st.sampled_from(("", ":1", ":2", ":latest", *(f"@{it}" for it in DIGESTS)))


def repositories(hosts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda host, path: "/".join((host, *path)), hosts, PATHS)


NAMES = repositories(HOSTS)
SOURCES = (
    HOSTS
    | NAMES
    | st.builds(lambda name, suffix: name + suffix, NAMES, SUFFIXES)
    | HOSTS.map(lambda host: "*." + host.partition(".")[2])
    | st.just("*")
)
IMAGES = st.builds(
    lambda name, tag, digest: normalize(name + tag + digest),
    NAMES,
    st.sampled_from(("", ":1", ":2", ":latest")),
    st.sampled_from(("", *(f"@{it}" for it in DIGESTS))),
)


def rules(sources: list[str]) -> list[Rule]:
    return [
        Rule(index=it, source=source, target="m.io/m", position=Position(file="c.yaml"))
        for it, source in enumerate(sources)
    ]


def naive_match(source: str, image: Reference) -> bool:
    """Whether a source matches, by the lists of a name's components and of a host's labels."""
    if source == "*":
        return True
    if source.startswith("*."):
        host, _, port = image.domain.partition(":")
        wanted, _, wanted_port = source[2:].partition(":")
        labels, its = host.split("."), wanted.split(".")
        return wanted_port in ("", port) and len(labels) > len(its) and labels[-len(its) :] == its
    name, at, digest = source.partition("@")
    *folders, last = name.split("/")
    last, _, tag = last.partition(":") if folders else (last, "", "")
    parts = [*folders, last]
    components = [image.domain, *image.path.split("/")]
    if at or tag:
        its_tag = image.tag or ("" if image.digest else "latest")
        return components == parts and (digest or image.digest, tag or its_tag) == (
            image.digest,
            its_tag,
        )
    return components[: len(parts)] == parts


@given(st.lists(SOURCES, unique=True, max_size=12), IMAGES)
def test_candidates_are_what_matches_by_component(sources: list[str], image: Reference) -> None:
    found = [it.source for it in compile_rules(rules(sources)).candidates(image)]
    assert sorted(found) == sorted(it for it in sources if naive_match(it, image))


@given(
    st.lists(SOURCES, unique=True, max_size=12).flatmap(
        lambda it: st.tuples(st.just(it), st.permutations(it))
    ),
    IMAGES,
)
def test_the_most_specific_wins_whatever_the_order(
    orders: tuple[list[str], list[str]], image: Reference
) -> None:
    first, second = (
        [it.source for it in compile_rules(rules(sources)).candidates(image)] for sources in orders
    )
    assert first == second
    assert [len(it) for it in first] == sorted(map(len, first), reverse=True)


@given(st.lists(NAMES | HOSTS, unique=True, max_size=8), IMAGES)
def test_the_longest_target_is_found_by_component(targets: list[str], image: Reference) -> None:
    compiled = compile_rules(
        Rule(index=it, source="s.io", target=target, position=Position(file="c.yaml"))
        for it, target in enumerate(targets)
    )
    found = compiled.targets(image)
    under = [it for it in targets if naive_match(it, image)]
    assert (found.name if found else None) == max(under, key=len, default=None)


@given(SOURCES, NAMES, IMAGES)
def test_renaming_is_a_function_of_rule_and_image(
    source: str, target: str, image: Reference
) -> None:
    rule = replace(rules([source])[0], target=target)
    if not compile_rules([rule]).candidates(image):
        return
    if source.startswith("*.") and ":" in image.domain and ":" not in source:
        # The port that is left of the host has no place behind a path.
        with pytest.raises(RenameFault):
            rename(rule, image, Budget())
        return
    name = rename(rule, image, Budget())
    assert name == rename(replace(rule), normalize(str(image)), Budget())
    assert compile_rules([rule]).targets(normalize(name)) is not None
    back = rule.source_of(replace(normalize(name), tag=image.tag, digest=image.digest))
    if not source.startswith("*."):
        tag = image.tag or ("" if image.digest else "latest")
        assert back == image.name + (f":{tag}" if tag else "")

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.test_mirrors_properties import IMAGES, SOURCES, rules
from tests.helpers.runs import config
from transformer.config.mirrors import compile_rules
from transformer.config.trials import in_order, mismatch, try_rules
from transformer.image.reference import Reference, normalize
from transformer.model import Resource
from transformer.records import replace

OBJECT = Resource(api_version="v1", kind="Pod", namespace="shop", name="web")
DIGEST = "sha256:" + "a" * 64
NAMESPACES = [("*",), ("shop",), ("edge-*", "sho*"), ("edge",)]


@given(st.lists(SOURCES, unique=True, max_size=12), IMAGES)
def test_what_matches_and_in_which_order_is_what_a_run_says(
    sources: list[str], image: Reference
) -> None:
    tried = in_order(rules(sources))
    found = compile_rules(rules(sources)).candidates(image)
    assert tuple(it for it in tried if not mismatch(it, image)) == found


@given(st.lists(st.sampled_from(NAMESPACES), max_size=5))
def test_of_one_source_those_with_a_scope_come_first(scopes: list[tuple[str, ...]]) -> None:
    spec = ", ".join(
        f"{{source: 'r{number}.io', target: m.io/x, where: {{namespaces: {list(globs)}}}}}"
        for number, globs in enumerate(scopes)
    )
    known = config(f"mirrors: [{spec}]").rules
    trials = try_rules(known, normalize("r0.io/x"), OBJECT, "", 0)
    assert len(trials) == len(scopes)
    assert [it.rule.index for it in trials if it.is_won] == [
        0 for globs in scopes[:1] if globs != ("edge",)
    ]


@pytest.mark.parametrize(
    ("source", "image", "reason"),
    [
        ("docker.io", "nginx", ""),
        ("quay.io", "nginx", "docker.io is another host"),
        ("docker.io/acme", "nginx", "docker.io/library/nginx does not lie under it"),
        ("docker.io/library/nginx:1", "nginx:1", ""),
        ("docker.io/library/nginx:1", "nginx:2", "the image has the tag 2"),
        ("docker.io/library/nginx:1", "nginx", "the image has the tag latest"),
        ("docker.io/library/nginx:1", f"nginx@{DIGEST}", "the image has no tag"),
        ("docker.io/library/nginx:1", "acme/x:1", "docker.io/acme/x is another repository"),
        (f"docker.io/library/nginx@{DIGEST}", f"nginx@{DIGEST}", ""),
        (f"docker.io/library/nginx@{DIGEST}", "nginx", "the image has not that digest"),
        ("*.gcr.io", "us.gcr.io/a", ""),
        ("*.gcr.io", "us.gcr.io:443/a", ""),
        ("*.gcr.io", "gcr.io/a", "gcr.io is not a host below gcr.io"),
        ("*", "gcr.io/a", ""),
    ],
)
def test_reasons_of_a_source(source: str, image: str, reason: str) -> None:
    assert mismatch(rules([source])[0], normalize(image)) == reason


@pytest.mark.parametrize(
    ("only", "image", "reason"),
    [
        ("tags", "nginx:1", ""),
        (
            "tags",
            f"nginx:1@{DIGEST}",
            "`only` is tags, and the image is written with a digest",
        ),
        ("digests", "nginx", "`only` is digests, and the image is written without a digest"),
    ],
)
def test_reasons_of_a_way_of_writing(only: str, image: str, reason: str) -> None:
    rule = replace(rules(["docker.io"])[0], only=only)
    assert mismatch(rule, normalize(image)) == reason


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("namespaces: [edge, 'e-*']", '`where.namespaces` has edge, e-*, not "shop"'),
        ("kinds: [Job]", '`where.kinds` has Job, not "Pod"'),
        ("containers: [a], kinds: [Pod]", '`where.containers` has a, not "web"'),
        (
            "selector: {matchLabels: {a: b, c: d}}",
            "`where.selector` wants labels that the object does not have: a=b, c=d",
        ),
        ("kinds: [Pod]", "the first that covers it"),
    ],
)
def test_reasons_of_a_scope(where: str, reason: str) -> None:
    known = config(f"mirrors: [{{source: docker.io, target: m.io/x, where: {{{where}}}}}]").rules
    (trial,) = try_rules(known, normalize("nginx"), OBJECT, "web", 0)
    assert trial.reason == reason
    assert trial.is_won == (reason == "the first that covers it")


def test_what_comes_later_and_what_is_no_more_specific_lose() -> None:
    known = config(
        "mirrors: [{source: docker.io, target: m.io/x}, {source: docker.io/library, keep: true}]"
    ).rules
    trials = try_rules(known, normalize("nginx"), OBJECT, "", 0)
    assert [(it.rule.label, it.is_won, it.reason) for it in trials] == [
        ("mirrors[1]", True, "the first that covers it"),
        ("mirrors[0]", False, "`mirrors[1]` was tried before it"),
    ]
    trials = try_rules(known, normalize("nginx"), OBJECT, "", len("docker.io/library"))
    said = "the target that the image lies under already is as long or longer"
    assert [(it.is_won, it.reason) for it in trials] == [(False, said), (False, said)]

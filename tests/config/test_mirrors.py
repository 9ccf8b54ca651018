from __future__ import annotations

import pytest

from transformer.config.mirrors import Mirrors, RenameFault, Rule, Target, compile_rules, rename
from transformer.config.scope import Where
from transformer.config.template_language import Budget
from transformer.config.templates import compile_target
from transformer.errors import Position
from transformer.image.reference import normalize

SHA256 = "sha256:" + "0123456789abcdef" * 4
OTHER = "sha256:" + "f" * 64
EDGE = Where(namespaces=("edge-*",))


def rule(source: str, target: str = "", *, index: int = 0, where: Where | None = None) -> Rule:
    position = Position(file="c.yaml", line=index + 1, column=1)
    return Rule(index=index, source=source, target=target, position=position, where=where)


def templated(source: str, text: str) -> Rule:
    position = Position(file="c.yaml")
    return Rule(index=2, source=source, template=compile_target(text), position=position)


def mirrors(*sources: str) -> Mirrors:
    return compile_rules(rule(source, "m.io", index=it) for it, source in enumerate(sources))


def candidates(compiled: Mirrors, image: str) -> list[str]:
    return [it.source for it in compiled.candidates(normalize(image))]


def test_the_words_of_a_rule() -> None:
    it = rule("docker.io", "m.io/hub", index=3)
    assert (it.label, it.prefixes, it.source_length) == ("mirrors[3]", ("m.io/hub",), 9)
    assert templated("docker.io", "m.io/hub/{{ name }}").prefixes == ("m.io/hub",)
    assert rule("docker.io").prefixes == ()


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        pytest.param(
            "docker.io/nginx",
            "docker.io/nginx is all of nginx/*; the image is docker.io/library/nginx",
            id="what people write for an official image",
        ),
        pytest.param("docker.io/acme/web", "", id="repository"),
        pytest.param("quay.io/nginx", "", id="another registry"),
    ],
)
def test_the_hint_for_a_rule_that_nothing_met(source: str, hint: str) -> None:
    assert rule(source).unused_hint == hint


@pytest.mark.parametrize(
    ("sources", "image", "expected"),
    [
        pytest.param(["docker.io"], "nginx", ["docker.io"], id="normalised name"),
        pytest.param(["quay.io"], "nginx", [], id="another host"),
        pytest.param(["docker.io/library"], "nginx", ["docker.io/library"], id="official images"),
        pytest.param(["docker.io/nginx"], "nginx", [], id="namespace of the same name"),
        pytest.param(
            ["docker.io/nginx"], "nginx/unit", ["docker.io/nginx"], id="what is in the namespace"
        ),
        pytest.param(["docker.io/lib"], "nginx", [], id="no component border"),
        pytest.param(["r.io"], "r.io:5000/a", [], id="host without port"),
        pytest.param(["r.io:5000"], "r.io:5000/a", ["r.io:5000"], id="port"),
        pytest.param(["r.io:5000"], "r.io/a", [], id="port where there is none"),
        pytest.param(["*.r.io"], "a.r.io/x", ["*.r.io"], id="wildcard"),
        pytest.param(["*.r.io"], "b.a.r.io/x", ["*.r.io"], id="wildcard, two labels"),
        pytest.param(["*.r.io"], "r.io/x", [], id="wildcard, bare host"),
        pytest.param(["*.r.io"], "ar.io/x", [], id="wildcard, no label border"),
        pytest.param(["*.r.io"], "a.r.io:5000/x", ["*.r.io"], id="wildcard without port"),
        pytest.param(["*.r.io:5000"], "a.r.io:5000/x", ["*.r.io:5000"], id="wildcard with port"),
        pytest.param(["*.r.io"], "quay.io/a.r.io/x", [], id="wildcard, host as a folder"),
        pytest.param(["r.io/a:1"], "r.io/a:1", ["r.io/a:1"], id="tag"),
        pytest.param(["r.io/a:1"], "r.io/a:2", [], id="another tag"),
        pytest.param(["r.io/a:1"], "r.io/a/b:1", [], id="tag of what is below"),
        pytest.param(["r.io/a:1"], f"r.io/a:1@{SHA256}", ["r.io/a:1"], id="tag beside a digest"),
        pytest.param(["r.io/a:latest"], "r.io/a", ["r.io/a:latest"], id="default tag"),
        pytest.param(["r.io/a:latest"], f"r.io/a@{SHA256}", [], id="digest has no default tag"),
        pytest.param([f"r.io/a@{SHA256}"], f"r.io/a:1@{SHA256}", [f"r.io/a@{SHA256}"], id="digest"),
        pytest.param([f"r.io/a@{SHA256}"], f"r.io/a@{OTHER}", [], id="another digest"),
        pytest.param([f"r.io/a@{SHA256}"], f"r.io/a/b@{SHA256}", [], id="digest of what is below"),
        pytest.param([f"r.io/a@{SHA256}"], "r.io/a", [], id="no digest"),
    ],
)
def test_what_a_source_matches(sources: list[str], image: str, expected: list[str]) -> None:
    assert candidates(mirrors(*sources), image) == expected


MOST_SPECIFIC_FIRST = [
    f"a.b.io/x/y@{SHA256}",
    "a.b.io/x/y:1",
    "a.b.io/x/y",
    "a.b.io/x",
    "a.b.io",
    "*.b.io",
    "*.io",
]


def test_the_most_specific_source_comes_first_whatever_the_order() -> None:
    image = f"a.b.io/x/y:1@{SHA256}"
    assert candidates(mirrors(*MOST_SPECIFIC_FIRST), image) == MOST_SPECIFIC_FIRST
    assert candidates(mirrors(*reversed(MOST_SPECIFIC_FIRST)), image) == MOST_SPECIFIC_FIRST


def test_a_host_comes_before_a_wildcard_of_the_same_length() -> None:
    assert candidates(mirrors("*.b.io", "a.b.io"), "a.b.io/x") == ["a.b.io", "*.b.io"]


def test_of_one_source_a_scope_comes_first_and_then_the_order_counts() -> None:
    compiled = compile_rules(
        [
            rule("r.io", "m.io", index=0),
            rule("r.io", "n.io", index=1, where=EDGE),
            rule("r.io", "o.io", index=2, where=Where(kinds=("Job",))),
            rule("r.io/a", "p.io", index=3),
        ]
    )
    assert [it.index for it in compiled.candidates(normalize("r.io/a/b"))] == [3, 1, 2, 0]


def alone(name: str, only: Rule) -> Target:
    return Target(name=name, rules=(only,), origins=(only,))


def test_targets_are_found_by_component_and_the_longest_counts() -> None:
    first = rule("docker.io", "m.io/hub", index=0)
    second = rule("quay.io", "m.io", index=1)
    third = rule("ghcr.io", "m.io/hub", index=2)
    fourth = templated("gcr.io", "m.io/g/{{ name }}")
    kept = rule("k.io", index=4)
    compiled = compile_rules([first, second, third, fourth, kept])
    hub = Target(name="m.io/hub", rules=(first, third), origins=(first, third))
    assert compiled.targets(normalize("m.io/hub/library/nginx")) == hub
    assert compiled.targets(normalize("m.io/hub:1")) == hub
    assert compiled.targets(normalize("m.io/hubs/nginx")) == alone("m.io", second)
    assert compiled.targets(normalize("m.io/g/x")) == alone("m.io/g", fourth)
    assert compiled.targets(normalize("m.io:5000/hub/nginx")) is None
    assert compiled.targets(normalize("k.io/nginx")) is None
    assert hub.length == 8


@pytest.mark.parametrize(
    ("source", "target", "image", "expected"),
    [
        pytest.param("docker.io", "m.io", "nginx", "m.io/library/nginx", id="host for host"),
        pytest.param(
            "docker.io", "m.io/docker.io", "nginx:1", "m.io/docker.io/library/nginx", id="folder"
        ),
        pytest.param("docker.io/acme", "m.io/a", "acme/x/web", "m.io/a/x/web", id="the rest stays"),
        pytest.param("docker.io/acme/web", "m.io/w", "acme/web", "m.io/w", id="no rest"),
        pytest.param("r.io:5000", "m.io:443", "r.io:5000/a", "m.io:443/a", id="ports"),
        pytest.param("*.gcr.io", "m.io/gcr", "eu.gcr.io/p/a", "m.io/gcr/p/a", id="wildcard"),
        pytest.param("*.gcr.io", "m.io", "eu.gcr.io/a", "m.io/a", id="wildcard for host"),
        pytest.param("r.io/a:1", "m.io/b", "r.io/a:1", "m.io/b", id="tag"),
        pytest.param(f"r.io/a@{SHA256}", "m.io/b", f"r.io/a@{SHA256}", "m.io/b", id="digest"),
        pytest.param("r.io", "docker.io/m", "r.io/a", "docker.io/m/a", id="folder on the hub"),
    ],
)
def test_renaming_by_target(source: str, target: str, image: str, expected: str) -> None:
    assert rename(rule(source, target), normalize(image), Budget()) == expected


def test_renaming_by_template_knows_the_parts() -> None:
    text = "m.io/x-{{ host|slug }}-{{ repository|replace('/', '_') }}-{{ name }}-{{ source|crc32 }}"
    image = normalize("r.io:5000/acme/web:1.0")
    assert rename(templated("r.io:5000", text), image, Budget()) == (
        "m.io/x-r.io-5000-acme_web-web-228442435"
    )
    digest = templated("r.io", "m.io/{{ tag }}/{{ digest | replace(':', '-') }}")
    image = normalize(f"r.io/a:1@{SHA256}")
    assert rename(digest, image, Budget()) == f"m.io/1/{SHA256.replace(':', '-')}"


LONG = "a" * 250


@pytest.mark.parametrize(
    ("it", "image", "code", "message", "hint"),
    [
        pytest.param(
            rule("r.io", "m.io/x"),
            f"r.io/{LONG}",
            "name-too-long",
            "`mirrors[0]` gives a name longer than 255 characters: "
            f'"m.io/x/{"a" * 193}..." has 257',
            "a template can shorten it, for example with {{ source | crc32 }}",
            id="too long",
        ),
        pytest.param(
            rule("r.io/a", "m.io"),
            "r.io/a",
            "bad-name",
            '`mirrors[0]` gives a host without a path: "m.io"',
            "r.io/a is a whole repository, so its target is one too",
            id="repository to a host",
        ),
        pytest.param(
            rule("r.io", "docker.io"),
            "r.io/a",
            "bad-name",
            '`mirrors[0]` gives a short name on docker.io: "docker.io/a"',
            "write a target with a folder, for example docker.io/mirror",
            id="what a runtime would read as library/a",
        ),
        pytest.param(
            templated("r.io", "m.io/{{ name }}:{{ tag }}"),
            "r.io/a:1",
            "bad-name",
            '`mirrors[2]` gives anything but host/path: "m.io/a:1"',
            "",
            id="template with a tag",
        ),
        pytest.param(
            templated("r.io:5000", "m.io/{{ host }}"),
            "r.io:5000/a",
            "bad-name",
            '`mirrors[2]` gives anything but host/path: "m.io/r.io:5000"',
            "",
            id="template with a port in the path",
        ),
        pytest.param(
            rule("*", "m.io/all"),
            "Registry.io/a",
            "bad-name",
            '`mirrors[0]` gives capitals or brackets behind a host: "m.io/all/Registry.io/a"',
            "give Registry.io a rule of its own",
            id="everything, and a host with capitals",
        ),
        pytest.param(
            rule("*", "m.io/all"),
            "[::1]:5000/a",
            "bad-name",
            '`mirrors[0]` gives capitals or brackets behind a host: "m.io/all/[__1]_5000/a"',
            "give [::1]:5000 a rule of its own",
            id="everything, and an address",
        ),
        pytest.param(
            templated("r.io", "m.io/{{ tag }}"),
            "r.io/a",
            "bad-name",
            '`mirrors[2]` gives anything but host/path: "m.io/"',
            "",
            id="template that adds nothing",
        ),
        pytest.param(
            templated("r.io", "m.io/{{ repository.split('/')[1] }}"),
            "r.io/a",
            "bad-template",
            '`template` of `mirrors[2]` has no result: list object has no element 1, for "r.io/a"',
            "",
            id="template that raises",
        ),
    ],
)
def test_names_that_no_rule_may_give(
    it: Rule, image: str, code: str, message: str, hint: str
) -> None:
    with pytest.raises(RenameFault) as caught:
        rename(it, normalize(image), Budget())
    assert str(caught.value) == caught.value.message
    assert (caught.value.code, caught.value.message, caught.value.hint) == (code, message, hint)


def test_a_name_may_be_as_long_as_the_bound() -> None:
    assert len(rename(rule("r.io", "m.io"), normalize(f"r.io/{LONG}"), Budget())) == 255


@pytest.mark.parametrize(
    ("it", "image", "expected"),
    [
        pytest.param(
            rule("docker.io", "m.io/hub"),
            "m.io/hub/library/nginx:1.27",
            "docker.io/library/nginx:1.27",
            id="target",
        ),
        pytest.param(
            rule("docker.io", "m.io"),
            f"m.io/library/nginx@{SHA256}",
            "docker.io/library/nginx",
            id="digest alone has no tag",
        ),
        pytest.param(rule("r.io/a", "m.io/b"), "m.io/b/c", "r.io/a/c:latest", id="default tag"),
        pytest.param(rule("r.io/a:1", "m.io/b"), "m.io/b:1", "r.io/a:1", id="source with tag"),
        pytest.param(rule("r.io/a:1", "m.io/b"), "m.io/b:2", None, id="another tag"),
        pytest.param(rule("r.io/a:1", "m.io/b"), "m.io/b/c:1", None, id="below a tag's target"),
        pytest.param(rule("docker.io", "m.io"), "m.io/nginx:1", None, id="no image has that name"),
        pytest.param(rule("*.r.io", "m.io"), "m.io/a:1", None, id="wildcard"),
        pytest.param(templated("r.io", "m.io/{{ name }}"), "m.io/a:1", None, id="template"),
    ],
)
def test_the_source_of_a_mirrored_image(it: Rule, image: str, expected: str | None) -> None:
    assert it.source_of(normalize(image)) == expected

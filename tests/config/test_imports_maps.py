"""registries.yaml, kustomize's images and imageswap's map files as rules."""

from __future__ import annotations

import pytest

from tests.config.test_imports import errors, rules, text
from transformer.config.imports.mapped import Text


def mirrors(*entries: str, more: str = "", accept: str = "") -> Text:
    lines = "".join(f"  {it}\n" for it in entries)
    return text(f"mirrors:\n{lines}{more}", "r.yaml", "", *filter(None, [accept]))


def rewrite(pattern: str, to: str, host: str = "quay.io") -> str:
    return f"{host}: {{endpoint: [https://m.io], rewrite: {{'{pattern}': '{to}'}}}}"


class TestRegistriesYaml:
    """docs.k3s.io, private registry configuration; rancher/wharfie, registries_test.go."""

    @pytest.mark.parametrize(
        ("entry", "found"),
        [
            ("quay.io: {endpoint: [https://m.io]}", ["quay.io -> m.io"]),
            ("quay.io: {endpoint: [m.io]}", ["quay.io -> m.io"]),
            ("quay.io: {endpoint: [https://m.io/v2]}", ["quay.io -> m.io"]),
            ("quay.io: {endpoint: [https://m.io/v2/q]}", ["quay.io -> m.io/q"]),
            ("quay.io: {endpoint: [https://m.io, https://quay.io]}", ["quay.io -> m.io"]),
            ("docker.io: {endpoint: [https://registry-1.docker.io]}", []),
            ("docker.io:", []),
            ("docker.io: {endpoint: []}", []),
            (rewrite("^(.*)$", "q/$1"), ["quay.io -> m.io/q"]),
            (rewrite("(.*)", "q/${1}"), ["quay.io -> m.io/q"]),
            (rewrite("^a/(.*)", "q/$1"), ["quay.io -> m.io", "quay.io/a -> m.io/q"]),
            (rewrite("^a/(.*)$", "$1"), ["quay.io -> m.io", "quay.io/a -> m.io"]),
            (rewrite(r"^a\.b/c(/.*)?$", "q$1"), ["quay.io -> m.io", "quay.io/a.b/c -> m.io/q"]),
            ("a.io: {endpoint: [m.io, n.io]}", ["a.io -> m.io, n.io, keep"]),
            ("'*': {endpoint: [m.io]}", ["* -> m.io/{{ repository }}"]),
            (rewrite("^(.*)$", "q/$1", "'*'"), ["* -> m.io/q/{{ repository }}"]),
        ],
    )
    def test_a_host_is_a_rule(self, entry: str, found: list[str]) -> None:
        assert rules(mirrors(entry)) == found

    def test_of_several_endpoints_the_first_may_be_taken(self) -> None:
        entry = "a.io: {endpoint: [https://m.io, https://n.io], rewrite: {'^x/(.*)': 'y/$1'}}"
        found = rules(mirrors(entry, accept="several-mirrors"))
        assert found == ["a.io -> m.io", "a.io/x -> m.io/y"]

    @pytest.mark.parametrize(
        ("entry", "line"),
        [
            (
                "'*': {endpoint: [m.io, n.io]}",
                '2:3: error: has 2 mirrors for "*": expected one',
            ),
            (
                "a.io: {endpoint: ['http://m.io']}",
                '2:3: error: is without TLS where "a.io" comes from',
            ),
            (
                "a.io: {endpoint: ['https://m.io/x']}",
                '2:21: error: `mirrors.a.io.endpoint[0]` is "https://m.io/x": expected no '
                "path but /v2 and what follows it",
            ),
            (
                "a.io: {endpoints: [m.io]}",
                "2:10: error: `mirrors.a.io.endpoints` is set, and there is no such key",
            ),
            (
                rewrite("^a.b/(.*)", "$1"),
                '2:49: error: `mirrors.quay.io.rewrite.^a.b/(.*)` "^a.b/(.*)" is more than a '
                "prefix: expected a path and what lies below it",
            ),
            (
                rewrite("^a/(.*)", "b$1"),
                '2:49: error: `mirrors.quay.io.rewrite.^a/(.*)` "^a/(.*)" is more than a '
                "prefix: expected a path and what lies below it",
            ),
            (
                "a.io: {endpoint: [m.io], rewrite: {'^(.*)': 'x/$1', '^a/(.*)': 'y/$1'}}",
                '2:66: error: `mirrors.a.io.rewrite.^a/(.*)` matches what the one for "a.io" does',
            ),
            (
                "a.io: {endpoint: [m.io], rewrite: {'^a/(.*)': 'x/$1', '^(.*)': 'y/$1'}}",
                '2:66: error: `mirrors.a.io.rewrite.^(.*)` matches what the one for "a.io/a" does',
            ),
            (
                "a.io: {endpoint: [m.io], rewrite: {'^a/b/(.*)': 'x/$1', '^a/(.*)': 'y/$1'}}",
                "2:70: error: `mirrors.a.io.rewrite.^a/(.*)` matches what the one for "
                '"a.io/a/b" does',
            ),
        ],
    )
    def test_what_is_no_rule(self, entry: str, line: str) -> None:
        found = errors(mirrors(entry))[0]
        assert found.startswith("r.yaml:")
        assert found.removeprefix("r.yaml:").rpartition(" (")[0] == line

    def test_a_mirror_without_its_certificate_is_named(self) -> None:
        tls = "configs: {m.io: {auth: {username: a}, tls: {insecure_skip_verify: true}}}"
        entry = "quay.io: {endpoint: [https://m.io]}"
        assert errors(mirrors(entry, more=tls)) == [
            'r.yaml:2:3: error: is without TLS where "quay.io" comes from (insecure-mirror)',
            "  hint: no rule goes without: `accept: [insecure-mirror]` lets it go",
        ]
        secure = tls.replace("true", "false")
        assert rules(mirrors(entry, more=secure)) == ["quay.io -> m.io"]
        assert rules(text("configs: {m.io: {}}")) == []


class TestKustomize:
    """kustomize, api/types/image.go."""

    def test_a_new_name_is_a_rule(self) -> None:
        content = (
            "kind: Kustomization\nresources: [a.yaml]\nimages:\n"
            "- {name: nginx, newName: m.io/nginx}\n- {name: acme/a, newName: acme/a}\n"
        )
        assert rules(text(content)) == [
            "docker.io/library/nginx -> m.io/nginx",
            "docker.io/acme/a -> keep",
        ]
        assert rules(text("kind: Component")) == []

    @pytest.mark.parametrize(
        ("item", "lines"),
        [
            (
                "{name: nginx, newName: m.io/n, newTag: '2'}",
                [
                    "12: error: `images[0].newTag` is set: a rule changes the name, and "
                    "neither tag nor digest (not-importable)"
                ],
            ),
            ("{name: nginx}", ["11: error: `images[0]` lacks the key `newName` (missing-key)"]),
            (
                "{name: 'ng.*x', newName: m.io/n}",
                [
                    '11: error: `images[0].name` is "ng.*x": expected the name of an image '
                    "(not-importable)",
                    '  hint: no reference holds "*"',
                ],
            ),
            (
                "{name: 'nginx:1', newName: m.io/n}",
                [
                    (
                        '11: error: `images[0].name` is "nginx:1": expected a name alone '
                        "(not-importable)"
                    )
                ],
            ),
            (
                "{name: a, newName: m.io/b}, {name: m.io/b, newName: m.io/c}",
                [
                    '11: error: `images[1].name` "m.io/b" is what an earlier entry makes '
                    "(contradiction)",
                    "  hint: kustomize renames it twice",
                ],
            ),
            (
                "{name: '', newName: m.io/n}",
                ["1: error: `images[0].name` is empty: expected a value (empty)"],
            ),
        ],
    )
    def test_what_is_no_rule(self, item: str, lines: list[str]) -> None:
        first, *rest = errors(text(f"images: [{item}]"))
        assert first.startswith("a.yaml:1:")
        assert [first.partition(": error")[2], *rest] == [
            lines[0].partition(": error")[2],
            *lines[1:],
        ]


class TestImageswap:
    """phenixblue/imageswap-webhook, app/imageswap/test, without the rows that peers.md "
    "calls wrong."""

    def test_a_line_is_a_rule(self) -> None:
        content = """\
# a map
default::
noswap_wildcards::
docker.io::m.io/hub   # Docker Hub
quay.io::m.io/mirror-
ghcr.io::
gcr.io:g.io
r.io:5000::m.io/r-
[EXACT] nginx:1.27::m.io/n:1.27
[EXACT]busybox::m.io/b
"""
        assert rules(text(content, "maps.conf")) == [
            "docker.io -> m.io/hub",
            "quay.io -> m.io/mirror-quay.io",
            "ghcr.io -> keep",
            "gcr.io -> g.io",
            "r.io:5000 -> m.io/r-r.io",
            "docker.io/library/nginx:1.27 -> m.io/n",
            "docker.io/library/busybox:latest -> m.io/b",
            "docker.io/library -> m.io/hub",
        ]

    def test_library_images_have_a_key_of_their_own(self) -> None:
        content = "docker.io::m.io/hub\ndocker.io/library::m.io/lib-\n"
        assert rules(text(content, "maps.conf")) == [
            "docker.io -> m.io/hub",
            "docker.io/library -> m.io/lib-docker.io",
        ]
        assert rules(text("docker.io::\n", "maps.conf")) == ["docker.io -> keep"]

    def test_an_exact_digest_is_a_source(self) -> None:
        digest = f"sha256:{'a' * 64}"
        content = f"[EXACT]quay.io/a@{digest}::m.io/a@{digest}\n"
        assert rules(text(content, "maps.conf")) == [f"quay.io/a@{digest} -> m.io/a"]

    def test_a_default_is_for_every_host(self) -> None:
        assert errors(text("default::m.io", "maps.conf"))[0] == (
            "maps.conf:1:1: error: is for every host: expected one (every-host)"
        )

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            ("r.io:5000:m.io", '"r.io:5000:m.io" is not a pair: expected key::value'),
            ("[REPLACE]nginx*::m.io", '"[REPLACE]nginx*" is a pattern: expected a name or a host'),
            (
                "noswap_wildcards::a,b",
                ('"noswap_wildcards" is a part of a name: expected a name or a host'),
            ),
            ("quay.io/a::m.io/a", '"quay.io/a" is none: expected a registry'),
            (
                "[EXACT]nginx:1::m.io/n:1_2",
                ('"m.io/n:1_2" drops tag and digest: expected that it keeps them'),
            ),
            (
                "[EXACT]Nginx::m.io/n",
                'is not an image and its mirror: "Nginx" has uppercase letters outside host and '
                "tag",
            ),
        ],
    )
    def test_what_is_no_rule(self, content: str, line: str) -> None:
        (found, *_) = errors(text(content, "maps.conf"))
        assert found == f"maps.conf:1:1: error: {line} (not-importable)"

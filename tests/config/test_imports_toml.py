"""registries.conf and hosts.toml as rules."""

from __future__ import annotations

import json

import pytest

from tests.config.test_imports import errors, rules, text
from tests.config.test_mirrors_vectors import tables
from transformer.config.imports.mapped import Text
from transformer.records import replace

CONF = "r.conf"


def conf(content: str, *accept: str, name: str = CONF) -> Text:
    return text(content, name, "", *accept)


def host(content: str, folder: str = "docker.io", *accept: str) -> Text:
    return text(content, f"{folder}/hosts.toml", folder, *accept)


def registry(table: str) -> str:
    return f"[[registry]]\n{table}\n"


class TestRegistriesConf:
    @pytest.mark.parametrize(
        ("content", "found"),
        [
            ('location = "quay.io"\n[[registry.mirror]]\nlocation = "m.io/q/"', "m.io/q"),
            ('prefix = "quay.io"\nlocation = "m.io/q"', "m.io/q"),
            ('prefix = "quay.io/"\nlocation = "quay.io"', "keep"),
            ('prefix = "quay.io"\nlocation = "quay.io"\nblocked = true', "block"),
            ('location = "quay.io"\nblocked = true\nmirror = [{location = "m.io"}]', "m.io"),
            (
                'prefix = "quay.io"\nlocation = "old.io"\nblocked = true\n'
                'mirror = [{location = "m.io", pull-from-mirror = "all"}]',
                "m.io",
            ),
        ],
    )
    def test_a_table_is_a_rule(self, content: str, found: str) -> None:
        assert rules(conf(registry(content))) == [f"quay.io -> {found}"]

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (
                'location = "a.io"\nmirror = [{location = "b.io"}, {location = "c.io"}]',
                ["a.io -> b.io, c.io, keep"],
            ),
            (
                'prefix = "a.io"\nlocation = "c.io"\nmirror = [{location = "b.io"}]',
                ["a.io -> b.io, c.io"],
            ),
            (
                'location = "a.io"\nmirror-by-digest-only = true\nmirror = [{location = "b.io"}]',
                ["a.io by digest -> b.io", "a.io by tag -> keep"],
            ),
            (
                'location = "a.io"\n[[registry.mirror]]\nlocation = "b.io"\n'
                'pull-from-mirror = "tag-only"',
                ["a.io by digest -> keep", "a.io by tag -> b.io"],
            ),
            (
                'location = "a.io"\nblocked = true\nmirror = [{location = "b.io", '
                'pull-from-mirror = "tag-only"}, {location = "c.io"}]',
                ["a.io by digest -> c.io", "a.io by tag -> b.io, c.io"],
            ),
        ],
    )
    def test_images_by_digest_and_by_tag_have_rules(self, content: str, found: list[str]) -> None:
        assert rules(conf(registry(content))) == found

    def test_a_wildcard_is_one(self) -> None:
        content = 'prefix = "*.gcr.io"\nmirror = [{location = "m.io/gcr"}]'
        assert rules(conf(registry(content))) == ["*.gcr.io -> m.io/gcr"]

    def test_a_drop_in_replaces_a_table(self) -> None:
        first = conf(registry('prefix = "a.io"\nlocation = "m.io"'))
        second = conf(registry('prefix = "a.io"\nlocation = "n.io"'), name="z.conf")
        assert rules(first, second) == ["a.io -> n.io"]

    def test_an_empty_file_says_nothing(self) -> None:
        assert rules(conf("# nothing\n")) == []
        assert rules(conf('unqualified-search-registries = ["docker.io"]')) == []

    def test_a_kept_mirror_is_no_rule(self) -> None:
        content = registry('prefix = "a.io"\nlocation = "m.io"') + registry('location = "m.io"')
        assert rules(conf(content)) == ["a.io -> m.io"]

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            pytest.param(
                'location = "a.io"\nmirror = [{location = "b.io", insecure = true}]',
                'r.conf:1:1: error: is without TLS where "a.io" comes from (insecure-mirror)',
                id="insecure-mirror",
            ),
            pytest.param(
                'location = "a.io"\ninsecure = true',
                'r.conf:1:1: error: is without TLS where "a.io" comes from (insecure-mirror)',
                id="insecure",
            ),
            pytest.param(
                'location = "a.io"\n\n  lokation = "b.io"',
                "r.conf:4:3: error: `registry[0].lokation` is not known (unknown-key)",
                id="unknown-key",
            ),
            pytest.param(
                'location = "a.io"\nzzz = 1',
                "r.conf:3:1: error: `registry[0].zzz` is not known (unknown-key)",
                id="quite-unknown-key",
            ),
            pytest.param(
                'location = "a.io"\nblocked = "yes"',
                'r.conf:3:1: error: `registry[0].blocked` is "yes": expected true or false '
                "(wrong-type)",
                id="type",
            ),
            pytest.param(
                'location = "a.io"\nmirror = [{location = "b.io"}, 1]',
                "r.conf:3:32: error: `registry[0].mirror[1]` is not a table (wrong-type)",
                id="no-mirror",
            ),
            pytest.param(
                'location = "a.io"\n[[registry.mirror]]\ninsecure = false',
                (
                    "r.conf:3:1: error: `registry[0].mirror[0]` has no location: expected one "
                    "(missing-key)"
                ),
                id="no-location",
            ),
            pytest.param(
                "blocked = true",
                (
                    "r.conf:1:1: error: `registry[0]` has neither a prefix nor a location: "
                    "expected one (missing-key)"
                ),
                id="nothing",
            ),
            pytest.param(
                'location = "a.io"\n[[registry.mirror]]\nlocation = "b.io"\n'
                'pull-from-mirror = "never"',
                'r.conf:5:1: error: `registry[0].mirror[0].pull-from-mirror` is "never": '
                "expected all, digest-only or tag-only (bad-value)",
                id="way",
            ),
            pytest.param(
                'location = "a.io"\nmirror-by-digest-only = true\n[[registry.mirror]]\n'
                'location = "b.io"\npull-from-mirror = "all"',
                "r.conf:6:1: error: `registry[0].mirror[0].pull-from-mirror` is set where "
                "`mirror-by-digest-only` is (contradiction)",
                id="two-ways",
            ),
            pytest.param(
                'location = "a.io"\n[[registry]]\nlocation = "b.io"\n[[registry]]\n'
                'location = "a.io"',
                'r.conf:5:1: error: `registry[2]` repeats the one in line 1: "a.io" '
                "(contradiction)",
                id="repeated",
            ),
            pytest.param(
                'location = "a.io"\nprefix = "https://a.io"',
                'r.conf:1:1: error: is "https://a.io": expected host[:port], host/path, '
                "host/path:tag, host/path@digest, *.host or * (bad-source)",
                id="scheme",
            ),
            pytest.param(
                'location = "a.io',
                "r.conf:2:17: error: is not TOML: Illegal character '\\n' (toml)",
                id="no-toml",
            ),
        ],
    )
    def test_what_is_no_rule(self, content: str, line: str) -> None:
        assert errors(conf(registry(content)))[0] == line

    def test_other_tables(self) -> None:
        assert errors(conf("[registries.search]\nregistries = []\n")) == [
            "r.conf:1:1: error: `registries` is version 1, which has no mirrors (not-importable)"
        ]
        assert errors(conf("registry = [1]\nzzz = 1"))[0] == (
            "r.conf:2:1: error: `zzz` is not known (unknown-key)"
        )

    def test_a_header_in_a_string_is_none(self) -> None:
        content = 'short-name-mode = """\n[[registry]]\n"""\n' + registry(
            'location = "https://a.io"'
        )
        assert errors(conf(content))[0].startswith(
            'r.conf:4:1: error: is "https://a.io": expected host'
        )
        content = registry('location = "https://a.io"').replace("[[registry]]", '[["registry"]]')
        assert errors(conf(content))[0].startswith(
            'r.conf:1:1: error: is "https://a.io": expected host'
        )

    def test_a_place_that_is_not_found_is_that_of_the_file(self) -> None:
        # A key with an escape is TOML, and its place is not looked for.
        assert errors(conf('"z\\u007a" = 1'))[0].startswith("r.conf: error: `zz` is not known")

    def test_toml_that_never_ends_has_no_place(self) -> None:
        assert errors(conf("a = ["))[0].startswith("r.conf: error: is not TOML: ")


class TestHostsToml:
    """docs/hosts.md of containerd."""

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            ('server = "https://m.io"', ["docker.io -> m.io"]),
            ('server = "https://m.io/v2/hub"\noverride_path = true', ["docker.io -> m.io/hub"]),
            ('server = "https://registry-1.docker.io"', []),
            ('server = "https://docker.io"\n[host."https://registry-1.docker.io"]', []),
            ('[host."https://m.io"]', ["docker.io -> m.io"]),
            ('[host."https://m.io/v2"]\nca = "a.pem"\nheader = {a = "b"}', ["docker.io -> m.io"]),
            ('[host."https://m.io"]\n[host."https://docker.io"]', ["docker.io -> m.io"]),
            ('[host."https://m.io"]\ncapabilities = ["push"]', []),
            ("", []),
            ('[host."https://a.io"]\n[host."https://b.io"]', ["docker.io -> a.io, b.io, keep"]),
            ('server = "https://b.io"\n[host."https://a.io"]', ["docker.io -> a.io, b.io"]),
            (
                '[host."https://a.io"]\ncapabilities = ["pull"]',
                ["docker.io by digest -> a.io", "docker.io by tag -> keep"],
            ),
            (
                '[host."https://a.io"]\ncapabilities = ["pull"]\n[host."https://b.io"]',
                ["docker.io by digest -> a.io, b.io, keep", "docker.io by tag -> b.io"],
            ),
        ],
    )
    def test_a_file_is_a_rule(self, content: str, found: list[str]) -> None:
        assert rules(host(content)) == found

    @pytest.mark.parametrize("folder", ["r.io:5000", "r.io_5000_"])
    def test_a_folder_is_a_host_with_its_port(self, folder: str) -> None:
        assert rules(host('server = "https://m.io"', folder)) == ["r.io:5000 -> m.io"]

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            (
                '[host."https://docker.io"]\n[host."https://a.io"]',
                '1:1: error: has 2 mirrors for "docker.io": expected one (several-mirrors)',
            ),
            (
                'server = "http://a.io"',
                '1:1: error: is without TLS where "docker.io" comes from (insecure-mirror)',
            ),
            (
                '[host."https://a.io"]\nskip_verify = true',
                '1:1: error: is without TLS where "docker.io" comes from (insecure-mirror)',
            ),
            (
                '\n[host."https://a.io/us"]',
                '2:1: error: `host.https://a.io/us` is "https://a.io/us": expected no path '
                "but /v2 and what follows it (not-importable)",
            ),
            (
                'server = "ftp://a.io"',
                (
                    '1:1: error: `server` is "ftp://a.io": expected a URL, https://host '
                    "(not-importable)"
                ),
            ),
            (
                '[host."https://a.io"]\ncapabilities = ["pull", "fly"]',
                '2:25: error: `host.https://a.io.capabilities[1]` is "fly": expected one of '
                "pull, resolve, push, referrers (bad-value)",
            ),
            (
                'server = "https://a.io"\ncapabilities = ["fly"]',
                '2:17: error: `capabilities[0]` is "fly": expected one of pull, resolve, '
                "push, referrers (bad-value)",
            ),
            ("host = {a = 1}", "1:9: error: `host.a` is not a table (wrong-type)"),
            ("zzz = 1", "1:1: error: `zzz` is not known (unknown-key)"),
        ],
    )
    def test_what_is_no_rule(self, content: str, line: str) -> None:
        assert errors(host(content))[0] == f"docker.io/hosts.toml:{line}"

    def test_a_default_is_for_every_host_that_has_no_file(self) -> None:
        default = host('server = "https://m.io/v2/all"\noverride_path = true', "_default")
        own = host('server = "https://quay.io"', "quay.io")
        assert rules(default, own) == ["* -> m.io/all/{{ repository }}", "quay.io -> keep"]
        assert rules(own) == []
        assert rules(host('server = "https://m.io"', "_default", "every-host")) == []

    def test_a_default_has_one_mirror(self) -> None:
        several = '[host."https://a.io"]\n[host."https://b.io"]'
        assert errors(host(several, "_default"))[0] == (
            '_default/hosts.toml:1:1: error: has 2 mirrors for "*": expected one (several-mirrors)'
        )
        assert rules(host(several, "_default", "several-mirrors")) == ["* -> a.io/{{ repository }}"]


def test_the_vectors_of_pull_sources() -> None:
    """For each table, the first location of an image by digest and by tag."""
    table = tables()["registries_conf_pull_sources"]
    for row, case in zip(table["configuration"], table["cases"], strict=True):
        lines = [f'prefix = "{row["prefix"]}"', f'location = "{row["location"]}"']
        if row.get("mirror-by-digest-only"):
            lines.append("mirror-by-digest-only = true")
        for mirror in row["mirror"]:
            lines.append("[[registry.mirror]]")
            lines += (f"{key} = {json.dumps(it)}" for key, it in mirror.items())
        accept = frozenset(("several-mirrors", "insecure-mirror"))
        content = replace(conf(registry("\n".join(lines))), accept=accept)
        by_digest, by_tag = case["digest_locations"][0], case["tag_locations"][0]
        wanted = [f"{row['prefix']} -> {by_tag}"]
        if by_digest != by_tag:
            wanted = [f"{row['prefix']} by digest -> {by_digest}",
                      f"{row['prefix']} by tag -> {by_tag}"]  # fmt: skip
        assert rules(content) == wanted

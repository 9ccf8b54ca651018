"""What each format looks like, and what is named because it cannot be said there."""

from __future__ import annotations

import pytest

from tests.helpers import runs
from transformer.export.format import Export, File, Request
from transformer.export.formats import format_of

HUB = "{source: docker.io, target: m.io/hub}"


def export(name: str, *rules: str, has_fallback: bool = False) -> Export:
    settings = runs.config("mirrors:", *(f"- {it}" for it in rules))
    return format_of(name).make(Request(config=settings, has_fallback=has_fallback))


def files(made: Export) -> dict[str, str]:
    return {it.path: it.text for it in made.files}


def said(made: Export) -> list[str]:
    return [line for it in made.unsaid for line in it.lines]


class TestOpenShift:
    def test_has_both_kinds(self) -> None:
        made = export("openshift", HUB, '{source: "*.gcr.io", target: m.io/gcr}')
        assert said(made) == []
        (text,) = files(made).values()
        assert text.count("mirrorSourcePolicy: NeverContactSource") == 4
        assert text.startswith(
            "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\n"
            "metadata:\n  name: mirrorpin\nspec:\n  imageDigestMirrors:\n  - source: docker.io\n"
        )

    def test_may_contact_the_source(self) -> None:
        (text,) = files(export("openshift", HUB, has_fallback=True)).values()
        assert "NeverContactSource" not in text
        assert text.count("mirrorSourcePolicy: AllowContactingSource") == 2

    def test_has_no_object_without_a_mirror(self) -> None:
        assert files(export("openshift", "{source: quay.io, keep: true}")) == {"mirrorpin.yaml": ""}
        assert files(export("icsp", has_fallback=True)) == {"mirrorpin.yaml": ""}


def test_registries_conf() -> None:
    made = export(
        "registries-conf",
        HUB,
        "{source: docker.io/acme, keep: true}",
        "{source: docker.io/evil, block: true}",
        '{source: "*.gcr.io", target: m.io/gcr}',
    )
    assert said(made) == []
    assert files(made) == {
        "50-mirrorpin.conf": """\
[[registry]]
prefix = "docker.io/acme"
location = "docker.io/acme"

[[registry]]
prefix = "docker.io/evil"
location = "docker.io/evil"
blocked = true

[[registry]]
prefix = "docker.io"
location = "docker.io"
blocked = true

[[registry.mirror]]
location = "m.io/hub"

[[registry]]
prefix = "*.gcr.io"
blocked = true

[[registry.mirror]]
location = "m.io/gcr"
"""
    }


def test_registries_conf_with_a_fallback() -> None:
    (text,) = files(export("registries-conf", HUB, has_fallback=True)).values()
    assert text == (
        '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n\n'
        '[[registry.mirror]]\nlocation = "m.io/hub"\n'
    )


def test_an_image_that_is_at_its_mirror_stays_there() -> None:
    (text,) = files(
        export(
            "registries-conf",
            "{source: m.io, target: far.io}",
            '{source: quay.io, template: "m.io/q/{{ host }}/{{ repository }}"}',
        )
    ).values()
    assert '[[registry]]\nprefix = "m.io/q"\nlocation = "m.io/q"\n\n' in text
    assert 'location = "m.io/q/quay.io"' in text


def test_hosts_toml() -> None:
    made = export("hosts-toml", HUB, '{source: "localhost:5000", target: m.io}')
    assert said(made) == []
    assert files(made) == {
        "docker.io/hosts.toml": (
            'server = "https://m.io/v2/hub"\n'
            'capabilities = ["pull", "resolve"]\noverride_path = true\n'
        ),
        "localhost_5000_/hosts.toml": (
            'server = "https://m.io"\ncapabilities = ["pull", "resolve"]\n'
        ),
    }


def test_hosts_toml_with_a_fallback() -> None:
    assert files(export("hosts-toml", HUB, has_fallback=True)) == {
        "docker.io/hosts.toml": (
            '[host."https://m.io/v2/hub"]\n'
            'capabilities = ["pull", "resolve"]\noverride_path = true\n'
        )
    }


def test_registries_yaml() -> None:
    made = export(
        "registries-yaml",
        "{source: docker.io, target: m.io}",
        "{source: docker.io/acme.x, target: m.io/own}",
        "{source: docker.io/library, target: m.io}",
        "{source: quay.io, target: n.io/q}",
    )
    assert said(made) == []
    assert files(made) == {
        "registries.yaml": r"""mirrors:
  "docker.io":
    endpoint:
    - https://m.io
    rewrite:
      '^acme\.x(/.*)?$': 'own$1'
      '^library/(.*)$': '$1'
  "quay.io":
    endpoint:
    - https://n.io
    rewrite:
      '^(.*)$': 'q/$1'
"""
    }
    assert [line for it in made.warnings for line in it.lines] == [
        "warning: nodes ask the registry itself for what the mirror lacks, whatever this file says "
        "(node-option)",
        "  hint: start k3s or RKE2 with --disable-default-registry-endpoint, or say --fallback",
    ]


def test_registries_yaml_says_nothing_of_nothing() -> None:
    made = export("registries-yaml", "{source: quay.io, keep: true}")
    assert made == Export(files=(File(path="registries.yaml", text=""),))
    assert export("registries-yaml", HUB, has_fallback=True).warnings == ()


HOSTS = "containerd has mirrors of hosts alone"


@pytest.mark.parametrize(
    ("name", "rules", "lines"),
    [
        pytest.param(
            "registries-conf",
            [HUB, "{source: docker.io/a, target: m.io/a, where: {kinds: [Pod]}}"],
            [
                "mirrorpin.yaml:6:5: error: `where` of `mirrors[1]` is set, which nodes "
                "cannot read",
                "  hint: a node knows the image, not the object that it is for",
            ],
            id="where",
        ),
        pytest.param(
            "registries-conf",
            ['{source: docker.io, template: "m.io/{{ name }}"}'],
            [
                "mirrorpin.yaml:5:5: error: `template` of `mirrors[0]` is set, which nodes "
                "cannot read",
                "  hint: `target` and `<target>/{{ host }}/{{ repository }}` are what a node "
                "can do",
            ],
            id="template",
        ),
        pytest.param(
            "registries-conf",
            ['{source: "*.gcr.io", template: "m.io/{{ host }}/{{ repository }}"}'],
            [
                "mirrorpin.yaml:5:5: error: `template` of `mirrors[0]` is set, which nodes "
                "cannot read",
                "  hint: `target` and `<target>/{{ host }}/{{ repository }}` are what a node "
                "can do",
            ],
            id="host-of-a-wildcard",
        ),
        pytest.param(
            "registries-conf",
            ['{source: "b.io:50", template: "m.io/{{ host }}/{{ repository }}"}'],
            [
                "mirrorpin.yaml:5:5: error: `template` of `mirrors[0]` is set, which nodes "
                "cannot read",
                "  hint: `target` and `<target>/{{ host }}/{{ repository }}` are what a node can "
                "do",
            ],
            id="port-in-a-path",
        ),
        pytest.param(
            "registries-conf",
            ["{source: 'docker.io/library/nginx:1.27', keep: true}"],
            [
                "mirrorpin.yaml:5:5: error: `source` of `mirrors[0]` is set, which nodes "
                'cannot read: "docker.io/library/nginx:1.27"',
                "  hint: a node has mirrors for repositories, whatever the tag",
            ],
            id="tag",
        ),
        pytest.param(
            "registries-conf",
            ["{source: '*', keep: true}"],
            [
                "mirrorpin.yaml:5:5: error: `source` of `mirrors[0]` is set, which nodes "
                'cannot read: "*"',
                "  hint: a node has mirrors for hosts that are named",
            ],
            id="everything",
        ),
        *(
            pytest.param(
                "registries-conf",
                [f"{{source: quay.io, {rule}}}"],
                [
                    f"mirrorpin.yaml:5:5: error: `{key}` of `mirrors[0]` is set, which nodes "
                    "cannot read",
                    f"  hint: {hint}",
                ],
                id=key,
            )
            for key, rule, hint in (
                ("only", "keep: true, only: tags", "a node moves a repository whole"),
                ("sameAs", "sameAs: m.io", "give it the target of the other name"),
            )
        ),
        pytest.param(
            "registries-conf",
            ["{source: '*.gcr.io:443', target: m.io/gcr}"],
            [
                "mirrorpin.yaml:5:5: error: `mirrors[0]` has a port behind a wildcard: "
                '"*.gcr.io:443"',
                "  hint: name the hosts",
            ],
            id="wildcard-with-a-port",
        ),
        pytest.param(
            "openshift",
            ["{source: '*.gcr.io', target: m.io/gcr}", "{source: x.gcr.io, target: m.io/x}"],
            [
                'mirrorpin.yaml:6:5: error: `mirrors[1]` lies under "*.gcr.io": "x.gcr.io"',
                "  hint: nodes take one of them for the other: both sources are of one length",
            ],
            id="one-length",
        ),
        pytest.param(
            "openshift",
            [HUB, "{source: docker.io/evil, block: true}", "{source: docker.io/own, keep: true}"],
            [
                'mirrorpin.yaml:6:5: error: `mirrors[1]` blocks: "docker.io/evil"',
                "  hint: list it in `spec.registrySources.blockedRegistries` of the "
                "cluster's Image "
                "object",
                "mirrorpin.yaml:7:5: error: `mirrors[2]` keeps images below a source with a "
                'mirror: "docker.io/own"',
                "  hint: a shorter source has a mirror, and what has none of its own is left out "
                "there",
            ],
            id="block-and-keep",
        ),
        pytest.param(
            "openshift",
            ["{source: '[::1]:5000', target: m.io/hub}"],
            [
                'mirrorpin.yaml:5:5: error: `mirrors[0]` has an address in brackets: "[::1]:5000"',
                "  hint: name the registry's host",
            ],
            id="ipv6",
        ),
        pytest.param(
            "icsp",
            [HUB],
            [
                "mirrorpin.yaml: error: what the mirror lacks does not come from the source: "
                "`icsp` cannot forbid it",
                "  hint: --fallback says that it may",
                "mirrorpin.yaml: error: images by tag are moved: `icsp` has mirrors for "
                "digests alone",
                "  hint: `openshift` has them for both",
            ],
            id="icsp",
        ),
        pytest.param(
            "hosts-toml",
            [
                HUB,
                "{source: '*.gcr.io', target: m.io/gcr}",
                "{source: docker.io/evil, block: true}",
                "{source: docker.io/own, keep: true}",
                "{source: quay.io/own, target: m.io/own}",
            ],
            [
                'mirrorpin.yaml:7:5: error: `mirrors[2]` blocks: "docker.io/evil"',
                "  hint: containerd has no way to say it",
                'mirrorpin.yaml:8:5: error: `mirrors[3]` keeps a part of a host: "docker.io/own"',
                f"  hint: {HOSTS}",
                'mirrorpin.yaml:9:5: error: `mirrors[4]` is for a part of a host: "quay.io/own"',
                f"  hint: {HOSTS}",
                'mirrorpin.yaml:6:5: error: `mirrors[1]` has a wildcard: "*.gcr.io"',
                "  hint: name the hosts one by one",
            ],
            id="hosts-toml",
        ),
        pytest.param(
            "registries-yaml",
            [
                HUB,
                "{source: '*.gcr.io', target: m.io/gcr}",
                "{source: docker.io/evil, block: true}",
                "{source: docker.io/own, keep: true}",
                "{source: docker.io/far, target: n.io/far}",
                "{source: docker.io/in, target: m.io/in}",
                "{source: quay.io/own, target: m.io/own}",
                "{source: ghcr.io, target: m.io}",
                "{source: ghcr.io/a, target: m.io/x}",
                "{source: ghcr.io/a/b, target: m.io/y}",
            ],
            [
                'mirrorpin.yaml:6:5: error: `mirrors[1]` has a wildcard: "*.gcr.io"',
                "  hint: name the hosts one by one",
                'mirrorpin.yaml:7:5: error: `mirrors[2]` blocks: "docker.io/evil"',
                "  hint: k3s has no way to say it",
                "mirrorpin.yaml:9:5: error: `mirrors[4]` has its target elsewhere than on "
                'm.io: "docker.io/far"',
                "  hint: `mirrors[0]` is for the same host",
                "mirrorpin.yaml:10:5: error: `mirrors[5]` is a part of what another rule "
                'moves into a folder: "docker.io/in"',
                "  hint: `mirrors[0]` puts all of the host below m.io/hub",
                "mirrorpin.yaml:8:5: error: `mirrors[3]` keeps what another rule moves: "
                '"docker.io/own"',
                "  hint: k3s moves all of a host, or nothing",
                "mirrorpin.yaml:14:5: error: `mirrors[9]` lies under another source with a "
                'path: "ghcr.io/a/b"',
                "  hint: `mirrors[8]` has it, too",
                "mirrorpin.yaml:11:5: error: `mirrors[6]` has no rule for the whole host "
                'beside it: "quay.io/own"',
                "  hint: other images of the host go to m.io, too",
            ],
            id="registries-yaml",
        ),
        pytest.param(
            "registries-yaml",
            ["{source: '*.gcr.io', block: true}", "{source: 'x.gcr.io', keep: true}"],
            [
                'mirrorpin.yaml:5:5: error: `mirrors[0]` blocks: "*.gcr.io"',
                "  hint: k3s has no way to say it",
                'mirrorpin.yaml:6:5: error: `mirrors[1]` keeps what another rule moves: "x.gcr.io"',
                "  hint: k3s moves all of a host, or nothing",
            ],
            id="whole-hosts",
        ),
        pytest.param(
            "registries-yaml",
            ["{source: '*.io', target: m.com}", "{source: '*.gcr.io', keep: true}"],
            [
                'mirrorpin.yaml:6:5: error: `mirrors[1]` has a wildcard: "*.gcr.io"',
                "  hint: name the hosts one by one",
                'mirrorpin.yaml:5:5: error: `mirrors[0]` has a wildcard: "*.io"',
                "  hint: name the hosts one by one",
            ],
            id="a-kept-wildcard",
        ),
        pytest.param(
            "registries-yaml",
            ["{source: docker.io, block: true}", "{source: docker.io/a, target: m.io/a}"],
            [
                'mirrorpin.yaml:5:5: error: `mirrors[0]` blocks: "docker.io"',
                "  hint: k3s has no way to say it",
                "mirrorpin.yaml:6:5: error: `mirrors[1]` has no rule for the whole host "
                'beside it: "docker.io/a"',
                "  hint: other images of the host go to m.io, too",
            ],
            id="a-blocked-host",
        ),
    ],
)
def test_what_cannot_be_said(name: str, rules: list[str], lines: list[str]) -> None:
    assert [line.replace(" (not-exportable)", "") for line in said(export(name, *rules))] == lines


def test_the_rest_is_said() -> None:
    made = export("hosts-toml", HUB, "{source: quay.io/own, target: m.io/own}")
    assert list(files(made)) == ["docker.io/hosts.toml"]
    made = export("registries-yaml", HUB, "{source: quay.io/own, target: m.io/own}")
    assert "quay.io" not in files(made)["registries.yaml"]


def test_a_rule_for_charts_is_for_no_node() -> None:
    charts = "{source: ghcr.io, target: m.io/charts, artifacts: [charts]}"
    made = export("registries-conf", charts)
    assert "ghcr.io" not in "".join(files(made).values())
    assert said(made) == []


def test_an_address_has_its_folder() -> None:
    assert list(files(export("hosts-toml", "{source: '[::1]', target: m.io}"))) == [
        "[::1]/hosts.toml"
    ]


SEVERAL = "{source: quay.io, targets: [m.io/q, n.io/q]}"
KEPT = "{source: quay.io, target: m.io/q, onAbsent: keep}"
NEXT = "{source: quay.io, target: m.io/q, onAbsent: next}"


class TestSeveralTargets:
    def test_are_mirrors_in_their_order(self) -> None:
        (text,) = files(export("registries-conf", SEVERAL)).values()
        assert text.startswith(
            '[[registry]]\nprefix = "quay.io"\nlocation = "quay.io"\nblocked = true\n\n'
            '[[registry.mirror]]\nlocation = "m.io/q"\n\n[[registry.mirror]]\nlocation = "n.io/q"\n'
        )
        (text,) = files(export("openshift", SEVERAL)).values()
        assert text.count("    mirrors:\n    - m.io/q\n    - n.io/q\n    mirrorSourcePolicy") == 2
        (text,) = files(export("registries-yaml", SEVERAL)).values()
        assert text == (
            'mirrors:\n  "quay.io":\n    endpoint:\n    - https://m.io\n    - https://n.io\n'
            "    rewrite:\n      '^(.*)$': 'q/$1'\n"
        )

    def test_are_hosts_of_which_the_server_comes_last(self) -> None:
        (text,) = files(export("hosts-toml", SEVERAL)).values()
        more = 'capabilities = ["pull", "resolve"]\noverride_path = true\n'
        server, first, last = (
            f'server = "https://n.io/v2/q"\n{more}',
            f'[host."https://m.io/v2/q"]\n{more}',
            f'[host."https://n.io/v2/q"]\n{more}',
        )
        assert text == f"{server}\n{first}"
        (text,) = files(export("hosts-toml", SEVERAL, has_fallback=True)).values()
        assert text == f"{first}\n{last}"

    def test_have_one_folder_for_k3s(self) -> None:
        made = export("registries-yaml", "{source: quay.io, targets: [m.io/q, n.io]}")
        assert said(made)[0].endswith(
            '`mirrors[0]` has targets in several folders of their hosts: "quay.io" (not-exportable)'
        )
        part = "{source: quay.io/a, target: m.io/q/a}"
        assert (
            "has its target elsewhere than on m.io, n.io"
            in said(export("registries-yaml", SEVERAL, part))[0]
        )

    def test_what_none_has_comes_from_the_source_where_that_can_be_said(self) -> None:
        (text,) = files(export("registries-conf", KEPT)).values()
        assert "blocked" not in text.partition("\n\n[[registry]]")[0]
        (text,) = files(export("openshift", KEPT)).values()
        assert text.count("AllowContactingSource") == 2
        (text,) = files(export("hosts-toml", KEPT)).values()
        assert text.startswith('[host."https://m.io/v2/q"]')
        assert "keeps what no target has" in said(export("registries-yaml", KEPT))[0]
        assert said(export("registries-yaml", KEPT, has_fallback=True)) == []

    def test_a_next_rule_is_nothing_for_a_node(self) -> None:
        (first, *_) = said(export("registries-conf", NEXT))
        assert first.endswith(
            "`onAbsent` of `mirrors[0]` is set, which nodes cannot read (not-exportable)"
        )

"""Formats of tools that cannot be run here are held to what their sources say."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from tests.helpers.plans import copies, lock, said
from tests.helpers.registry_table import A, B
from transformer.cli.options import PLANS
from transformer.config.schemas import read
from transformer.errors import PlanError, Position
from transformer.plan.copies import Copy
from transformer.plan.formats import FORMATS, By, grouped
from transformer.records import replace

MIRROR = "registry.example.com"
NGINX = "docker.io/library/nginx"
REDIS = "docker.io/library/redis"
BOTH = ("nginx:1.27", "ghcr.io/acme/web:2.0")
PLAIN = frozenset({MIRROR, "docker.io"})


def written(name: str, found: list[Copy], plain: frozenset[str] = frozenset()) -> str:
    return FORMATS[name](grouped(found, ""), plain)


def refused(name: str, found: list[Copy]) -> list[str]:
    with pytest.raises(PlanError) as caught:
        written(name, found)
    return said(caught.value.problems)


def rules(*lines: str) -> str:
    head = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n  mirrors:\n"
    return head + "".join(f"  - {{{line}}}\n" for line in lines)


def locked() -> list[Copy]:
    return copies(*BOTH, known=lock())


def test_the_command_line_knows_the_formats() -> None:
    assert tuple(FORMATS) == PLANS


@pytest.mark.parametrize("name", FORMATS)
def test_a_plan_of_nothing_is_well_formed(name: str) -> None:
    text = written(name, [])
    if name in ("json", "harbor"):
        assert json.loads(text)
    elif name in ("regsync", "skopeo-sync", "oc-mirror", "hauler", "zarf"):
        assert yaml.safe_load(text) is not None
    else:
        assert "copy" not in text


class TestLists:
    def test_text_has_a_line_for_each_image_and_place(self) -> None:
        assert written("text", locked()).splitlines() == [
            f"{NGINX}:1.27@{A} -> {MIRROR}/{NGINX}:1.27 (mirrors[0], linux/amd64)",
            "     web.yaml:7:12",
            f"ghcr.io/acme/web:2.0@{B} -> {MIRROR}/ghcr.io/acme/web:2.0 (mirrors[1])",
            "     web.yaml:15:12",
        ]

    def test_text_comes_in_groups_of_who_takes_or_has_the_images(self) -> None:
        def heads(by: By) -> list[str]:
            text = FORMATS["text"](grouped(locked(), by), PLAIN)
            return [it for it in text.splitlines() if "->" not in it and it[0] != " "]

        assert heads("target") == [f"{MIRROR}: 2 images"]
        assert heads("registry") == ["docker.io: 1 image", "ghcr.io: 1 image"]

    def test_json_is_what_its_schema_says(self) -> None:
        found = locked()
        page = json.loads(written("json", [*found, *copies(f"nginx@{A}")]))
        jsonschema.Draft7Validator(json.loads(read("plan"))).validate(page)
        assert page["images"][0] == {
            "source": f"{NGINX}:1.27",
            "digest": A,
            "target": f"{MIRROR}/{NGINX}:1.27",
            "rule": "mirrors[0]",
            "platforms": ["linux/amd64"],
            "subject": "",
            "places": [{"file": "web.yaml", "line": 7, "column": 12, "note": ""}],
        }
        assert page["images"][2]["source"] == NGINX

    def test_tsv_has_a_row_for_each_image(self) -> None:
        odd = replace(locked()[0], places=(Position(file="a\tb\nc.yaml", line=1, column=2),))
        rows = [it.split("\t") for it in written("tsv", [odd]).splitlines()]
        assert rows == [
            ["source", "digest", "target", "rule", "platforms", "subject", "places"],
            [
                *(f"{NGINX}:1.27", A, f"{MIRROR}/{NGINX}:1.27", "mirrors[0]", "linux/amd64", ""),
                "a\\tb\\nc.yaml:1:2",
            ],
        ]


class TestScripts:
    @pytest.mark.parametrize(
        ("engine", "look", "copy"),
        [
            (
                "regctl",
                f"regctl manifest head {MIRROR}/{NGINX}:1.27",
                f"regctl image copy {NGINX}@{A} {MIRROR}/{NGINX}:1.27",
            ),
            (
                "skopeo",
                f"skopeo inspect --raw docker://{MIRROR}/{NGINX}:1.27",
                f"skopeo copy --all --preserve-digests docker://{NGINX}@{A} "
                f"docker://{MIRROR}/{NGINX}:1.27",
            ),
            (
                "crane",
                f"crane digest {MIRROR}/{NGINX}:1.27",
                f"crane copy {NGINX}@{A} {MIRROR}/{NGINX}:1.27",
            ),
            (
                "oras",
                f"oras resolve {MIRROR}/{NGINX}:1.27",
                f"oras cp --no-tty {NGINX}@{A} {MIRROR}/{NGINX}:1.27",
            ),
        ],
    )
    def test_what_is_there_with_its_digest_is_not_copied(
        self, engine: str, look: str, copy: str
    ) -> None:
        lines = written(engine, locked()[:1]).splitlines()
        assert lines[:4] == [
            "#!/bin/sh",
            f"# 1 image to be at the mirrors, copied by {engine}.",
            "# It stops at the first error, and goes on from there when it is run again.",
            "set -eu",
        ]
        assert lines[4].startswith("there() { want=$1; shift; ")
        assert lines[5:] == [
            *("", "# mirrors[0], web.yaml:7:12", f"there {A} {look} ||"),
            f"  {copy}",
        ]

    @pytest.mark.parametrize(
        ("engine", "copy"),
        [
            (
                "regctl",
                f"regctl --host=reg=docker.io,tls=disabled --host=reg={MIRROR},tls=disabled "
                f"image copy {NGINX}:1 {MIRROR}/{NGINX}:1",
            ),
            (
                "skopeo",
                "skopeo copy --all --preserve-digests --src-tls-verify=false "
                f"--dest-tls-verify=false docker://{NGINX}:1 docker://{MIRROR}/{NGINX}:1",
            ),
            ("crane", f"crane copy --insecure {NGINX}:1 {MIRROR}/{NGINX}:1"),
            (
                "oras",
                f"oras cp --no-tty --from-plain-http --to-plain-http {NGINX}:1 {MIRROR}/{NGINX}:1",
            ),
        ],
    )
    def test_hosts_without_tls_are_told_to_the_engine(self, engine: str, copy: str) -> None:
        assert written(engine, copies("nginx:1"), PLAIN).splitlines()[-1] == copy

    @pytest.mark.parametrize(
        ("engine", "look"),
        [
            ("regctl", f"regctl --host=reg={MIRROR},tls=disabled manifest head"),
            ("skopeo", "skopeo inspect --raw --tls-verify=false"),
            ("crane", "crane digest --insecure"),
            ("oras", "oras resolve --plain-http"),
        ],
    )
    def test_and_to_who_looks(self, engine: str, look: str) -> None:
        assert f"there {A} {look} " in written(engine, locked()[:1], PLAIN)

    def test_words_of_shells_are_quoted_and_file_names_stay_in_comments(self) -> None:
        address = "'[::1]:5000/a:1'"
        head = rules('source: "[::1]:5000", target: registry.example.com')
        (copy,) = copies('"[::1]:5000/a:1"', head=head)
        odd = tuple(Position(file=f"$(x)\n`{n}`;", line=1, column=1) for n in range(5))
        text = FORMATS["crane"](grouped([replace(copy, places=odd)], "target"), PLAIN)
        assert text.splitlines()[5:] == [
            *("", f"# {MIRROR}"),
            "# mirrors[0], $(x)\\n`0`;:1:1, $(x)\\n`1`;:1:1, $(x)\\n`2`;:1:1, and 2 more",
            f"crane copy --insecure {address} {MIRROR}/a:1",
        ]


class TestRegsync:
    def test_each_image_is_one_to_sync(self) -> None:
        assert yaml.safe_load(written("regsync", locked())) == {
            "version": 1,
            "sync": [
                {"source": f"{NGINX}@{A}", "target": f"{MIRROR}/{NGINX}:1.27", "type": "image"},
                {
                    "source": f"ghcr.io/acme/web@{B}",
                    "target": f"{MIRROR}/ghcr.io/acme/web:2.0",
                    "type": "image",
                },
            ],
        }

    def test_hosts_without_tls_are_credentials_without_any(self) -> None:
        page = yaml.safe_load(written("regsync", locked(), PLAIN))
        assert page["creds"] == [
            {"registry": "docker.io", "tls": "disabled"},
            {"registry": MIRROR, "tls": "disabled"},
        ]


class TestSkopeoSync:
    def test_whole_names_below_one_prefix(self) -> None:
        text = written("skopeo-sync", [*copies(*BOTH, "nginx:1.28"), *copies(f"redis@{A}")], PLAIN)
        assert text.startswith(
            "# skopeo sync --all --preserve-digests --scoped --dest-tls-verify=false --src yaml "
            f"--dest docker FILE {MIRROR}\n"
        )
        assert yaml.safe_load(text) == {
            "docker.io": {
                "tls-verify": False,
                "images": {"library/nginx": ["1.27", "1.28"], "library/redis": [A]},
            },
            "ghcr.io": {"images": {"acme/web": ["2.0"]}},
        }

    def test_a_tag_beside_a_digest_is_refused_unless_it_was_seen_to_hold(self) -> None:
        assert refused("skopeo-sync", locked()) == [
            "web.yaml:7:12: error: skopeo-sync names no tag and digest together: "
            f'"{NGINX}:1.27@{A}" (not-in-format)',
            "  hint: see with --missing whether the tag still stands for it, or plan tags: "
            "--digests off",
            "web.yaml:15:12: error: skopeo-sync names no tag and digest together: "
            f'"ghcr.io/acme/web:2.0@{B}" (not-in-format)',
            "  hint: see with --missing whether the tag still stands for it, or plan tags: "
            "--digests off",
        ]
        held = [replace(it, tag_holds=True) for it in locked()]
        assert yaml.safe_load(written("skopeo-sync", held)) == yaml.safe_load(
            written("skopeo-sync", copies(*BOTH))
        )

    def test_other_names_are_refused(self) -> None:
        head = rules("source: docker.io, target: registry.example.com/hub")
        assert refused("skopeo-sync", copies("nginx:1", head=head)) == [
            "web.yaml:7:12: error: skopeo-sync keeps whole names, all below one prefix: "
            f'"{NGINX}" would become "{MIRROR}/hub/library/nginx" (not-in-format)',
            "  hint: another format can say it: --format regsync, or a script",
        ]


TWO = rules(
    "source: docker.io, target: registry.example.com/hub", "source: ghcr.io, target: other.io/g"
)
ONE_HOST = [
    "web.yaml:15:12: error: {} copies to one registry, registry.example.com: "
    '"other.io/g/acme/web:2.0" (not-in-format)',
    "  hint: plan the others with a configuration that has the rules of one registry",
]


@pytest.mark.parametrize("name", ["oc-mirror", "hauler", "harbor"])
def test_tools_that_copy_to_one_registry_refuse_another(name: str) -> None:
    assert refused(name, copies(*BOTH, head=TWO)) == [it.format(name) for it in ONE_HOST]


class TestOcMirror:
    def test_each_image_has_its_own_place(self) -> None:
        text = written("oc-mirror", [*locked(), *copies(f"redis@{A}")], PLAIN)
        assert text.startswith(
            "# oc-mirror --v2 --config FILE --workspace file://FOLDER --dest-tls-verify=false "
            f"docker://{MIRROR}\n"
        )
        assert yaml.safe_load(text) == {
            "apiVersion": "mirror.openshift.io/v2alpha1",
            "kind": "ImageSetConfiguration",
            "mirror": {
                "additionalImages": [
                    {"name": f"{NGINX}@{A}", "targetRepo": NGINX, "targetTag": "1.27"},
                    {
                        "name": f"ghcr.io/acme/web@{B}",
                        "targetRepo": "ghcr.io/acme/web",
                        "targetTag": "2.0",
                    },
                    {"name": f"{REDIS}@{A}", "targetRepo": REDIS},
                ]
            },
        }

    def test_every_place_is_one_that_it_takes(self) -> None:
        # IsValidPathComponent of type_config.go.
        part = r"([a-z0-9]+((?:[._]|__|[-]*)[a-z0-9]+)*)"
        taken = re.compile(f"^{part}(/{part})*$")
        images = copies("a/b_c/d__e/f--g.h:1", "nginx:1")
        for it in yaml.safe_load(written("oc-mirror", images))["mirror"]["additionalImages"]:
            assert taken.match(it["targetRepo"])


class TestHauler:
    def test_each_image_is_renamed(self) -> None:
        text = written("hauler", locked(), PLAIN)
        assert text.splitlines()[:2] == [
            "# hauler store sync -f FILE",
            f"# hauler store copy --plain-http registry://{MIRROR}",
        ]
        assert yaml.safe_load(text) == {
            "apiVersion": "content.hauler.cattle.io/v1",
            "kind": "Images",
            "metadata": {"name": "images"},
            "spec": {
                "images": [
                    {"name": f"{NGINX}@{A}", "rewrite": f"{MIRROR}/{NGINX}:1.27"},
                    {"name": f"ghcr.io/acme/web@{B}", "rewrite": f"{MIRROR}/ghcr.io/acme/web:2.0"},
                ]
            },
        }

    def test_an_image_without_a_tag_has_no_name_to_be_given(self) -> None:
        assert refused("hauler", copies(f"nginx@{A}")) == [
            f'web.yaml:7:12: error: hauler writes tags: "{NGINX}@{A}" has none (not-in-format)',
            "  hint: another format can say it: --format regsync, or a script",
        ]


class TestZarf:
    def test_images_keep_their_upstream_names_and_come_from_the_mirrors(self) -> None:
        head = rules(
            "source: docker.io, target: registry.example.com/hub",
            "source: docker.io/acme, target: registry.example.com/acme",
        )
        text = written("zarf", copies("nginx:1", f"acme/web:2@{B}", head=head), PLAIN)
        assert text.startswith(
            "# zarf package create --plain-http "
            f"--registry-override=docker.io/acme={MIRROR}/acme "
            f"--registry-override=docker.io={MIRROR}/hub\n"
        )
        assert yaml.safe_load(text) == {
            "kind": "ZarfPackageConfig",
            "metadata": {"name": "images"},
            "components": [
                {
                    "name": "images",
                    "required": True,
                    "images": [f"{NGINX}:1", f"docker.io/acme/web:2@{B}"],
                }
            ],
        }

    def test_the_digest_of_an_index_is_refused_unless_its_tag_holds(self) -> None:
        assert [it.partition(": error: ")[2] for it in refused("zarf", locked())[::2]] == [
            f'zarf names no tag and digest together: "{NGINX}:1.27@{A}" (not-in-format)'
        ]
        held = [replace(it, tag_holds=True) for it in locked()]
        (component,) = yaml.safe_load(written("zarf", held))["components"]
        assert component["images"] == [f"{NGINX}:1.27", f"ghcr.io/acme/web:2.0@{B}"]

    def test_a_name_that_no_beginning_leads_to_is_refused(self) -> None:
        head = rules(
            "source: docker.io/acme, target: registry.example.com/acme",
            "source: docker.io, template: 'registry.example.com/{{ repository | slug }}'",
        )
        assert refused("zarf", copies("acme/web:1", "acme2/web:1", "nginx:1", head=head)) == [
            "web.yaml:15:12: error: zarf replaces how names begin: "
            f'"docker.io/acme2/web" would be pulled from "{MIRROR}/acme2/web", '
            f'not "{MIRROR}/acme2-web" (not-in-format)',
            "  hint: another format can say it: --format regsync, or a script",
            "web.yaml:23:12: error: zarf replaces how names begin: "
            f'"{NGINX}" would be pulled from "{NGINX}", not "{MIRROR}/library-nginx" '
            "(not-in-format)",
            "  hint: another format can say it: --format regsync, or a script",
        ]


class TestHarbor:
    def page(self, found: list[Copy], plain: frozenset[str] = frozenset()) -> dict[str, list[Any]]:
        page: dict[str, list[Any]] = json.loads(written("harbor", found, plain))
        return page

    def test_registries_are_those_that_images_come_from(self) -> None:
        page = self.page(copies(*BOTH, "nginx:1.28"))
        assert page["registries"] == [
            {
                "name": "docker.io",
                "type": "docker-hub",
                "url": "https://hub.docker.com",
                "insecure": False,
            },
            {
                "name": "ghcr.io",
                "type": "github-ghcr",
                "url": "https://ghcr.io",
                "insecure": False,
            },
        ]
        head = rules('source: "h.io:5000", target: registry.example.com/h')
        (registry,) = self.page(copies("h.io:5000/a:1", head=head), frozenset({"h.io:5000"}))[
            "registries"
        ]
        assert registry["type"] == "docker-registry"
        assert registry["url"] == "http://h.io:5000"

    def test_a_project_of_one_registry_may_be_a_proxy_whatever_the_digest(self) -> None:
        page = self.page(locked())
        assert page["projects"] == [
            {"registry": host, "body": {"project_name": host, "metadata": {"public": "false"}}}
            for host in ("docker.io", "ghcr.io")
        ]
        assert page["policies"] == []

    def test_policies_move_repositories_as_harbor_replaces_namespaces(self) -> None:
        head = rules("source: docker.io, target: registry.example.com/p/hub")
        images = copies("nginx:1.27", "a/b/c:1", "nginx:1.28", head=head)
        page = self.page(images)
        assert page["projects"] == []
        first, second = (it["body"] for it in page["policies"])
        assert first == {
            "name": "docker.io-library-nginx-to-p-hub-library",
            "dest_namespace": "p/hub/library",
            "dest_namespace_replace_count": 1,
            "filters": [
                {"type": "name", "value": "library/nginx"},
                {"type": "tag", "value": "{1.27,1.28}"},
                {"type": "resource", "value": "image"},
            ],
            "trigger": {"type": "manual"},
            "override": True,
            "enabled": True,
        }
        assert second["filters"][1] == {"type": "tag", "value": "1"}
        finals = {it.source.path: it.target.path for it in images}
        for it in (first, second):
            path = it["filters"][0]["value"]
            kept = path.split("/")[it["dest_namespace_replace_count"] :]
            assert "/".join((it["dest_namespace"], *kept)) == finals[path]

    def test_what_replication_cannot_say_is_refused(self) -> None:
        head = rules(
            "source: docker.io, template: 'registry.example.com/p/{{ repository | slug }}'",
            "source: ghcr.io, target: registry.example.com/p/g",
            "source: r.io/a, target: registry.example.com/a",
        )
        images = copies("nginx:1", f"ghcr.io/b@{A}", f"ghcr.io/b:1@{A}", "r.io/a:1", head=head)
        assert [it.partition(": error: ")[2] for it in refused("harbor", images)[::2]] == [
            f'harbor keeps the last part of a name: "{NGINX}" would become '
            f'"{MIRROR}/p/library-nginx" (not-in-format)',
            f'harbor copies tags: "ghcr.io/b@{A}" has none (not-in-format)',
            f'harbor names no tag and digest together: "ghcr.io/b:1@{A}" (not-in-format)',
            f'harbor keeps images in projects: "{MIRROR}/a" is in none (not-in-format)',
        ]

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import command
from tests.helpers.payload import PAYLOAD, raw
from tests.helpers.runs import pod

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {source: docker.io, target: m.io/hub}
  - {source: docker.io, target: e.io, where: {namespaces: [edge], kinds: [Job], containers: [a]}}
  fields:
  - {group: x.io, kind: Thing, path: image, form: split, parts: {repository: name, tag: tag}}
"""
FLOW = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: a, image: nginx}, {name: b, image: Bad}]}
"""
NGINX = [("nginx", "m.io/hub/library/nginx")]
SPLIT = """\
apiVersion: x.io/v1
kind: Thing
metadata: {name: t}
image:
  name: docker.io/a/b
  tag: "1"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and manifests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "flow.yaml").write_text(FLOW)
    (tmp_path / "split.yaml").write_text(SPLIT)
    return tmp_path


def told(*argv: str, stdin: str = "") -> list[tuple[str, str]]:
    """The images that are explained, with what each becomes."""
    found = json.loads(command("explain", "--format=json", *argv, stdin=stdin).stdout)
    return [(it["image"], it["final"] or it["code"]) for it in found["explanations"]]


class TestNames:
    def test_are_explained_one_after_the_other(self) -> None:
        assert told("nginx", "quay.io/a") == [
            ("nginx", "m.io/hub/library/nginx"),
            ("quay.io/a", "no-rule"),
        ]
        ran = command("explain", "nginx:1")
        assert (ran.code, ran.stderr) == (0, [])
        assert ran.stdout.decode().splitlines() == [
            "nginx:1",
            "  normal form   docker.io/library/nginx:1",
            '  rules         lost  mirrors[1] docker.io: `where.namespaces` has edge, not ""',
            "                won   mirrors[0] docker.io: the first that covers it",
            "  becomes       m.io/hub/library/nginx:1 (mirrored)",
            "                the next run leaves it, as it lies under m.io/hub",
            "  digest        none: `digests.mode` is off, and none is written",
            "  field         takes a reference with a tag and a digest",
        ]

    def test_have_the_scope_that_is_given(self) -> None:
        scope = ("--namespace", "edge", "--kind=Job", "--container=a")
        assert told("nginx", *scope) == [("nginx", "e.io/library/nginx")]
        assert told("nginx", *scope[:3]) == NGINX

    def test_one_that_fails_is_a_failure(self) -> None:
        assert command("explain", "nginx", "quay.io/a").code == 1

    def test_do_not_meet(self) -> None:
        # In a run these two would be one name.
        rule = "  - {source: quay.io, target: m.io/hub}\n"
        Path("mirrorpin.yaml").write_text(CONFIG.replace("  fields:", f"{rule}  fields:"))
        assert told("a/b", "quay.io/a/b") == [
            ("a/b", "m.io/hub/a/b"),
            ("quay.io/a/b", "m.io/hub/a/b"),
        ]

    def test_of_any_look_are_told_of_without_harm(self) -> None:
        for form in ("text", "json"):
            ran = command(
                "explain", "--format", form, "--container", PAYLOAD, PAYLOAD, "a|<script>"
            )
            assert ran.code == 1
            assert raw(ran.stdout.decode()) == []

    def test_are_asked_for_where_the_mode_is_resolve(self) -> None:
        Path("mirrorpin.yaml").write_text(f"{CONFIG}  digests: {{mode: resolve}}\n")
        ran = command("explain", "--offline", "nginx")
        assert ran.code == 1
        assert b"(registry-offline)" in ran.stdout


class TestPlaces:
    def test_have_every_image_of_a_line(self) -> None:
        both = [("nginx", "m.io/hub/library/nginx"), ("Bad", "uppercase")]
        assert told("--at", "flow.yaml:4") == both
        assert told("--at=flow.yaml:4:38") == both[:1]
        assert told("--at=flow.yaml:4:63") == both[1:]

    def test_may_be_those_of_stdin(self) -> None:
        for name in ("-", "<stdin>"):
            assert told("--at", f"{name}:8", stdin=pod("nginx")) == told(
                f"--at={name}:8", stdin=pod("nginx")
            )
            assert told(f"--at={name}:8", stdin=pod("nginx")) == [
                ("nginx", "m.io/hub/library/nginx")
            ]

    def test_are_those_of_any_part_of_an_image(self) -> None:
        assert told("--at", "split.yaml:5") == told("--at", "split.yaml:6") != []

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            (
                "flow.yaml:2",
                ["flow.yaml:2:1: error: no image that mirrorpin knows stands there (nothing-there)",
                 "  hint: images stand in line 4"],
            ),
            (
                "flow.yaml:4:1",
                ["flow.yaml:4:1: error: no image that mirrorpin knows stands there (nothing-there)",
                 "  hint: images stand in line 4"],
            ),
            (
                "mirrorpin.yaml:2",
                [
                    "mirrorpin.yaml:2:1: error: no image that mirrorpin knows stands there "
                    "(nothing-there)"
                ],
            ),
            (
                "flow.yaml",
                ['error: `--at` is "flow.yaml": expected FILE:LINE or FILE:LINE:COLUMN (usage)',
                 "  hint: for example deploy.yaml:14, as messages name places"],
            ),
        ],
    )  # fmt: skip
    def test_without_an_image_are_an_error(self, place: str, said: list[str]) -> None:
        ran = command("explain", "--at", place)
        assert (ran.code, ran.stdout, ran.stderr) == (2, b"", said)


def test_another_name_of_a_registry_has_neither_won_nor_lost(folder: Path) -> None:
    rule = "  - {source: gcr.io, sameAs: docker.io}\n  fields:"
    (folder / "mirrorpin.yaml").write_text(CONFIG.replace("  fields:", rule))
    lines = command("explain", "gcr.io/a/b").stdout.decode().splitlines()
    assert lines[1:4] == [
        "  normal form   docker.io/a/b:latest",
        "  rules         name  mirrors[2] gcr.io: another name of docker.io, for which the rules "
        "are tried",
        '                lost  mirrors[1] docker.io: `where.namespaces` has edge, not ""',
    ]


def test_a_file_of_manifests_is_no_image() -> None:
    ran = command("explain", "flow.yaml")
    assert (ran.code, ran.stdout) == (2, b"")
    assert ran.stderr == [
        'error: "flow.yaml" is a file: expected an image (usage)',
        "  hint: mirrorpin explain --at flow.yaml:LINE",
    ]
    assert told("flew.yaml") == [("flew.yaml", "m.io/hub/library/flew.yaml")]


def test_lines_count_from_one() -> None:
    assert command("explain", "--at=flow.yaml:0").stderr[0] == (
        'error: `--at` is "flow.yaml:0": expected FILE:LINE or FILE:LINE:COLUMN (usage)'
    )


@pytest.mark.parametrize("argv", [[], ["--at=flow.yaml:4", "nginx"]])
def test_there_must_be_images_or_a_place(argv: list[str]) -> None:
    ran = command("explain", *argv)
    assert ran.code == 2
    assert ran.stderr == [
        "error: `explain` has nothing to explain: expected images, or `--at` and a place (usage)",
        "  hint: mirrorpin explain nginx:1.27, or mirrorpin explain --at deploy.yaml:14",
    ]


@pytest.mark.parametrize("option", ["--namespace=a", "--kind=a", "--container=a"])
def test_a_place_has_its_own_scope(option: str) -> None:
    assert command("explain", "--at=flow.yaml:4", option).stderr == [
        (
            "error: `--at` is used with `--namespace`, `--kind` or `--container`: expected it "
            "alone (usage)"
        ),
        "  hint: the object that stands there has its own",
    ]

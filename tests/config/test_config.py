from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.shared import ROOT
from transformer.config.config import (
    Config,
    Digests,
    PullSecrets,
    StringRules,
    config_of,
    parse_config,
)
from transformer.config.mirrors import Rule
from transformer.errors import ConfigError, Position
from transformer.places.place import Place
from transformer.yamltext.documents import Document, Source
from transformer.yamltext.nodes import lookup, resolve
from transformer.yamltext.tree import Collection, read

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"

FULL = f"""\
{HEAD}\
metadata:
  name: images
  annotations:
    config.kubernetes.io/function: |
      exec: {{path: mirrorpin}}
spec:
  mode: check
  mirrors:
  - source: docker.io
    target: m.io/docker.io
    pullSecrets: [pull]
  unmatched: warn
  invalid: warn
  digests:
    mode: lock
    lockFile: locks/prod.yaml
    missing: warn
    keepTag: false
    unpinnable: info
    resolveFrom: both
    platforms: [linux/amd64, linux/arm64/v8]
    platform: linux/arm64
  structure: "off"
  pullSecrets:
    attachTo: both
    names: [extra]
    templates: [secret.yaml.j2]
  fields:
  - {{group: example.com, kind: App, path: 'spec.images[].name', form: image}}
  - {{group: '', kind: App, path: spec.pod, form: podSpec}}
  strings: {{env: [RELATED_IMAGE_*], args: [--sidecar-image], shapes: 'off', pin: true}}
  report: {{originalImages: true}}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config("c.yaml", text, ".")
    assert caught.value.exit_code == 2
    return str(caught.value).split("\n")


def spec(text: str) -> Config:
    return parse_config("c.yaml", f"{HEAD}spec: {text}\n", ".")


def spec_problems(text: str) -> list[str]:
    return problems(f"{HEAD}spec: {text}\n")


def test_everything_that_can_be_set() -> None:
    assert parse_config("etc/c.yaml", FULL, "etc") == Config(
        name="etc/c.yaml",
        folder="etc",
        mode="check",
        rules=(
            Rule(
                index=0,
                source="docker.io",
                target="m.io/docker.io",
                pull_secrets=("pull",),
                position=Position(file="etc/c.yaml", line=11, column=5),
            ),
        ),
        unmatched="warn",
        invalid="warn",
        digests=Digests(
            mode="lock",
            lock_file="locks/prod.yaml",
            missing="warn",
            keep_tag=False,
            unpinnable="info",
            resolve_from="both",
            platforms=("linux/amd64", "linux/arm64/v8"),
            platform="linux/arm64",
        ),
        structure="off",
        pull_secrets=PullSecrets(attach_to="both", names=("extra",), templates=("secret.yaml.j2",)),
        fields=(
            Place(
                group="example.com",
                kind="App",
                path="spec.images[].name",
                origin="user",
                position=Position(file="etc/c.yaml", line=31, column=5),
            ),
            Place(
                group="",
                kind="App",
                path="spec.pod",
                form="podSpec",
                origin="user",
                position=Position(file="etc/c.yaml", line=32, column=5),
            ),
        ),
        strings=StringRules(
            env=("RELATED_IMAGE_*",), args=("--sidecar-image",), shapes="off", pin=True
        ),
        original_images=True,
    )


DEFAULTS = Config(
    name="c.yaml",
    folder=".",
    mode="transform",
    rules=(),
    unmatched="fail",
    invalid="fail",
    digests=Digests(
        mode="off",
        lock_file="images.lock.yaml",
        missing="fail",
        keep_tag=True,
        unpinnable="warn",
        resolve_from="mirror",
        platforms=(),
    ),
    structure="rewrite",
    pull_secrets=PullSecrets(attach_to="pods", names=(), templates=()),
    fields=(),
    original_images=False,
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{}", id="nothing"),
        pytest.param("", id="null"),
        pytest.param(
            "{mirrors: , digests: , pullSecrets: , fields: , report: }", id="null for every part"
        ),
        pytest.param("{mirrors: [], digests: {}, pullSecrets: {names: []}}", id="empty parts"),
    ],
)
def test_what_is_absent_has_a_default(text: str) -> None:
    assert spec(text) == DEFAULTS


@pytest.mark.parametrize(
    ("digests", "mode"),
    [
        pytest.param("{mode: off}", "off", id="off is a string"),
        pytest.param("{mode: off, lockFile: x}", "off", id="off on purpose"),
        pytest.param("{mode: require}", "require", id="require"),
        pytest.param("{lockFile: x}", "lock", id="lock file alone"),
        pytest.param("{keepTag: false}", "lock", id="any other key"),
    ],
)
def test_the_mode_of_digests(digests: str, mode: str) -> None:
    assert spec(f"{{digests: {digests}}}").digests.mode == mode


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "{mirors: []}",
            [
                "c.yaml:3:8: error: `spec.mirors` is set, and there is no such key (unknown-key)",
                "  hint: did you mean mirrors?",
            ],
            id="unknown key",
        ),
        pytest.param(
            "[]",
            ["c.yaml:3:7: error: `spec` is a list: expected a mapping (wrong-type)"],
            id="list",
        ),
        pytest.param(
            "{mode: chek}",
            [
                'c.yaml:3:14: error: `spec.mode` is "chek": expected one of transform, check '
                "(bad-value)",
                "  hint: did you mean check?",
            ],
            id="mode",
        ),
        pytest.param(
            "{unmatched: [], invalid: keep, structure: }",
            [
                "c.yaml:3:19: error: `spec.unmatched` is a list: expected a string (wrong-type)",
                (
                    'c.yaml:3:32: error: `spec.invalid` is "keep": expected one of fail, warn '
                    "(bad-value)"
                ),
                "c.yaml:3:49: error: `spec.structure` is empty: expected a value (empty)",
            ],
            id="choices",
        ),
        pytest.param(
            "{mirrors: {source: docker.io}}",
            ["c.yaml:3:17: error: `spec.mirrors` is a mapping: expected a list (wrong-type)"],
            id="one rule without a list",
        ),
        pytest.param(
            "{digests: {mode: require, lockFile: x}}",
            [
                "c.yaml:3:33: error: `spec.digests.lockFile` is set with `mode: require`, "
                "which looks nothing up (contradiction)",
                "  hint: use `mode: lock`",
            ],
            id="lock file of require",
        ),
        pytest.param(
            "{digests: {platforms: [linux, linux/amd64, linux/amd64, Linux/amd64, 'a/b/c/d']}}",
            [
                'c.yaml:3:30: error: `spec.digests.platforms[0]` is "linux": expected a '
                "platform, os/arch[/variant] (bad-value)",
                'c.yaml:3:50: error: `spec.digests.platforms[2]` is repeated: "linux/amd64" '
                "(repeated-item)",
                'c.yaml:3:63: error: `spec.digests.platforms[3]` is "Linux/amd64": expected '
                "a platform, os/arch[/variant] (bad-value)",
                'c.yaml:3:76: error: `spec.digests.platforms[4]` is "a/b/c/d": expected a '
                "platform, os/arch[/variant] (bad-value)",
            ],
            id="platforms",
        ),
        pytest.param(
            "{digests: {keepTag: no, loadFile: x}}",
            [
                'c.yaml:3:27: error: `spec.digests.keepTag` is "no": expected true or false '
                "(wrong-type)",
                "c.yaml:3:31: error: `spec.digests.loadFile` is set, and there is no such "
                "key (unknown-key)",
                "  hint: did you mean lockFile?",
            ],
            id="keys of digests",
        ),
        pytest.param(
            "{pullSecrets: {attachTo: pod, names: [A], templates: [/x]}}",
            [
                'c.yaml:3:32: error: `spec.pullSecrets.attachTo` is "pod": expected one of '
                "pods, serviceAccounts, both, none (bad-value)",
                "  hint: did you mean pods?",
                'c.yaml:3:45: error: `spec.pullSecrets.names[0]` is "A": expected an '
                "object's name, of lower-case letters, digits, - and . (bad-name)",
                'c.yaml:3:61: error: `spec.pullSecrets.templates[0]` is "/x": expected a '
                "file, by its path from the configuration's folder (bad-path)",
            ],
            id="pull secrets",
        ),
        pytest.param(
            "{strings: {env: [A=b], args: [image, --image=x, '*-image', -i]}}",
            [
                'c.yaml:3:37: error: `spec.strings.args[0]` is "image": expected a flag, as '
                "in --sidecar-image (bad-value)",
                'c.yaml:3:44: error: `spec.strings.args[1]` is "--image=x": expected a flag, '
                "as in --sidecar-image (bad-value)",
            ],
            id="flags",
        ),
        pytest.param(
            "{report: {originalImages: 1}}",
            [
                'c.yaml:3:33: error: `spec.report.originalImages` is "1": expected true or '
                "false (wrong-type)"
            ],
            id="report",
        ),
        pytest.param(
            "{fields: [{kind: App, path: x, form: image}, {}]}",
            [
                "c.yaml:3:17: error: `spec.fields[0]` lacks the key `group` (missing-key)",
                "c.yaml:3:52: error: `spec.fields[1]` lacks the key `group` (missing-key)",
                "c.yaml:3:52: error: `spec.fields[1]` lacks the key `kind` (missing-key)",
                "c.yaml:3:52: error: `spec.fields[1]` lacks the key `path` (missing-key)",
            ],
            id="fields that lack something",
        ),
        pytest.param(
            "{fields: [{group: apps/v1, kind: '', path: 'a..b', form: pods}]}",
            [
                'c.yaml:3:25: error: `spec.fields[0].group` is "apps/v1": expected a group '
                'without "/" (bad-value)',
                "  hint: leave out the version: apps",
                "c.yaml:3:40: error: `spec.fields[0].kind` is empty: expected a value (empty)",
                'c.yaml:3:50: error: `spec.fields[0].path` is "a..b": expected keys joined '
                "by dots, with [] behind a list (bad-path)",
                'c.yaml:3:64: error: `spec.fields[0].form` is "pods": expected one of image, '
                "podSpec, containers, uri, repository, registry, split, keys, pairs, "
                "document, toml, ini, pullSecrets, match, none (bad-value)",
            ],
            id="fields",
        ),
        pytest.param(
            "{fields: [{group: '', kind: A, path: '', form: image}]}",
            ["c.yaml:3:44: error: `spec.fields[0].path` is empty: expected a value (empty)"],
            id="empty path",
        ),
        pytest.param(
            "{fields: [{group: a, kind: A, path: x, form: image}, "
            "{group: a, kind: A, path: x, form: podSpec}]}",
            [
                'c.yaml:3:60: error: `spec.fields[1]` repeats a path: "x" (repeated-item)',
            ],
            id="a field twice",
        ),
    ],
)
def test_what_is_no_configuration(text: str, expected: list[str]) -> None:
    assert spec_problems(text) == expected


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("x.yaml", id="file"),
        pytest.param("a/b/x.yaml", id="file in a folder"),
        pytest.param("./x.yaml", id="dot"),
        pytest.param("..x", id="dots that are a name"),
        pytest.param("../x.yaml", id="above"),
        pytest.param("a/../x.yaml", id="back to the folder"),
    ],
)
def test_lock_files(path: str) -> None:
    assert spec(f"{{digests: {{lockFile: {path}}}}}").digests.lock_file == path


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/etc/x.yaml", id="absolute"),
        pytest.param("..", id="the folder above"),
        pytest.param(".", id="the folder"),
        pytest.param("a/", id="a folder"),
        pytest.param("a/.", id="a folder, by a dot"),
    ],
)
def test_lock_files_elsewhere(path: str) -> None:
    assert spec_problems(f"{{digests: {{lockFile: {path}}}}}") == [
        f'c.yaml:3:28: error: `spec.digests.lockFile` is "{path}": expected a file, by its '
        "path from the configuration's folder (bad-path)"
    ]


def test_every_pull_secret_that_is_named() -> None:
    text = """{
      mirrors: [
        {source: docker.io, target: m.io, pullSecrets: [b, a]},
        {source: quay.io, target: m.io, pullSecrets: [a, c]},
      ],
      pullSecrets: {names: [c, d]},
    }"""
    assert spec(text).secret_names == ("b", "a", "c", "d")


def test_all_problems_are_reported_in_the_order_of_the_text() -> None:
    text = f"{HEAD}spec:\n  mode: x\n  mode: check\n  mirrors:\n  - source: nginx\n  digest: a\n"
    assert [line.partition(" ")[0] for line in problems(text) if "error" in line] == [
        "c.yaml:5:3:",
        "c.yaml:7:5:",
        "c.yaml:7:13:",
        "c.yaml:8:3:",
    ]


def test_the_first_line_of_the_text_can_be_any() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("values.yaml", f"{HEAD}spec: []\n", ".", first_line=20)
    assert str(caught.value) == (
        "values.yaml:22:7: error: `spec` is a list: expected a mapping (wrong-type)"
    )


def test_a_configuration_within_a_document() -> None:
    text = f"a: b\n---\nkind: ResourceList\nfunctionConfig:\n  {HEAD}".replace(
        "\nkind: I", "\n  kind: I"
    )
    text += "  spec: {mirrors: [{source: docker.io, target: m.io}], invalid: x}\nitems: []\n"
    source = Source("<stdin>", text)
    document = Document(source, 1, 5, len(text))
    root = read(document.text).root
    assert root is not None
    mapping = resolve(root)
    assert isinstance(mapping, Collection)
    slot = lookup(mapping, ("functionConfig",))["functionConfig"]
    with pytest.raises(ConfigError) as caught:
        config_of(slot, document, ".")
    assert str(caught.value) == (
        '<stdin>:7:65: error: `spec.invalid` is "x": expected one of fail, warn (bad-value)'
    )


def test_a_configuration_without_templates_needs_no_jinja2() -> None:
    program = (
        "import sys; from transformer.config.config import parse_config;"
        "text = open('examples/shop/mirrorpin.yaml').read();"
        "parse_config('mirrorpin.yaml', text, '.');"
        "print([it for it in ('jinja2', 'difflib', 'zlib', 'jsonpatch') if it in sys.modules])"
    )
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {program}"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout == "[]\n"

"""The schemas are what the tables say, and say yes and no where the readers do."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml

from tests.helpers.shared import ROOT
from tools.schema.shapes import keys
from tools.schema.write import texts, write
from transformer.cli.commands.schema import NAMES
from transformer.config import config, envelope, rules
from transformer.config.config import parse_config
from transformer.config.schemas import read
from transformer.errors import ConfigError
from transformer.image import repository
from transformer.lock import lock
from transformer.lock.lock import parse_lock
from transformer.yamltext import values

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
SHA = "sha256:" + "5f" * 32


class Loader(yaml.SafeLoader):
    """Reads YAML as an editor does: by the core schema of YAML 1.2."""


Loader.yaml_implicit_resolvers = {}
for kind, pattern in {
    "bool": "true|True|TRUE|false|False|FALSE",
    "int": "[-+]?[0-9]+",
    "float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
    "null": "~|null|Null|NULL|",
}.items():
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{pattern})$"), None)


def errors(name: str, text: str) -> list[str]:
    """What a schema has against a text."""
    validator = jsonschema.Draft7Validator(json.loads(read(name)))
    return [error.message for error in validator.iter_errors(yaml.load(text, Loader))]


def codes(text: str) -> set[str]:
    """What the reader of configurations has against a text."""
    try:
        parse_config("c.yaml", text, ".")
    except ConfigError as error:
        return {problem.code for problem in error.problems}
    return set()


def lock_codes(text: str) -> set[str]:
    try:
        parse_lock("l.yaml", text)
    except ConfigError as error:
        return {problem.code for problem in error.problems}
    return set()


def spec(text: str) -> str:
    return f"{HEAD}spec: {text}\n"


def rule(text: str) -> str:
    return spec(f"{{mirrors: [{{source: docker.io, {text}}}]}}")


def field(text: str) -> str:
    return spec(f"{{fields: [{{{text}}}]}}")


def lock_of(text: str) -> str:
    return f"version: 1\nimages: {{{text}}}\n"


@pytest.mark.parametrize("name", texts())
class TestFiles:
    def test_is_what_the_tables_say(self, name: str) -> None:
        assert read(name).decode() == texts()[name], "run: make schemas"

    def test_is_a_schema(self, name: str) -> None:
        jsonschema.Draft7Validator.check_schema(json.loads(read(name)))

    def test_has_a_name(self, name: str) -> None:
        assert (
            json.loads(read(name))["$id"] == f"https://mirrorpin.dev/v1alpha1/schemas/{name}.json"
        )

    def test_patterns_are_those_of_ecmascript(self, name: str) -> None:
        # Its mode u takes a backslash before what has a meaning, and before nothing else.
        found = [it for it in nodes(json.loads(read(name))) if "pattern" in it]
        escaped = {it for node in found for it in re.findall(r"\\(.)", str(node["pattern"]))}
        assert bool(found) == (name not in ("secrets", "explain", "test", "report"))
        assert escaped <= set("^$\\.*+?()[]{}|/")


def nodes(schema: object) -> Iterator[dict[str, object]]:
    """Every mapping of a schema."""
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    for it in schema if isinstance(schema, list) else ():
        yield from nodes(it)


def test_files_are_written(tmp_path: Path) -> None:
    write(str(tmp_path))
    assert {path.stem: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: read(name) for name in NAMES
    }


@pytest.mark.parametrize("known", [("a",), ("a", "b", "c")], ids=["too-many-words", "no-words"])
def test_a_table_and_its_words_must_agree(known: tuple[str, ...]) -> None:
    with pytest.raises(KeyError, match=r"must stand in the table and have words: [bc]"):
        keys({"a": {}, "b": {}}, known)


NO_TEXT = "a-lock-that-is-not-utf-8-fails"  # refused before any schema could be asked


def files_of(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [path for path in found if path.parent.name != NO_TEXT]


def test_configurations_of_the_repository() -> None:
    texts = [path.read_text() for path in files_of("tests/fixtures/*/config.yaml")]
    assert len(texts) > 200
    shown = files_of("examples/**/*.yaml", "kustomize-plugin/**/*.yaml")
    texts += [text for path in shown if "kind: ImageTransformer" in (text := path.read_text())]
    for text in texts:
        assert bool(errors("config", text)) == bool(codes(text) - BEYOND.keys()), text


def test_locks_of_the_repository() -> None:
    locks = files_of(*(f"{it}/**/*.lock.yaml" for it in ("tests", "examples", "kustomize-plugin")))
    assert len(locks) > 50
    for path in locks:
        text = path.read_text()
        assert bool(errors("lock", text)) == bool(lock_codes(text) - BEYOND.keys()), path


def test_the_configuration_of_the_readme() -> None:
    text = (ROOT / "README.md").read_text().partition("```yaml\n")[2].partition("```")[0]
    assert errors("config", text) == []


# Codes of problems that a schema cannot say, and why.
BEYOND = {
    "bad-template": "Jinja2 has no pattern",
    "complex-key": "JSON has no other keys than strings",
    "loop": "looks at two values of a rule",
    "merge-key": "gone once YAML is read",
    "never-matches": "looks at several rules",
    "no-files": "reads none, and cannot know who does",
    "not-supported": "the choice is known, and is to come",
    "refused-name": "knows registries",
    "repeated-key": "gone once YAML is read",
    "too-long": "looks at the targets together",
}

REFUSED = [
    pytest.param("bad-kind", f"{HEAD.replace('Image', 'Pod')}spec: {{}}\n", id="kind"),
    pytest.param("bad-version", f"{HEAD.replace('v1alpha1', 'v1')}spec: {{}}\n", id="version"),
    pytest.param("empty", "{}\n", id="nothing"),
    pytest.param("missing-key", HEAD, id="no-spec"),
    pytest.param("missing-key", "apiVersion: v1\nkind: ConfigMap\n", id="no-data"),
    pytest.param("unknown-key", f"{HEAD}spec: {{}}\ndata: {{}}\n", id="data-of-our-kind"),
    pytest.param(
        "unknown-key", "apiVersion: v1\nkind: ConfigMap\ndata: {mirror: ''}\n", id="key-of-data"
    ),
    pytest.param("wrong-type", f"{HEAD}metadata: x\nspec: {{}}\n", id="metadata"),
    pytest.param("wrong-type", spec("[]"), id="spec"),
    pytest.param("unknown-key", spec("{mirror: []}"), id="key-of-spec"),
    pytest.param("bad-value", spec("{mode: look}"), id="mode"),
    pytest.param("bad-value", spec("{unmatched: ignore}"), id="unmatched"),
    pytest.param("bad-value", spec("{invalid: keep}"), id="invalid"),
    pytest.param("bad-value", spec("{structure: fail}"), id="structure"),
    pytest.param("wrong-type", spec("{mirrors: {}}"), id="mirrors"),
    pytest.param("missing-key", spec("{mirrors: [{keep: true}]}"), id="no-source"),
    pytest.param("bad-source", spec("{mirrors: [{source: nginx, keep: true}]}"), id="source"),
    pytest.param("empty", spec("{mirrors: [{source: '', keep: true}]}"), id="empty-source"),
    pytest.param("bad-rule", rule(""), id="no-action"),
    pytest.param("bad-rule", rule("target: m.io, keep: true"), id="two-actions"),
    pytest.param("bad-rule", rule("block: true, pullSecrets: [a]"), id="secrets-of-a-block"),
    pytest.param("bad-rule", rule("keep: true, allowDifferent: true"), id="no-mirror-to-differ"),
    pytest.param("bad-target", rule("target: 'm.io/x:1'"), id="target"),
    pytest.param("wrong-type", rule("keep: 'true'"), id="quoted-flag"),
    pytest.param("unknown-key", rule("keep: true, wher: {}"), id="key-of-a-rule"),
    pytest.param("bad-name", rule("keep: true, pullSecrets: [A_b]"), id="secret-of-a-rule"),
    pytest.param("repeated-item", rule("keep: true, pullSecrets: [a, a]"), id="repeated-secret"),
    pytest.param("empty", rule("keep: true, where: {}"), id="empty-scope"),
    pytest.param("unknown-key", rule("keep: true, where: {kind: [x]}"), id="key-of-a-scope"),
    pytest.param("empty", rule("keep: true, where: {kinds: []}"), id="no-kinds"),
    pytest.param("missing-key", rule("keep: true, where: {selector: {}}"), id="empty-selector"),
    pytest.param("empty", rule("keep: true, where: {selector: {matchLabels: {}}}"), id="no-labels"),
    pytest.param("unknown-key", spec("{digests: {lock: x}}"), id="key-of-digests"),
    pytest.param("bad-value", spec("{digests: {mode: pin}}"), id="digest-mode"),
    pytest.param("contradiction", spec("{digests: {mode: require, lockFile: x}}"), id="require"),
    *(
        pytest.param("bad-path", spec(f"{{digests: {{lockFile: {path}}}}}"), id=f"file-{path}")
        for path in ("/x", "x/..", "x/", "x/.", ".", "..")
    ),
    pytest.param("empty", spec("{digests: {lockFile: ''}}"), id="no-file"),
    pytest.param("bad-value", spec("{digests: {platforms: [linux]}}"), id="platform"),
    pytest.param("repeated-item", spec("{digests: {platforms: [a/b, a/b]}}"), id="platforms"),
    pytest.param("wrong-type", spec("{digests: {keepTag: 'no'}}"), id="keep-tag"),
    pytest.param("bad-value", spec("{pullSecrets: {attachTo: pod}}"), id="attach-to"),
    pytest.param("bad-name", spec("{pullSecrets: {names: [a_b]}}"), id="secret"),
    pytest.param("bad-name", spec(f"{{pullSecrets: {{names: [{'a' * 254}]}}}}"), id="long-secret"),
    pytest.param("bad-path", spec("{pullSecrets: {templates: [/x]}}"), id="template-file"),
    pytest.param("missing-key", field("group: '', kind: A"), id="no-path"),
    pytest.param("bad-value", field("group: '', kind: A, path: a, form: pod"), id="form"),
    pytest.param("bad-value", field("group: a/v1, kind: A, path: a, form: image"), id="group"),
    pytest.param("bad-path", field("group: '', kind: A, path: a..b, form: image"), id="path"),
    pytest.param("unknown-key", spec("{report: {images: true}}"), id="key-of-report"),
]

LOCKS_REFUSED = [
    pytest.param("missing-key", "version: 1\n", id="no-images"),
    pytest.param("missing-key", "images: {}\n", id="no-version"),
    pytest.param("lock-version", "version: 2\nimages: {}\n", id="version"),
    pytest.param("wrong-type", "version: 1\nimages: []\n", id="images"),
    pytest.param("bad-key", lock_of(f"nginx: {{digest: '{SHA}'}}"), id="short-key"),
    pytest.param("bad-key", lock_of(f"docker.io/library/nginx: {{digest: '{SHA}'}}"), id="no-tag"),
    pytest.param("missing-key", lock_of("'a.io/b:1': {}"), id="no-digest"),
    pytest.param("bad-digest", lock_of("'a.io/b:1': {digest: 'sha256:5F'}"), id="digest"),
    pytest.param("bad-size", lock_of(f"'a.io/b:1': {{digest: '{SHA}', size: -1}}"), id="size"),
    pytest.param(
        "bad-date", lock_of(f"'a.io/b:1': {{digest: '{SHA}', created: '2026-03-05'}}"), id="time"
    ),
    pytest.param(
        "wrong-type", lock_of(f"'a.io/b:1': {{digest: '{SHA}', mediaType: ''}}"), id="type"
    ),
    pytest.param(
        "bad-digest",
        lock_of(f"'a.io/b:1': {{digest: '{SHA}', platforms: {{a/b: x}}}}"),
        id="platform",
    ),
]


@pytest.mark.parametrize(("code", "text"), REFUSED)
def test_both_refuse_a_configuration(code: str, text: str) -> None:
    assert code in codes(text)
    assert errors("config", text)


@pytest.mark.parametrize(("code", "text"), LOCKS_REFUSED)
def test_both_refuse_a_lock(code: str, text: str) -> None:
    assert code in lock_codes(text)
    assert errors("lock", text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{HEAD}spec:\n", id="null-spec"),
        pytest.param(f"{HEAD}metadata:\nspec: {{mirrors: , digests: , fields: }}\n", id="nulls"),
        pytest.param("apiVersion: v1\nkind: ConfigMap\ndata: {mode: check}\n", id="config-map"),
        pytest.param("apiVersion: v1\nkind: ConfigMap\ndata:\n", id="empty-config-map"),
        pytest.param(rule("target: localhost/x"), id="localhost"),
        pytest.param(rule("target: 'm.io:5000'"), id="port"),
        pytest.param(rule("target: '[::1]:5000/x'"), id="ipv6"),
        pytest.param(rule("target: m.io, keep: false, block: false"), id="flags-that-are-off"),
        pytest.param(rule("keep: true, pullSecrets: "), id="null-secrets"),
        pytest.param(
            rule("keep: true, where: {selector: {matchLabels: {a: 1, b: true, c: x}}}"), id="labels"
        ),
        pytest.param(
            spec("{mirrors: [{source: '*.gcr.io', template: 'm.io/{{ name }}'}]}"), id="*"
        ),
        pytest.param(spec(f"{{mirrors: [{{source: 'a.io/b@{SHA}', keep: true}}]}}"), id="digest"),
        pytest.param(spec("{mirrors: [{source: 'Corp/b:1', keep: true}]}"), id="upper-case-host"),
        pytest.param(spec("{structure: off, digests: {mode: off}}"), id="off-without-quotes"),
        *(
            pytest.param(spec(f"{{digests: {{lockFile: {path}}}}}"), id=f"file-{path}")
            for path in ("..x", "x/..y", "./x", "a/b", "x.", ".x", "../x", "x/../y")
        ),
        pytest.param(field("group: '', kind: A, path: 'a[][].b', form: podSpec"), id="path"),
    ],
)
def test_both_accept_a_configuration(text: str) -> None:
    assert codes(text) == set()
    assert errors("config", text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("version: 1\nimages:\n", id="no-images"),
        pytest.param("version: '1'\nimages: {}\nby: x\n", id="quoted-version-and-more"),
        pytest.param(
            lock_of(f"'[::1]:5/b/c:1': {{digest: '{SHA}', size: 9, platforms: , by: x}}"),
            id="entry",
        ),
    ],
)
def test_both_accept_a_lock(text: str) -> None:
    assert lock_codes(text) == set()
    assert errors("lock", text) == []


def test_every_code_has_a_counterpart_or_a_reason() -> None:
    modules = (config, envelope, lock, repository, rules, values)
    found = {
        node.value
        for module in modules
        for call in ast.walk(ast.parse(Path(str(module.__file__)).read_text()))
        if isinstance(call, ast.Call)
        for node in [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(node, ast.Constant) and is_code(call, node, module)
    }
    shown: set[Any] = {item.values[0] for item in [*REFUSED, *LOCKS_REFUSED]}
    assert len(found) > 15
    assert found - shown - BEYOND.keys() == set()


def is_code(call: ast.Call, node: ast.Constant, module: ModuleType) -> bool:
    """Whether an argument of a call is the code of a problem."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    at = {"fail": 2 if module is lock else 0, "BadName": 3}.get(name, len(call.args))
    named = any(it.arg == "code" and it.value is node for it in call.keywords)
    is_text = isinstance(node.value, str) and re.fullmatch("[a-z]+(-[a-z]+)*", node.value)
    return bool(is_text) and (named or node in call.args[at : at + 1])

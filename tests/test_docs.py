"""The tables of the reference say all that the code knows, and nothing that it does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.emitted_codes import emitted_codes
from tests.helpers.pages import (
    MESSAGES,
    PAGES,
    REFERENCE,
    Table,
    headings,
    messages,
    spoken,
    table,
    tables,
    word,
    words,
)
from tests.helpers.shared import ROOT
from transformer import errors
from transformer import messages as wording
from transformer.cli import children, manual, named, options
from transformer.cli import main as cli
from transformer.cli import table as commands
from transformer.cli.arguments import Option
from transformer.cli.command import DONE, FAILED, INTERRUPTED
from transformer.cli.doctor import values
from transformer.cli.sync import sync
from transformer.config import (
    config,
    envelope,
    images,
    layers,
    policy,
    rules,
    scope,
    signers,
    template_language,
    templates,
)
from transformer.config import places as place_settings
from transformer.config import strings as string_settings
from transformer.config.config import Config
from transformer.config.imports import settings as imports
from transformer.export import pins
from transformer.image import reference
from transformer.image import repository as repositories
from transformer.places import place as fields
from transformer.plan import scripts
from transformer.registry import answers, attached, foreign, inquiry, manifests, settings, workers
from transformer.registry.auth import docker, helpers
from transformer.registry.cache import redis, redis_client
from transformer.registry.http import exchange, pools
from transformer.report.formats import github, markdown, sarif
from transformer.yamltext import documents as source
from transformer.yamltext import nodes, parsers, tree

PACKAGE = ROOT / "transformer"

# Every table of keys, by what its keys are written behind.
KEYS = {
    "TOP": "",
    "SPEC": "spec.",
    "DIGESTS": "spec.digests.",
    "FIELD": "spec.fields[].",
    "IMPORT": "spec.mirrorsFrom[].",
    "IMAGE": "spec.images[].",
    "RULE": "spec.mirrors[].",
    "SIGNER": "spec.mirrors[].signedBy.",
    "WHERE": "spec.mirrors[].where.",
    "SELECTOR": "spec.mirrors[].where.selector.",
    "POLICY": "spec.policy.",
    "REGISTRIES": "spec.policy.registries.",
    "PLATFORMS": "spec.policy.platforms.",
    "AGE": "spec.policy.age.",
    "REPOSITORIES": "spec.policy.repositories.",
    "WAIVER": "spec.policy.waivers[].",
    "PULL_SECRETS": "spec.pullSecrets.",
    "REPORT": "spec.report.",
    "STRINGS": "spec.strings.",
}

# What a value must be one of; the first is the default.
CHOICES = {
    "spec.digests.missing": "VERDICTS",
    "spec.digests.resolveFrom": "RESOLVE_FROM",
    "spec.digests.unpinnable": "UNPINNABLE",
    "spec.fields[].artifact": "ARTIFACTS",
    "spec.fields[].digest": "DIGEST",
    "spec.fields[].form": "FORMS",
    "spec.fields[].inside": "INSIDE",
    "spec.fields[].items": "ITEMS",
    "spec.fields[].join": "JOIN_NAMES",
    "spec.invalid": "VERDICTS",
    "spec.mirrorsFrom[].accept": "ACCEPTED",
    "spec.mirrors[].only": "ONLY",
    "spec.mirrors[].onAbsent": "ON_ABSENT",
    "spec.mirrors[].signedBy.transparencyLog": "TRANSPARENCY_LOG",
    "spec.mode": "MODES",
    "spec.policy.digest": "SWITCH",
    "spec.policy.latest": "SWITCH",
    "spec.policy.platforms.level": "LEVELS",
    "spec.policy.pullSecrets": "SWITCH",
    "spec.policy.registries.level": "LEVELS",
    "spec.policy.repositories.level": "LEVELS",
    "spec.policy.suspects": "SWITCH",
    "spec.policy.waivers[].gate": "GATES",
    "spec.pullSecrets.attachTo": "ATTACH_TO",
    "spec.strings.shapes": "SHAPES",
    "spec.structure": "STRUCTURE",
    "spec.suspects": "SUSPECTS",
    "spec.unmatched": "UNMATCHED",
}
NO_DEFAULT = {
    "spec.mirrorsFrom[].accept": "none",
    "spec.fields[].digest": "see right",
    "spec.mirrors[].only": "both",
    "spec.policy.waivers[].gate": "",
}

OPTIONS: list[Option] = [
    option for name in commands.NAMES for option in commands.command(name).options
]

GIB, MEBI = 1 << 30, 1 << 20
LIMITS = {
    "an input": ("MAX_INPUT", f"{source.MAX_INPUT // GIB} GiB"),
    "nesting of a document": ("MAX_DEPTH", f"{tree.MAX_DEPTH} levels"),
    "aliases of a document": ("MAX_ALIASES", f"{tree.MAX_ALIASES:,}"),
    "nodes that aliases expand to": ("MAX_EXPANDED", f"{nodes.MAX_EXPANDED:,}"),
    "mappings that one mapping merges": ("MAX_MERGED", f"{nodes.MAX_MERGED}"),
    "a scalar or comment": ("MAX_SCALAR", f"{parsers.MAX_SCALAR // MEBI} Mi characters"),
    "an image": ("MAX_TEXT", f"{reference.MAX_TEXT} characters"),
    "the path of an image": ("MAX_PATH", f"{reference.MAX_PATH} characters"),
    "a name that a rule gives": ("MAX_NAME", f"{repositories.MAX_NAME} characters"),
    "a pull secret's name": ("MAX_OBJECT_NAME", f"{rules.MAX_OBJECT_NAME} characters"),
    "a template": ("MAX_TEMPLATE", f"{templates.MAX_TEMPLATE:,} characters"),
    "what a template writes": ("MAX_OUTPUT", f"{templates.MAX_OUTPUT // MEBI} Mi characters"),
    "a value within a template": (
        "MAX_VALUE",
        f"{template_language.MAX_VALUE} characters or items",
    ),
    "steps of one rendering of a template": ("MAX_STEPS", f"{template_language.MAX_STEPS:,}"),
    "steps of all templates in a run": (
        "MAX_RUN_STEPS",
        f"{template_language.MAX_RUN_STEPS:,}",
    ),
    "a value in a message": ("MAX_SHOWN", f"{wording.MAX_SHOWN} characters"),
    "names listed in a message": ("MAX_LISTED", f"{wording.MAX_LISTED}"),
    "a message": ("MAX_MESSAGE", f"{errors.MAX_MESSAGE:,} characters"),
    "nesting of what others answer": ("MAX_NESTING", f"{foreign.MAX_NESTING} levels"),
    "a number that others answer": ("MAX_DIGITS", f"{foreign.MAX_DIGITS} digits"),
    "a file with credentials": ("MAX_AUTH_FILE", f"{docker.MAX_AUTH_FILE // MEBI} MiB"),
    "what a credential helper says": ("MAX_ANSWER", f"{helpers.MAX_ANSWER // MEBI} MiB"),
    "a file with certificates": ("MAX_CERTIFICATES", f"{settings.MAX_CERTIFICATES // MEBI} MiB"),
    "a file that `doctor` reads": ("MAX_FILE", f"{values.MAX_FILE // MEBI} MiB"),
    "a `Chart.yaml`": ("MAX_CHART", f"{named.MAX_CHART // MEBI} MiB"),
    "a manifest that a registry sends": ("MAX_MANIFEST", f"{manifests.MAX_MANIFEST // MEBI} MiB"),
    "redirects of a request": ("MAX_REDIRECTS", f"{exchange.MAX_REDIRECTS}"),
    "an answer in a Redis": ("MAX_VALUE", f"{redis.MAX_VALUE // MEBI} MiB"),
    "what a Redis says in a run": ("MAX_READ", f"{redis_client.MAX_READ // MEBI} MiB"),
    "threads that ask": ("MAX_THREADS", f"{workers.MAX_THREADS}"),
    "hosts with open connections": ("MAX_HOSTS", f"{pools.MAX_HOSTS}"),
    "errors of a registry in a message": ("MAX_ERRORS", f"{answers.MAX_ERRORS}"),
    "other places in a message": ("MAX_PLACES", f"{errors.MAX_PLACES}"),
    "images that `sync` copies at once": ("MAX_JOBS", f"{sync.MAX_JOBS}"),
    "failures of an engine in a `sync`": ("MAX_FAILURES", f"{sync.MAX_FAILURES}"),
    "what an engine says": ("MAX_SAID", f"{children.MAX_SAID >> 10} KiB"),
    "pages of a list of referrers": ("MAX_PAGES", f"{attached.MAX_PAGES}"),
    "images of an index, for the time of the oldest": (
        "MAX_CHILDREN",
        f"{inquiry.MAX_CHILDREN}",
    ),
    "places of an image in a script": ("MAX_SCRIPT_PLACES", f"{scripts.MAX_SCRIPT_PLACES}"),
    "globs of `spec.strings` with a `*` that is not at one end": (
        "MAX_INNER",
        f"{string_settings.MAX_INNER} each",
    ),
    "pairs of globs that are compared to find a rule that is never reached": (
        "MAX_COMPARED",
        f"{scope.MAX_COMPARED:,}",
    ),
    "annotations of a level, with `--format github`": (
        "MAX_ANNOTATIONS",
        f"{github.MAX_ANNOTATIONS}",
    ),
    "results of a report, with `--format sarif`": ("MAX_RESULTS", f"{sarif.MAX_RESULTS:,}"),
    "a report with `--format markdown`": ("MAX_MARKDOWN", f"{markdown.MAX_MARKDOWN:,} characters"),
    "the targets of a rule": ("MAX_TARGETS", f"{rules.MAX_TARGETS} characters together"),
    "a key, an identity and an issuer of a rule": (
        "MAX_SIGNER",
        f"{signers.MAX_SIGNER} characters each",
    ),
    "a namespace on the command line": ("MAX_LABEL", f"{rules.MAX_LABEL} characters"),
    "a key of an exported ConfigMap": ("MAX_KEY", f"{pins.MAX_KEY} characters"),
    "an exported ConfigMap": ("MAX_BYTES", f"{pins.MAX_BYTES:,} bytes"),
    "configurations that one extends": ("MAX_FILES", f"{layers.MAX_FILES}"),
    "problems of a configuration or a lock that are told": ("MAX_PROBLEMS", f"{cli.MAX_PROBLEMS}"),
}

LANGUAGE = {
    "variables of a rule": templates.TARGET_VARIABLES,
    "variables of a pull secret": templates.SECRET_VARIABLES,
    "filters": template_language.FILTERS,
    "tests": template_language.TESTS,
    "methods of strings": template_language.METHODS,
    "attributes of `loop`": template_language.LOOP,
}

# Options and variables that are not ours, where the reference names them.
FOREIGN = {
    "--disable-default-registry-endpoint",
    "--dry-run",
    "--enable-alpha-plugins",
    "--enable-exec",
    "--enable-shared",
    "--allow-exec",
    "--include-crds",
    "--post-renderer",
    "--post-renderer-args",
    "--recursive",
    "--server-side",
    "--sign-container-identity",
    "--type",
}


# Where keys of the configuration are read.
MODULES = (
    *(config, rules, signers, envelope, images),
    *(place_settings, imports, policy, string_settings),
)


def constants_of(*callers: str) -> set[str]:
    """The constants that the configuration's modules hand to functions of these names."""
    found = set()
    for module in MODULES:
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                inner = [it for argument in node.args for it in ast.walk(argument)]
                names = {it.id for it in inner if isinstance(it, ast.Name) and it.id.isupper()}
                found |= names if name in callers else set()
    return found


def value_of(name: str) -> tuple[str, ...]:
    found: tuple[str, ...] = next(
        getattr(module, name) for module in MODULES if hasattr(module, name)
    )
    return found


def keys() -> Table:
    return table("key")


def rows_by_key() -> dict[str, tuple[str, ...]]:
    return {word(row[0]): row for row in keys().rows}


class TestKeys:
    def test_are_those_of_the_code(self) -> None:
        known = {prefix + key for name, prefix in KEYS.items() for key in value_of(name)}
        assert set(rows_by_key()) == {*known, "spec", "spec.mirrors[].where.selector.matchLabels"}
        assert len(keys().rows) == len(rows_by_key())

    def test_come_from_every_table(self) -> None:
        assert constants_of("section", "read_envelope") == set(KEYS)

    @pytest.mark.parametrize("key", CHOICES)
    def test_have_the_choices_of_the_code_and_their_default(self, key: str) -> None:
        _, choices, default, _ = rows_by_key()[key]
        assert tuple(words(choices)) == value_of(CHOICES[key])
        assert default == NO_DEFAULT.get(key, f"`{words(choices)[0]}`")

    def test_choose_from_every_table(self) -> None:
        assert constants_of("choice") == {*CHOICES.values(), "DIGEST_MODES"}

    def test_list_the_digest_modes_that_can_be_chosen(self) -> None:
        modes = words(rows_by_key()["spec.digests.mode"][1])
        assert tuple(modes) == config.DIGEST_MODES
        assert [word(row[0]) for row in table("mode").rows] == modes

    def test_have_the_defaults_of_the_code(self) -> None:
        plain = Config(name="", folder="")
        flags = {
            "spec.digests.keepTag": plain.digests.keep_tag,
            "spec.strings.pin": plain.strings.pin,
            "spec.report.originalImages": plain.original_images,
            "spec.mirrors[].keep": False,
            "spec.mirrors[].block": False,
            "spec.mirrors[].allowDifferent": False,
        }
        shown = {key: row[2] for key, row in rows_by_key().items() if row[1] == "boolean"}
        assert shown == {key: f"`{str(flag).lower()}`" for key, flag in flags.items()}
        assert word(rows_by_key()["spec.digests.lockFile"][2]) == plain.digests.lock_file


class TestCommandLine:
    def test_commands_and_formats_are_those_of_the_code(self) -> None:
        shown = {
            word(row[0]): tuple(words(row[1])) for row in table("command", "Command line").rows
        }
        assert shown == {name: commands.command(name).formats for name in commands.NAMES}
        assert list(shown) == list(commands.NAMES)

    def test_every_command_has_its_output(self) -> None:
        shown = {words(row[0])[0] for row in table("command", "Output").rows}
        assert shown == set(commands.NAMES)

    def test_options_and_variables_are_those_of_the_code(self) -> None:
        shown = {tuple(words(row[0])): row[1].strip("`") for row in table("option").rows}
        assert shown == {option.labels: option.variable for option in OPTIONS}

    @pytest.mark.parametrize("name", dict.fromkeys(option.name for option in OPTIONS))
    def test_options_have_their_values(self, name: str) -> None:
        (value,) = (row[2] for row in table("option").rows if f"--{name}" in words(row[0]))
        same = [option for option in OPTIONS if option.name == name]
        choices = {choice for option in same for choice in option.choices}
        # The machine at hand may lack libyaml.
        assert set(words(value)) == ({"libyaml", "python"} if name == "parser" else choices)
        assert choices or value == same[0].metavar

    def test_exit_codes_are_those_of_the_code(self) -> None:
        kinds = errors.TransformError.__subclasses__()
        known = {DONE, FAILED, cli.USAGE, cli.FAULT, INTERRUPTED}
        assert {int(row[0]) for row in table("exit code").rows} == known
        assert set(manual.EXIT_CODES) == known
        assert {kind.exit_code for kind in kinds} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
class TestPage:
    def test_names_only_variables_that_exist(self, page: Path) -> None:
        known = {option.variable for option in OPTIONS}
        assert set(re.findall(r"MIRRORPIN_\w+", page.read_text())) <= known

    def test_names_only_options_that_exist(self, page: Path) -> None:
        known = {f"--{option.name}" for option in OPTIONS}
        shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", spoken(page)))
        assert shown <= known | FOREIGN

    def test_speaks_in_the_voice_of_the_house(self, page: Path) -> None:
        text = re.sub("`[^`]*`", "", page.read_text())
        assert re.findall(r"(?i)\b(?:should|invalid)\b", text) == []


SEVERITIES = {"error", "warning", "info", "error, or warning", "error, or info"}


@pytest.mark.slow
class TestCodes:
    def test_are_those_of_the_code(self) -> None:
        assert {it.code for it in messages()} == emitted_codes(PACKAGE)

    def test_have_an_anchor_each_that_nothing_else_has(self) -> None:
        shown = [heading for level, heading in headings(MESSAGES)]
        assert [it for it in shown if shown.count(it) > 1] == []
        codes = [heading for level, heading in headings(MESSAGES) if level == 3]
        assert codes == [it.code for it in messages()]

    def test_have_a_severity(self) -> None:
        assert {it.severity for it in messages()} == SEVERITIES

    def test_are_told_in_sentences(self) -> None:
        said = [text for it in messages() for text in (it.meaning, it.remedy) if text]
        assert [text for text in said if not text.endswith(".")] == []

    def test_are_found_wherever_a_fixture_shows_one(self) -> None:
        said = set()
        for file in (ROOT / "tests/fixtures").glob("*/results.yaml"):
            said |= set(
                re.findall(r"(?m)(?:error|warning): .* \(([a-z0-9-]+)\)'?$", file.read_text())
            )
        assert len(said) > 15
        assert said <= emitted_codes(PACKAGE)

    def test_that_the_text_names_exist(self) -> None:
        known = emitted_codes(PACKAGE)
        named = {
            code
            for page in REFERENCE
            for it in tables(page)
            if "code" in it.header[1:]
            for row in it.rows
            for code in words(row[it.header.index("code")])
        }
        assert named
        assert named <= known


class TestTables:
    def test_limits_are_those_of_the_code(self) -> None:
        shown = {row[0]: row[1] for row in table("what").rows}
        assert shown == {what: text for what, (_, text) in LIMITS.items()}

    def test_limits_are_complete(self) -> None:
        assert {name for name, _ in LIMITS.values()} == set(limits(PACKAGE))

    def test_template_language_is_that_of_the_code(self) -> None:
        rows = {row[0]: tuple(words(row[1])) for row in table("a template may use").rows}
        assert {what: rows[what] for what in LANGUAGE} == LANGUAGE

    def test_places_are_those_of_the_code(self) -> None:
        shown = {
            ("" if group == "core" else word(group), kind, word(path))
            for group, kinds, path in table("group").rows
            for kind in kinds.split(", ")
        }
        known = {(it.group, it.kind, it.path) for it in fields.BUILTINS if it.form != "account"}
        assert shown == known

    def test_depths_of_the_check_are_those_of_the_code(self) -> None:
        assert tuple(word(row[0]) for row in table("`--verify`").rows) == options.VERIFY

    def test_who_gets_pull_secrets_is_that_of_the_code(self) -> None:
        shown = tuple(word(row[0]) for row in table("`attachTo`").rows)
        assert shown == config.ATTACH_TO


def limits(package: Path) -> Iterator[str]:
    for path in package.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name.startswith("MAX_"):
                    yield name

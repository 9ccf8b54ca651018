"""No text that others write makes a match slow: counted in steps, of expressions and patterns."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.regexes import Expression, Meter, TooManySteps, expressions, modules
from tests.helpers.shared import ROOT
from tests.helpers.sources import PACKAGE, tree_of
from tests.helpers.steps import steps_of
from transformer import Options, parse_config, transform
from transformer.cli.doctor.invocations import names_folder
from transformer.cli.lock.questions import is_meant
from transformer.config.scope import Where, in_scope
from transformer.model import Resource
from transformer.places.glob import glob_matches
from transformer.places.known_fields import is_wanted
from transformer.places.known_strings import Strings
from transformer.registry.auth.kubelet import covers, keyring_of, pattern_of
from transformer.registry.http.proxies import proxy_for
from transformer.registry.http.urls import Origin

STEPS_A_CHARACTER = 45

MODULES = {".".join(it.relative_to(ROOT).with_suffix("").parts): it for it in modules(PACKAGE)}


@pytest.fixture(autouse=True)
def _deep() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    yield
    sys.setrecursionlimit(limit)


def worst(expression: Expression) -> str:
    """A text for which an expression takes too many steps; '' when none was found."""
    meter = Meter(expression)
    for text in meter.inputs():
        try:
            meter.steps(text, STEPS_A_CHARACTER * (len(text) + 10))
        except TooManySteps:
            return text
    return ""


@pytest.mark.exhaustive
@pytest.mark.parametrize("module", MODULES)
def test_every_expression_is_linear(module: str) -> None:
    found = list(expressions(MODULES[module], module.removesuffix(".__init__")))
    assert {it.place: worst(it) for it in found} == dict.fromkeys((it.place for it in found), "")


@pytest.mark.parametrize(
    ("pattern", "is_linear"),
    [
        ("(?:a+)+b", False),
        ("a*a*b", False),
        ("(?:a|ab?c?|[^x])*d", False),
        (r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(%|---)", False),
        (r"(?m)^version:[^\n]*\n(?:[^\n]*\n)*?images:", False),
        ("(?>a+)b|(?=a)a{2,}?c", False),
        (r"(?<![a-z])(?>a+)\b", True),
        ("a++b", False),
        (r"\Aa++b\Z", True),
        ("[^a]*(?!a).", True),
    ],
)
def test_the_meter_tells_slow_expressions(pattern: str, is_linear: bool) -> None:
    expression = Expression(place="", pattern=pattern, flags=0, is_anchored=False)
    assert (worst(expression) == "") is is_linear


def test_the_meter_tells_what_is_only_matched() -> None:
    for pattern in ("a++b", r"(?:[ \t]*(?:#[^\n]*+)?\r?\n)*+(%|---)"):
        expression = Expression(place="", pattern=pattern, flags=0, is_anchored=True)
        assert worst(expression) == ""


def test_a_pattern_of_a_user_is_no_constant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text("import re\ndef f(text):\n    return re.search(text, 'a')\n")
    monkeypatch.syspath_prepend(tmp_path.parent)
    with pytest.raises(NameError):
        list(expressions(modules(tmp_path)[0], f"{tmp_path.name}.mine"))


def test_no_module_has_a_second_kind_of_glob() -> None:
    # fnmatch makes a regular expression of what a user writes.
    for file in PACKAGE.rglob("*.py"):
        nodes = list(ast.walk(tree_of(file)))
        names = {it.name for node in nodes if isinstance(node, ast.Import) for it in node.names}
        names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        assert names & {"fnmatch", "glob"} == set()


def is_covered(key: str, name: str) -> bool:
    return covers(pattern_of(key), pattern_of(name))


STARS = "*a" * 2_000 + "X"
ORIGIN = Origin(scheme="https", host="a" * 60 + ".example.com", port=443)

LIST = tuple("*a" * 20 + f"X{number}" for number in range(100))
NAME = "a" * 250
LISTED = sum(map(len, LIST))
STRINGS = Strings(env=LIST, args=LIST)
OBJECT = Resource(api_version="v1", kind=NAME, namespace=NAME, name="a")

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n  unmatched: keep\n"
WHEN = parse_config(
    "c.yaml",
    f"{HEAD}  fields:\n  - {{group: a.b, kind: C, path: image, when: {{x: {list(LIST)}}}}}\n"
    "  mirrors: [{source: docker.io, target: m.io}]\n",
    "",
)
SOURCES = parse_config(
    "c.yaml",
    f"{HEAD}  mirrors:\n"
    + "".join(f"  - {{source: '*.{'a.' * 20}b{it}.io', target: m.io}}\n" for it in range(100)),
    "",
)
GATES = [
    parse_config(
        "c.yaml",
        f"{HEAD}  fields: [{{group: a.b, kind: C, path: image}}]\n  policy: {{{gates}}}\n",
        "",
    )
    for gates in (
        f"repositories: {{level: warn, allowed: {list(LIST)}}}",
        "latest: warn, waivers: ["
        + ", ".join(
            f"{{gate: latest, image: '{it}', until: '9999-01-01', reason: r}}" for it in LIST
        )
        + "]",
    )
]
HELD = f"apiVersion: a.b/v1\nkind: C\nmetadata: {{name: a}}\nx: {NAME}\nimage: ".encode()


def judged(number: int) -> bool:
    text = HELD + b"a" * 200 + b"/x\n"
    return transform([("x", text)], GATES[number], options=Options(today="2026-01-01")).failed


# What users and tenants write as patterns, each against what takes longest.
PATTERNS: dict[str, tuple[int, Callable[[], object]]] = {
    "glob that nearly matches": (len(STARS), lambda: glob_matches(STARS, "a" * 4_000)),
    "glob of stars alone": (4_000, lambda: glob_matches("*" * 4_000 + "X", "a" * 4_000)),
    "where": (
        3 * LISTED,
        lambda: any(
            in_scope(it, OBJECT, NAME)
            for it in (Where(namespaces=LIST), Where(kinds=LIST), Where(containers=LIST))
        ),
    ),
    "when": (LISTED, lambda: transform([("x", HELD + b"nginx\n")], WHEN).failed),
    "strings.env": (LISTED, lambda: STRINGS.env.get(NAME)),
    "strings.args": (LISTED, lambda: STRINGS.args.get(f"--{NAME}")),
    "sources": (
        LISTED,
        lambda: transform([("x", HELD + b"a." * 100 + b"io/b:1\n")], SOURCES).failed,
    ),
    "policy.repositories": (LISTED, lambda: judged(0)),
    "policy.waivers": (LISTED, lambda: judged(1)),
    "--group": (len(STARS), lambda: is_wanted("a" * 4_000, "K", STARS, "")),
    "--kind": (len(STARS), lambda: is_wanted("g", "a" * 4_000, "", STARS)),
    "kustomize build": (len(STARS), lambda: names_folder(STARS, ["/"], "/" + "a" * 4_000)),
    "--update": (len(STARS), lambda: is_meant(f"docker.io/library/{NAME[:200]}", STARS)),
    "key of stars": (400, lambda: is_covered("*" * 400 + "X:18701", "localhost:18701/a")),
    "key of labels": (4_000, lambda: is_covered("*." * 2_000 + "io", "a." * 2_000 + "oi/a")),
    "keys": (
        40 * 400,
        lambda: keyring_of({"auths": {"*" * 400 + f"{it}.io": {} for it in range(40)}}).find(
            "a" * 60 + ".io", "a"
        ),
    ),
    "NO_PROXY": (
        8_000,
        lambda: proxy_for({"HTTPS_PROXY": "p.io", "NO_PROXY": "*.a," * 2_000}, ORIGIN),
    ),
}


def test_no_pattern_of_a_user_is_missing_below() -> None:
    # Who takes globs is here by the names of the cases that show it.
    cases = {
        "cli/doctor/invocations": ["kustomize build"],
        "cli/lock/questions": ["--update"],
        "config/scope": ["where"],
        "find/forms": ["when"],
        "policy/gates": ["policy.repositories"],
        "policy/waivers": ["policy.waivers"],
        "places/known_fields": ["--group", "--kind"],
        "places/known_strings": ["strings.env", "strings.args"],
        "registry/auth/kubelet": ["key of stars", "key of labels", "keys"],
    }
    package = ROOT / "transformer"
    takers = {
        str(file.relative_to(package).with_suffix(""))
        for file in package.rglob("*.py")
        if re.search("import (?:glob_matches|Globs)$", file.read_text(), re.MULTILINE)
    }
    assert takers == set(cases)
    assert {name for names in cases.values() for name in names} <= set(PATTERNS)


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_take_steps_in_proportion_to_their_length(name: str) -> None:
    length, match = PATTERNS[name]

    def run() -> None:
        assert not match() or name == "NO_PROXY"

    # What the first run of a process loads is no step of a pattern.
    transform([("x", HELD + b"nginx\n")], SOURCES)
    assert steps_of(run) <= STEPS_A_CHARACTER * length


def test_a_name_takes_no_more_steps_the_more_globs_there_are() -> None:
    def steps(count: int) -> int:
        globs = [it for n in range(count) for it in (f"A{n:04}_*", f"*_B{n:04}", f"C{n:04}")]
        known = Strings(env=tuple(globs)).env
        names = [f"X{n}_IMAGES_OF" for n in range(100)]
        return steps_of(lambda: [known.get(name) for name in names])

    # What names mean is remembered from the first time on.
    assert steps(1) >= steps(1_000) == steps(1)

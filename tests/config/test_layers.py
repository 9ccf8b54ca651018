"""A configuration on top of others: which of two values counts, and where it is said to stand."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.config.config import Config, parse_config, specification
from transformer.config.layers import MAX_FILES, Base
from transformer.errors import ConfigError, Position
from transformer.records import replace
from transformer.report.configuration import as_yaml
from transformer.yamltext.load import read_one
from transformer.yamltext.values import Section, Setting

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"


class Files:
    """Finds what is extended among texts, by their paths from the first one's folder."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def __call__(self, item: Setting, folder: str, text: str) -> Base | None:
        path = posixpath.normpath(folder + text)
        if path not in self.files:
            item.fail("missing-file", f"is not there: {path}")
            return None
        start = folder + text[: text.rfind("/") + 1]
        return Base(name=path, text=HEAD + self.files[path], identity=path, folder=start)


def merged(first: str, files: Mapping[str, str]) -> Config:
    return parse_config("c.yaml", HEAD + first, ".", load=Files(files))


def problems(first: str, files: Mapping[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        merged(first, files)
    return str(caught.value).split("\n")


def rule(source: str, target: str, more: str = "") -> str:
    return f"{{source: {source}, target: {target}{more}}}"


def spec(*rules: str, extends: str = "", more: str = "") -> str:
    head = f"extends: [{extends}], " if extends else ""
    return f"spec: {{{head}mirrors: [{', '.join(rules)}]{more}}}\n"


def test_a_file_that_two_extend_comes_in_once() -> None:
    # Thirty files by pairs, each of which extends the next pair: a billion ways to the last.
    files = {
        f"{side}{number}.yaml": spec(
            rule("docker.io", f"{side}{number}.io/x"),
            extends=f"a{number + 1}.yaml, b{number + 1}.yaml" if number < 30 else "",
        )
        for number in range(31)
        for side in "ab"
    }
    it = merged(spec(rule("quay.io", "q.io/x"), extends="a0.yaml, b0.yaml"), files)
    assert [(rule.source, rule.target) for rule in it.rules] == [
        ("docker.io", "b0.io/x"),
        ("quay.io", "q.io/x"),
    ]


class TestRules:
    def targets(self, it: Config) -> dict[str, str]:
        return {rule.label: rule.target for rule in it.rules}

    def test_of_one_source_the_later_counts(self) -> None:
        base = spec(rule("a.io", "m.io/a"), rule("b.io", "m.io/b"))
        it = merged(spec(rule("a.io", "p.io/a"), extends="base"), {"base": base})
        assert self.targets(it) == {"mirrors[1] of base": "m.io/b", "mirrors[0]": "p.io/a"}

    def test_of_several_files_the_last_counts_and_the_first_file_most(self) -> None:
        files = {
            "one": spec(rule("a.io", "1.io"), rule("b.io", "1.io/b"), rule("c.io", "1.io/c")),
            "two": spec(rule("b.io", "2.io/b"), rule("c.io", "2.io/c")),
        }
        it = merged(spec(rule("c.io", "3.io"), extends="one, two"), files)
        assert [it.target for it in it.rules] == ["1.io", "2.io/b", "3.io"]
        assert [it.index for it in it.rules] == [0, 1, 2]

    def test_another_scope_is_another_rule(self) -> None:
        where = ", where: {kinds: [DaemonSet], namespaces: [a]}"
        same = ", where: {namespaces: [a], kinds: [DaemonSet]}"
        base = spec(rule("a.io", "m.io"), rule("a.io", "e.io", where))
        it = merged(spec(rule("a.io", "p.io"), extends="base"), {"base": base})
        assert [it.target for it in it.rules] == ["e.io", "p.io"]
        it = merged(spec(rule("a.io", "p.io", same), extends="base"), {"base": base})
        assert [it.target for it in it.rules] == ["m.io", "p.io"]

    def test_repeated_in_one_file_stay_an_error(self) -> None:
        base = spec(rule("a.io", "m.io"), rule("a.io", "n.io"))
        assert problems(spec(extends="base"), {"base": base}) == [
            "base:3:57: error: `spec.mirrors[1].source` repeats the source of `mirrors[0] of "
            'base`: "a.io" (never-matches)',
            "  hint: `mirrors[0] of base` covers all that this rule does, so it can never match",
        ]

    def test_of_several_files_are_judged_together(self) -> None:
        base = spec(rule("a.io", "b.io"))
        assert problems(spec(rule("b.io", "m.io"), extends="base"), {"base": base}) == [
            "c.yaml:3:44: error: `spec.mirrors[0].source` is the target of `mirrors[0] of "
            'base`: "b.io" (never-matches)',
            "  hint: images there are already mirrored, so the rule can never match",
        ]

    def test_that_are_none_are_reported_where_they_stand(self) -> None:
        files = {"base": "spec: {mirrors: [x, x]}\n"}
        assert problems("spec: {extends: [base], mirrors: [y]}\n", files) == [
            "base:3:18: error: `spec.mirrors[0]` is a string: expected a mapping (wrong-type)",
            "base:3:21: error: `spec.mirrors[1]` is a string: expected a mapping (wrong-type)",
            "c.yaml:3:35: error: `spec.mirrors[0]` is a string: expected a mapping (wrong-type)",
        ]


class TestOtherKeys:
    def test_are_replaced_and_sections_are_merged(self) -> None:
        base = (
            "spec:\n  unmatched: warn\n  invalid: warn\n"
            "  pullSecrets: {attachTo: both, names: [a]}\n"
            "  strings: {env: [A_*], pin: true}\n  report: {originalImages: true}\n"
            "  digests: {mode: lock, keepTag: false, platforms: [linux/amd64]}\n"
        )
        first = (
            "spec:\n  extends: [base]\n  unmatched: keep\n  pullSecrets: {names: [b]}\n"
            "  strings:\n  report:\n  digests: {platforms: [linux/arm64]}\n"
        )
        it = merged(first, {"base": base})
        assert (it.unmatched, it.invalid, it.original_images) == ("keep", "warn", True)
        assert (it.pull_secrets.attach_to, it.pull_secrets.names) == ("both", ("b",))
        assert (it.strings.env, it.strings.pin) == (("A_*",), True)
        assert (it.digests.mode, it.digests.keep_tag) == ("lock", False)
        assert it.digests.platforms == ("linux/arm64",)

    def test_a_place_is_replaced_by_the_same_one(self) -> None:
        place = "{group: a.io, kind: %s, path: spec.image, digest: %s}"
        base = f"spec: {{fields: [{place % ('A', 'none')}, {place % ('B', 'none')}]}}\n"
        first = f"spec: {{extends: [base], fields: [{place % ('A', 'whole')}]}}\n"
        found = merged(first, {"base": base}).fields
        assert [(it.kind, it.digest) for it in found] == [("B", "none"), ("A", "whole")]

    def test_a_lock_of_a_file_below_is_of_no_use_where_none_is_read(self) -> None:
        files = {"base": "spec: {digests: {lockFile: x}}\n"}
        it = merged("spec: {extends: [base], digests: {mode: require}}\n", files)
        assert it.digests.mode == "require"


class TestPaths:
    BASE = "spec: {digests: {lockFile: %s}, pullSecrets: {templates: [a.j2, b/c.j2]}}\n"

    def test_start_at_the_folder_of_their_file(self) -> None:
        it = merged("spec: {extends: [../../base]}\n", {"../../base": self.BASE % "x.yaml"})
        assert it.digests.lock_file == "../../x.yaml"
        assert it.pull_secrets.templates == ("../../a.j2", "../../b/c.j2")
        assert it.positions == {
            "spec.digests.lockFile": Position(file="../../base", line=3, column=28),
            "spec.pullSecrets.templates": Position(file="../../base", line=3, column=62),
        }

    def test_start_at_each_folder_on_the_way(self) -> None:
        files = {
            "../mid/c.yaml": "spec: {extends: [sub/base]}\n",
            "../mid/sub/base": self.BASE % "x",
        }
        it = merged("spec: {extends: [../mid/c.yaml]}\n", files)
        assert it.digests.lock_file == "../mid/sub/x"

    def test_of_the_first_file_stay(self) -> None:
        first = "spec: {extends: [../base], digests: {lockFile: y}}\n"
        it = merged(first, {"../base": self.BASE % "x"})
        assert it.digests.lock_file == "y"
        assert list(it.positions) == ["spec.pullSecrets.templates"]

    def test_that_are_absolute_stay_refused(self) -> None:
        assert problems("spec: {extends: [../base]}\n", {"../base": self.BASE % "/x"}) == [
            '../base:3:28: error: `spec.digests.lockFile` is "/x": expected a file, by its '
            "path from the configuration's folder (bad-path)"
        ]


class TestFiles:
    def test_that_lead_back(self) -> None:
        files = {"a": "spec: {extends: [b]}\n", "b": "spec: {extends: [a]}\n"}
        assert problems("spec: {extends: [a]}\n", files) == [
            "b:3:18: error: `spec.extends[0]` leads back to a file: a -> b -> a (extends-cycle)"
        ]

    def test_that_are_met_twice_are_read_once(self) -> None:
        files = {
            "a": "spec: {extends: [c], unmatched: keep}\n",
            "b": "spec: {extends: [c]}\n",
            "c": "spec: {unmatched: warn, invalid: warn}\n",
        }
        assert merged("spec: {extends: [a, b]}\n", files).unmatched == "warn"
        assert merged("spec: {extends: [b, a]}\n", files).unmatched == "keep"

    def test_that_double_at_every_step_take_no_longer(self) -> None:
        files = {f"{at}": f"spec: {{extends: [{at + 1}, ./{at + 1}]}}\n" for at in range(60)}
        assert merged(
            "spec: {extends: ['0']}\n", {**files, "60": "spec: {invalid: warn}\n"}
        ).invalid

    def test_that_are_too_many(self) -> None:
        files = {f"{at}": f"spec: {{extends: ['{at + 1}']}}\n" for at in range(MAX_FILES + 1)}
        assert problems("spec: {extends: ['0']}\n", files) == [
            f"{MAX_FILES - 1}:3:18: error: `spec.extends[0]` is one of more than {MAX_FILES} "
            "files (too-many-files)"
        ]

    def test_that_are_missing_are_told_with_what_else_is_wrong(self) -> None:
        files = {"a": "spec: {nodes: 1, mode: on}\n"}
        assert problems("spec: {extends: [a, b], unmatched: no}\n", files) == [
            "a:3:8: error: `spec.nodes` is set, and there is no such key (unknown-key)",
            "  hint: did you mean mode?",
            'a:3:24: error: `spec.mode` is "on": expected one of transform, check (bad-value)',
            "c.yaml:3:21: error: `spec.extends[1]` is not there: b (missing-file)",
            'c.yaml:3:36: error: `spec.unmatched` is "no": expected one of fail, warn, keep '
            "(bad-value)",
        ]

    def test_of_which_one_is_no_configuration(self) -> None:
        with pytest.raises(ConfigError) as caught:
            merged("spec: {extends: [a]}\n", {"a": "spec: [\n"})
        assert str(caught.value).startswith("a:")

    def test_as_config_maps(self) -> None:
        files = {"a": "spec: {invalid: warn}\n"}
        data = "{extends: '[a]', mirrors: '[{source: a.io, target: b.io}]'}"
        text = f"apiVersion: v1\nkind: ConfigMap\ndata: {data}\n"
        it = parse_config("c.yaml", text, ".", load=Files(files))
        assert (it.invalid, it.rules[0].label) == ("warn", "mirrors[0]")

    def test_are_not_read_by_the_library(self) -> None:
        with pytest.raises(ConfigError) as caught:
            parse_config("c.yaml", f"{HEAD}spec: {{extends: [a]}}\n", ".")
        assert str(caught.value) == (
            "c.yaml:3:8: error: `spec.extends` is set where no files are read (no-files)"
        )


SOURCES = st.sampled_from(["docker.io", "quay.io", "*.gcr.io", "ghcr.io/acme"])
SCOPES = st.sampled_from(["", ", where: {kinds: [DaemonSet]}", ", where: {namespaces: [a, b*]}"])
RULES = st.builds(
    lambda source, scope, to: (f'"{source}"', f"m.io/{to}", scope),
    SOURCES,
    SCOPES,
    st.sampled_from("ab"),
)
MORE = st.sampled_from(
    [
        "",
        "unmatched: warn",
        "digests: {lockFile: a/l.yaml}",
        "digests: {keepTag: false}",
        "pullSecrets: {names: [x], templates: [t.j2]}",
        "pullSecrets: {names: []}",
        "strings: {env: ['A_*', \"b\\u2028\"], pin: true}",
        "report: ",
    ]
)
SPECS = st.tuples(st.lists(RULES, max_size=3, unique_by=lambda it: (it[0], it[2])), MORE)


@given(SPECS, SPECS, SPECS)
def test_what_is_printed_is_a_configuration_that_says_the_same(
    first: tuple[list[tuple[str, str, str]], str],
    second: tuple[list[tuple[str, str, str]], str],
    third: tuple[list[tuple[str, str, str]], str],
) -> None:
    def text(of: tuple[list[tuple[str, str, str]], str], extends: str) -> str:
        return spec(*(rule(*it) for it in of[0]), extends=extends, more=of[1] and f", {of[1]}")

    files = Files({"../a/b.yaml": text(second, "../c.yaml"), "../c.yaml": text(third, "")})
    whole = HEAD + text(first, "../a/b.yaml")
    config = parse_config("c.yaml", whole, ".", load=files)
    document, slot = read_one("c.yaml", whole)
    printed = as_yaml(specification(slot, document, load=files), "c.yaml")
    assert plain(parse_config("c.yaml", printed, ".")) == plain(config)
    # On top of itself it stays what it is.
    again = Files({**files.files, "again": text(first, "../a/b.yaml")})
    top = parse_config("c.yaml", f"{HEAD}spec: {{extends: [again]}}\n", ".", load=again)
    assert plain(top) == plain(config)


def plain(config: Config) -> Config:
    nowhere = Position(file="")
    rules = tuple(replace(it, position=nowhere, written="") for it in config.rules)
    return replace(config, rules=rules, positions={})


def test_a_section_without_a_specification() -> None:
    document, slot = read_one("c.yaml", f"{HEAD}spec:\n")
    found = specification(slot, document)
    assert isinstance(found, Section)
    assert as_yaml(found, "c.yaml") == f"# c.yaml\n{HEAD}spec: {{}}\n"

"""Files of others as rules: what is one, and what is named because it is none."""

from __future__ import annotations

import pytest

from transformer.config.imports.mapped import Text
from transformer.config.imports.read import joined, read_rules
from transformer.config.mirrors import Rule
from transformer.errors import ConfigError, Position


def text(content: str, name: str = "a.yaml", folder: str = "docker.io", *accept: str) -> Text:
    base = name.rpartition("/")[2]
    return Text(name=name, folder=folder, base=base, text=content, accept=frozenset(accept))


def rules(*texts: Text) -> list[str]:
    """The rules of files in a line each: the source, and what becomes of it."""
    return list(map(_line, joined((), read_rules(texts))))


def _line(rule: Rule) -> str:
    by = {"digests": " by digest", "tags": " by tag"}.get(rule.only, "")
    action = ", ".join(rule.targets) or rule.target or ("keep" if rule.keep else "block")
    if rule.template is not None:
        action = rule.template.text
    last = ", keep" if rule.on_absent == "keep" else ""
    return f"{rule.source}{by} -> {action}{last}"


def errors(*texts: Text) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        joined((), read_rules(texts))
    return [line for it in caught.value.problems for line in it.lines]


def idms(*sets: str, kind: str = "ImageDigestMirrorSet", key: str = "imageDigestMirrors") -> str:
    lines = "".join(f"  - {it}\n" for it in sets)
    head = f"apiVersion: config.openshift.io/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n"
    return f"{head}  {key}:\n{lines}"


def itms(*sets: str) -> str:
    return idms(*sets, kind="ImageTagMirrorSet", key="imageTagMirrors")


A = "{source: quay.io/a, mirrors: [m.io/a]}"
AB = "{source: quay.io, mirrors: [a.io, b.io]}"
ACCEPT = ("digests-only", "several-mirrors")


class TestOpenShift:
    """openshift/runtime-utils, pkg/registries/registries_test.go."""

    def test_both_kinds_make_a_rule(self) -> None:
        assert rules(text(f"{idms(A)}---\n{itms(A)}")) == ["quay.io/a -> m.io/a"]

    def test_a_list_holds_objects(self) -> None:
        items = "".join(f"- {_indented(it)}" for it in (idms(A), itms(A)))
        assert rules(text(f"apiVersion: v1\nkind: List\nitems:\n{items}")) == [
            "quay.io/a -> m.io/a"
        ]
        assert rules(text("apiVersion: v1\nkind: List\n")) == []

    def test_json_is_yaml(self) -> None:
        spec = '{"imageTagMirrors": [{"source": "quay.io", "mirrors": ["m.io"]}]}'
        head = '"apiVersion": "config.openshift.io/v1", "kind": "ImageTagMirrorSet"'
        found = text(f'{{{head}, "spec": {spec}}}', "a.json", "", "tags-only")
        assert rules(found) == ["quay.io -> m.io"]

    def test_images_by_digest_alone_have_a_rule_of_their_own(self) -> None:
        assert rules(text(idms(A))) == ["quay.io/a by digest -> m.io/a", "quay.io/a by tag -> keep"]
        assert rules(text(idms(A), "a.yaml", "", "digests-only")) == ["quay.io/a -> m.io/a"]

    def test_images_by_tag_alone_have_a_rule_of_their_own(self) -> None:
        never = f"{A[:-1]}, mirrorSourcePolicy: NeverContactSource}}"
        assert rules(text(itms(never))) == [
            "quay.io/a by digest -> block",
            "quay.io/a by tag -> m.io/a",
        ]
        assert rules(text(itms(A), "a.yaml", "", "tags-only")) == ["quay.io/a -> m.io/a"]

    def test_both_kinds_may_have_mirrors_of_their_own(self) -> None:
        both = f"{idms(A)}---\n{itms('{source: quay.io/a, mirrors: [n.io, o.io]}')}"
        assert rules(text(both)) == [
            "quay.io/a by digest -> m.io/a",
            "quay.io/a by tag -> n.io, o.io, keep",
        ]

    def test_several_mirrors_are_targets(self) -> None:
        never = f"{AB[:-1]}, mirrorSourcePolicy: NeverContactSource}}"
        assert rules(text(f"{idms(AB)}---\n{itms(AB)}")) == ["quay.io -> a.io, b.io, keep"]
        assert rules(text(f"{idms(never)}---\n{itms(never)}")) == ["quay.io -> a.io, b.io"]

    def test_a_content_source_policy_is_for_digests(self) -> None:
        content = idms(A, kind="ImageContentSourcePolicy", key="repositoryDigestMirrors")
        content = content.replace("config.openshift.io/v1", "operator.openshift.io/v1alpha1")
        assert rules(text(content, "a.yaml", "", "digests-only")) == ["quay.io/a -> m.io/a"]

    @pytest.mark.parametrize(
        ("sets", "first"),
        [
            # What two objects say together, and what the order of their names decides.
            ([["b.io", "c.io"], ["a.io", "b.io"]], "a.io"),
            ([["a.io", "b.io"], ["b.io", "c.io"]], "a.io"),
            ([["c.io"], ["b.io"]], "b.io"),
            ([["z.io", "a.io"], ["b.io"]], "b.io"),
            ([["quay.io", "a.io"]], "keep"),
            ([["quay.io"], ["a.io"]], "a.io"),
        ],
    )
    def test_objects_of_one_source_are_merged(self, sets: list[list[str]], first: str) -> None:
        objects = [idms(f"{{source: quay.io, mirrors: [{', '.join(names)}]}}") for names in sets]
        found = text("---\n".join(objects), "a.yaml", "", *ACCEPT)
        assert rules(found) == [f"quay.io -> {first}"]

    @pytest.mark.parametrize("mirrors", ["[]", "[quay.io]"])
    def test_a_set_without_a_mirror_counts_for_nothing(self, mirrors: str) -> None:
        assert rules(text(idms(f"{{source: quay.io, mirrors: {mirrors}}}"))) == []

    def test_files_are_merged_as_well(self) -> None:
        assert rules(text(idms(A)), text(itms(A), "b.yaml")) == ["quay.io/a -> m.io/a"]

    @pytest.mark.parametrize(
        ("content", "lines"),
        [
            pytest.param(
                f"{idms(AB)}---\n{idms('{source: quay.io, mirrors: [b.io, a.io]}')}",
                [
                    "a.yaml:13:5: error: `spec.imageDigestMirrors[0]` orders mirrors against "
                    'other sets of "quay.io": a.io, b.io (contradiction)',
                ],
                id="circle",
            ),
            pytest.param(
                f"{idms(A)}---\n" + itms(f"{A[:-1]}, mirrorSourcePolicy: NeverContactSource}}"),
                [
                    "a.yaml:13:5: error: `spec.imageTagMirrors[0]` has another "
                    "`mirrorSourcePolicy` than the set at a.yaml:6:5 (contradiction)",
                    "  hint: OpenShift refuses to choose",
                ],
                id="policies",
            ),
            pytest.param(
                idms(
                    "{source: a.io, mirrors: [a.io, b.io], mirrorSourcePolicy: NeverContactSource}"
                ),
                [
                    "a.yaml:6:5: error: `spec.imageDigestMirrors[0]` has its source among "
                    "its mirrors with NeverContactSource (contradiction)",
                    'a.yaml:6:5: error: has 2 mirrors for "a.io": expected one (several-mirrors)',
                    "  hint: a rule gives one name: `accept: [several-mirrors]` takes the first",
                ],
                id="never-and-source",
            ),
            pytest.param(
                idms("{source: '', mirror: [b.io]}").replace("/v1", "/v2"),
                [
                    'a.yaml:1:13: error: `apiVersion` is "config.openshift.io/v2": expected '
                    "config.openshift.io/v1 (bad-version)",
                    "a.yaml:6:18: error: `spec.imageDigestMirrors[0].mirror` is set, and "
                    "there is no such key (unknown-key)",
                    "  hint: did you mean mirrors?",
                    "a.yaml:6:14: error: `spec.imageDigestMirrors[0].source` is empty: "
                    "expected a value (empty)",
                ],
                id="unknown-key",
            ),
            pytest.param(
                "kind: ImageTagMirrorSet\nspec: {imageTagMirrors: [{}]}",
                [
                    "a.yaml:1:1: error: lacks the key `apiVersion` (missing-key)",
                    "a.yaml:2:26: error: `spec.imageTagMirrors[0]` lacks the key `source` "
                    "(missing-key)",
                ],
                id="missing-keys",
            ),
        ],
    )
    def test_what_is_no_rule(self, content: str, lines: list[str]) -> None:
        assert errors(text(content)) == lines


def _indented(content: str) -> str:
    return content.replace("\n", "\n  ")[:-2]


class TestFiles:
    KNOWN = (
        "ImageDigestMirrorSet, ImageTagMirrorSet, ImageContentSourcePolicy, registries.yaml or a "
        "kustomization with images"
    )

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            ("kind: Pod", f'a.yaml:1:1: error: is "Pod": expected {KNOWN} (bad-kind)'),
            ("a: b", f"a.yaml:1:1: error: is of no kind: expected {KNOWN} (bad-kind)"),
            ("", f"a.yaml: error: is empty: expected {KNOWN} (empty)"),
            ("- a", "a.yaml:1:1: error: is a list: expected a mapping (wrong-type)"),
            (
                "mirrors: {}\nmirrors: {}",
                "a.yaml:2:1: error: `mirrors` is repeated: it stands in line 1 too (repeated-key)",
            ),
        ],
    )
    def test_of_another_kind(self, content: str, line: str) -> None:
        assert errors(text(content))[0] == line

    def test_that_are_no_yaml_are_named(self) -> None:
        (line,) = errors(text("a: [b"))
        assert line.startswith("a.yaml:1:6: error: is not YAML: ")
        assert line.endswith(" (yaml)")

    def test_that_say_the_same_make_one_rule(self) -> None:
        mirrors = text("mirrors: {quay.io: {endpoint: [https://m.io]}}", "r.yaml")
        hosts = text('server = "https://m.io"', "quay.io/hosts.toml", "quay.io")
        assert rules(mirrors, hosts) == ["quay.io -> m.io"]

    def test_that_contradict_each_other_are_named(self) -> None:
        mirrors = text("mirrors: {quay.io: {endpoint: [https://m.io]}}", "r.yaml")
        hosts = text('server = "https://n.io"', "quay.io/hosts.toml", "quay.io")
        assert errors(mirrors, hosts) == [
            'quay.io/hosts.toml:1:1: error: says another of "quay.io" than r.yaml:1:11 does '
            "(contradiction)"
        ]

    def test_that_lead_in_a_circle_are_named(self) -> None:
        content = "mirrors: {a.io: {endpoint: [https://b.io]}, b.io: {endpoint: [https://a.io]}}"
        assert errors(text(content)) == [
            'a.yaml:1:11: error: `a.yaml:1:11` is the target of `a.yaml:1:45`: "a.io" '
            "(never-matches)",
            "  hint: images there are already mirrored, so the rule can never match",
            'a.yaml:1:45: error: `a.yaml:1:45` is the target of `a.yaml:1:11`: "b.io" '
            "(never-matches)",
            "  hint: images there are already mirrored, so the rule can never match",
        ]

    @pytest.mark.parametrize(
        ("source", "mirror", "code"),
        [
            ("quay.io/", "https://m.io", "bad-source"),
            ("quay.io", "https://m", "bad-target"),
            ("quay.io", "https://m.io/v2/A", "bad-target"),
        ],
    )
    def test_with_names_that_are_none_are_named(self, source: str, mirror: str, code: str) -> None:
        (line, *_) = errors(text(f"mirrors: {{{source}: {{endpoint: ['{mirror}']}}}}"))
        assert line.endswith(f"({code})")


class TestJoined:
    def test_a_rule_of_the_configuration_counts_before_an_imported_one(self) -> None:
        own = Rule(index=0, source="quay.io", target="o.io", position=Position(file="c"))
        imported = read_rules([text("mirrors: {quay.io: {endpoint: [https://m.io]}}")], 1)
        assert joined([own], imported) == (own,)

    def test_a_rule_is_called_by_its_place(self) -> None:
        (rule,) = read_rules([text("mirrors: {quay.io: {endpoint: [https://m.io]}}")], 3)
        assert (rule.index, rule.label) == (3, "a.yaml:1:11")

from __future__ import annotations

import pytest

from transformer.config.mirrors import Rule
from transformer.config.rules import read_rules, read_secret_names
from transformer.config.scope import Where
from transformer.errors import Position
from transformer.yamltext.load import Lines, read_one
from transformer.yamltext.values import Setting


def read(text: str) -> tuple[tuple[Rule, ...], list[str]]:
    """The rules of a list, and the lines of what is wrong with them."""
    document, slot = read_one("c.yaml", "mirrors:\n" + text)
    root = Setting(Lines(document), [], "", slot)
    rules = read_rules(root.values()["mirrors"].items())
    return rules, [line for problem in root.problems for line in str(problem).split("\n")]


def problems(text: str) -> list[str]:
    return read(text)[1]


def test_a_rule_of_each_kind() -> None:
    rules, found = read(
        "- {source: docker.io, target: m.io/hub, pullSecrets: [pull, pull.2-b]}\n"
        "- source: '*.gcr.io'\n"
        "  template: |\n"
        "    m.io/gcr/{{ host | slug }}/{{ repository }}\n"
        "- {source: m.io/own, keep: true, block: false}\n"
        "- {source: docker.io/evil, block: true}\n"
    )
    assert found == []
    template = rules[1].template
    assert template is not None
    assert rules == (
        Rule(
            index=0,
            source="docker.io",
            target="m.io/hub",
            pull_secrets=("pull", "pull.2-b"),
            position=Position(file="c.yaml", line=2, column=3),
        ),
        Rule(
            index=1,
            source="*.gcr.io",
            template=template,
            position=Position(file="c.yaml", line=3, column=3),
        ),
        Rule(
            index=2,
            source="m.io/own",
            keep=True,
            position=Position(file="c.yaml", line=6, column=3),
        ),
        Rule(
            index=3,
            source="docker.io/evil",
            block=True,
            position=Position(file="c.yaml", line=7, column=3),
        ),
    )
    assert template.prefix == "m.io/gcr"


def test_a_scope() -> None:
    rules, found = read(
        "- source: quay.io\n"
        "  target: edge.io/quay\n"
        "  where:\n"
        "    namespaces: [edge-*, core]\n"
        "    kinds: [DaemonSet]\n"
        "    containers: [agent]\n"
        "    selector: {matchLabels: {tier: edge, empty: ''}}\n"
        "- {source: quay.io, target: m.io/quay, where: {kinds: [Job]}}\n"
    )
    assert found == []
    assert [it.where for it in rules] == [
        Where(
            namespaces=("edge-*", "core"),
            kinds=("DaemonSet",),
            containers=("agent",),
            labels=(("tier", "edge"), ("empty", "")),
        ),
        Where(kinds=("Job",)),
    ]


def test_aliases_and_merge_keys() -> None:
    rules, found = read(
        "- &hub {source: docker.io, target: m.io, where: &where {kinds: [Job]}}\n"
        "- {<<: *hub, source: quay.io}\n"
        "- {source: ghcr.io, target: m.io, where: *where}\n"
    )
    assert found == []
    assert [(it.source, it.where) for it in rules] == [
        (source, Where(kinds=("Job",))) for source in ("docker.io", "quay.io", "ghcr.io")
    ]


SOURCE = "host[:port], host/path, host/path:tag, host/path@digest, *.host or *"
TARGET = "host[:port][/path], without tag and digest"
ONE_OF = "expected exactly one of target, targets, template, keep, block and sameAs"
NAME = "an object's name, of lower-case letters, digits, - and ."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "- {source: nginx, target: m.io}",
            [
                f'c.yaml:2:12: error: `mirrors[0].source` is "nginx": expected {SOURCE} '
                "(bad-source)",
                "  hint: did you mean docker.io/library/nginx?",
            ],
            id="short source",
        ),
        pytest.param(
            "- {source: 'docker.io/nginx:1', keep: true}",
            [
                'c.yaml:2:12: error: `mirrors[0].source` is "docker.io/nginx:1": expected a '
                "name that images have (never-matches)",
                "  hint: did you mean docker.io/library/nginx:1?",
            ],
            id="source that no image has",
        ),
        pytest.param(
            "- {target: m.io}",
            ["c.yaml:2:3: error: `mirrors[0]` lacks the key `source` (missing-key)"],
            id="no source",
        ),
        pytest.param(
            "- {source: [docker.io], target: m.io}",
            ["c.yaml:2:12: error: `mirrors[0].source` is a list: expected a string (wrong-type)"],
            id="list of sources",
        ),
        pytest.param(
            "- {source: docker.io, target: 'https://me:pw@m.io/x'}",
            [
                f'c.yaml:2:31: error: `mirrors[0].target` is "https://***@m.io/x": '
                f"expected {TARGET} "
                "(bad-target)",
                '  hint: leave out "https://"',
            ],
            id="target with scheme",
        ),
        pytest.param(
            "- {source: docker.io, target: }",
            ["c.yaml:2:31: error: `mirrors[0].target` is empty: expected a value (empty)"],
            id="null target",
        ),
        pytest.param(
            "- {source: docker.io, template: 'm.io/{{ hots }}'}",
            [
                'c.yaml:2:33: error: `mirrors[0].template` uses the variable "hots" (bad-template)',
                "  hint: did you mean host?",
            ],
            id="template",
        ),
        pytest.param(
            "- source: docker.io\n  template: |\n    m.io/{{ host }}\n    {{ 1 * 1 }}\n",
            [
                "c.yaml:3:13: error: `mirrors[0].template` uses * (line 2 of the template) "
                "(bad-template)"
            ],
            id="template of two lines",
        ),
        pytest.param(
            "- {source: docker.io, template: }",
            ["c.yaml:2:33: error: `mirrors[0].template` is empty: expected a value (empty)"],
            id="null template",
        ),
        pytest.param(
            "- {source: docker.io, keep: false}",
            [f"c.yaml:2:3: error: `mirrors[0]` has none of these: {ONE_OF} (bad-rule)"],
            id="no action",
        ),
        pytest.param(
            "- {source: docker.io, target: m.io, keep: true}",
            [f"c.yaml:2:3: error: `mirrors[0]` has target and keep: {ONE_OF} (bad-rule)"],
            id="two actions",
        ),
        pytest.param(
            "- {source: docker.io, template: 'm.io/{{ name }}', block: true, keep: true}",
            [
                f"c.yaml:2:3: error: `mirrors[0]` has template and keep and block: {ONE_OF} "
                "(bad-rule)"
            ],
            id="three actions",
        ),
        pytest.param(
            "- {source: docker.io, keep: yes, target: m.io}",
            ['c.yaml:2:29: error: `mirrors[0].keep` is "yes": expected true or false (wrong-type)'],
            id="yes",
        ),
        pytest.param(
            "- {source: docker.io, keep: true, allowDifferent: true}",
            [
                "c.yaml:2:35: error: `mirrors[0].allowDifferent` is set on a rule that keeps "
                "or blocks: there is no mirror to differ (bad-rule)"
            ],
            id="a difference without a mirror",
        ),
        pytest.param(
            "- {source: docker.io, block: true, pullSecrets: [a]}",
            [
                "c.yaml:2:36: error: `mirrors[0].pullSecrets` is set on a rule that blocks "
                "(bad-rule)"
            ],
            id="secrets of what is blocked",
        ),
        pytest.param(
            "- {source: docker.io, target: m.io, pullSecrets: [A_b, a, a, -a, '']}",
            [
                'c.yaml:2:59: error: `mirrors[0].pullSecrets[2]` is repeated: "a" (repeated-item)',
                (
                    "c.yaml:2:66: error: `mirrors[0].pullSecrets[4]` is empty: expected a value "
                    "(empty)"
                ),
                f'c.yaml:2:51: error: `mirrors[0].pullSecrets[0]` is "A_b": '
                f"expected {NAME} (bad-name)",
                f'c.yaml:2:62: error: `mirrors[0].pullSecrets[3]` is "-a": '
                f"expected {NAME} (bad-name)",
            ],
            id="names of secrets",
        ),
        pytest.param(
            "- {source: docker.io, target: m.io, pullSecret: a}",
            [
                "c.yaml:2:37: error: `mirrors[0].pullSecret` is set, and there is no such "
                "key (unknown-key)",
                "  hint: did you mean pullSecrets?",
            ],
            id="unknown key",
        ),
        pytest.param(
            "- docker.io",
            [
                "c.yaml:2:3: error: `mirrors[0]` is a string: expected a mapping (wrong-type)",
            ],
            id="string",
        ),
        pytest.param(
            "-",
            [
                f"c.yaml:2:2: error: `mirrors[0]` has none of these: {ONE_OF} (bad-rule)",
                "c.yaml:2:2: error: `mirrors[0]` lacks the key `source` (missing-key)",
            ],
            id="null",
        ),
        pytest.param(
            "- {source: docker.io, target: m.io, where: {}}",
            [
                "c.yaml:2:44: error: `mirrors[0].where` has nothing to go by: expected one "
                "of namespaces, kinds, containers, selector (empty)"
            ],
            id="empty scope",
        ),
        pytest.param(
            "- {source: docker.io, target: m.io, where: {kinds: [], namespaces: x, containers: }}",
            [
                "c.yaml:2:68: error: `mirrors[0].where.namespaces` is a string: expected a "
                "list (wrong-type)",
                "c.yaml:2:52: error: `mirrors[0].where.kinds` is empty: expected a value (empty)",
                (
                    "c.yaml:2:83: error: `mirrors[0].where.containers` is empty: expected a "
                    "value (empty)"
                ),
            ],
            id="scopes without items",
        ),
        pytest.param(
            "- {source: docker.io, target: m.io, where: {selector: {matchExpressions: []}}}",
            [
                "c.yaml:2:56: error: `mirrors[0].where.selector.matchExpressions` is set, "
                "and there is no such key (unknown-key)",
                "  hint: the keys here are matchLabels",
                "c.yaml:2:55: error: `mirrors[0].where.selector` lacks the key `matchLabels` "
                "(missing-key)",
            ],
            id="selector",
        ),
        pytest.param(
            "- {source: docker.io, target: m.io, where: {selector: {matchLabels: {}}}}",
            [
                "c.yaml:2:69: error: `mirrors[0].where.selector.matchLabels` is empty: "
                "expected a value (empty)"
            ],
            id="no labels",
        ),
    ],
)
def test_what_is_no_rule(text: str, expected: list[str]) -> None:
    rules, found = read(text)
    assert rules == ()
    assert found == expected


def own_source(prefix: str, source: str, key: str = "target", column: int = 31) -> list[str]:
    return [
        f"c.yaml:2:{column}: error: `mirrors[0].{key}` lies under the rule's own source: "
        f'"{prefix}" (loop)',
        f"  hint: it is under {source}, so every run would rewrite it again",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "- {source: docker.io, target: docker.io/acme}",
            own_source("docker.io/acme", "docker.io"),
            id="below",
        ),
        pytest.param(
            "- {source: m.io/a, target: m.io/a}",
            own_source("m.io/a", "m.io/a", column=28),
            id="same",
        ),
        pytest.param("- {source: m.io/a, target: m.io/ab}", [], id="no component border"),
        pytest.param("- {source: m.io, target: 'm.io:5000'}", [], id="another port"),
        pytest.param("- {source: m.io/a, target: m.io}", [], id="above"),
        pytest.param(
            "- {source: '*.m.io', target: a.m.io/b}",
            own_source("a.m.io/b", "*.m.io", column=30),
            id="host below a wildcard",
        ),
        pytest.param("- {source: '*.m.io', target: m.io/b}", [], id="bare host of a wildcard"),
        pytest.param(
            "- {source: 'm.io/a:1', target: m.io/a}",
            own_source("m.io/a", "m.io/a:1", column=32),
            id="the repository of a tag",
        ),
        pytest.param("- {source: 'm.io/a:1', target: m.io/a/b}", [], id="below a tag"),
        pytest.param(
            "- {source: m.io, template: 'm.io/a/{{ name }}'}",
            own_source("m.io/a", "m.io", key="template", column=28),
            id="template",
        ),
    ],
)
def test_targets_under_the_own_source(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def is_target(source: str, label: str, column: int = 12) -> list[str]:
    return [
        f"c.yaml:3:{column}: error: `mirrors[1].source` is the target of `{label}`: "
        f'"{source}" (never-matches)',
        "  hint: images there are already mirrored, so the rule can never match",
    ]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(
            "- {source: m.io/hub, target: n.io}", is_target("m.io/hub", "mirrors[0]"), id="target"
        ),
        pytest.param(
            "- {source: m.io/hub, keep: true}", is_target("m.io/hub", "mirrors[0]"), id="keep"
        ),
        pytest.param("- {source: m.io/hub/library, target: n.io}", [], id="more specific"),
        pytest.param("- {source: m.io, keep: true}", [], id="less specific"),
        pytest.param("- {source: 'm.io/hub:1', keep: true}", [], id="tag"),
    ],
)
def test_sources_that_are_targets(second: str, expected: list[str]) -> None:
    assert problems(f"- {{source: docker.io, target: m.io/hub}}\n{second}") == expected


def test_a_source_that_is_the_beginning_of_a_template() -> None:
    first = "- {source: docker.io, template: 'm.io/hub/{{ name }}'}"
    second = "- {source: m.io/hub, keep: true}"
    assert problems(f"{first}\n{second}") == is_target("m.io/hub", "mirrors[0]")


def repeats(line: int, index: int, label: str) -> list[str]:
    return [
        f"c.yaml:{line}:12: error: `mirrors[{index}].source` repeats the source of "
        f'`{label}`: "docker.io" (never-matches)',
        f"  hint: `{label}` covers all that this rule does, so it can never match",
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("", "", repeats(3, 1, "mirrors[0]"), id="twice"),
        pytest.param(", where: {kinds: [Job]}", "", [], id="scope and none"),
        pytest.param("", ", where: {kinds: [Job]}", [], id="none and scope"),
        pytest.param(
            ", where: {kinds: [Job]}",
            ", where: {kinds: [Job]}",
            repeats(3, 1, "mirrors[0]"),
            id="same scope",
        ),
        pytest.param(
            ", where: {kinds: [Job, Pod]}",
            ", where: {kinds: [Pod], namespaces: [a]}",
            repeats(3, 1, "mirrors[0]"),
            id="smaller scope behind",
        ),
        pytest.param(
            ", where: {kinds: [Pod], namespaces: [a]}",
            ", where: {kinds: [Job, Pod]}",
            [],
            id="larger scope behind",
        ),
        pytest.param(
            "",
            ", where: {namespaces: ['*']}",
            repeats(2, 0, "mirrors[1]"),
            id="a scope that is everything, before which nothing else comes",
        ),
    ],
)
def test_rules_that_others_cover(first: str, second: str, expected: list[str]) -> None:
    text = "\n".join(f"- {{source: docker.io, target: m.io{it}}}" for it in (first, second))
    assert problems(text) == expected


def test_what_is_wrong_with_one_rule_does_not_hide_the_next() -> None:
    rules, found = read(
        "- {source: docker.io, target: m.io}\n- {source: x, keep: true}\n"
        "- {source: docker.io, target: n.io}\n"
    )
    assert [it.index for it in rules] == [0, 2]
    assert [line.partition(":")[2].partition(" ")[0] for line in found if "error" in line] == [
        "3:12:",
        "4:12:",
    ]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a" * 253, id="longest"),
        pytest.param("0", id="digit"),
        pytest.param("a-b.c--d", id="hyphens and dots"),
    ],
)
def test_names_of_secrets(name: str) -> None:
    document, slot = read_one("c.yaml", f"[{name}]")
    setting = Setting(Lines(document), [], "names", slot)
    assert read_secret_names(setting) == (name,)
    assert setting.problems == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a" * 254, id="too long"),
        pytest.param("a.", id="dot at the end"),
        pytest.param("a-.b", id="hyphen before a dot"),
        pytest.param("a_b", id="underscore"),
        pytest.param("ä", id="other letter"),
    ],
)
def test_what_is_no_name_of_a_secret(name: str) -> None:
    document, slot = read_one("c.yaml", f"[{name}]")
    setting = Setting(Lines(document), [], "names", slot)
    read_secret_names(setting)
    assert [it.code for it in setting.problems] == ["bad-name"]


def test_no_list_of_secrets() -> None:
    assert read_secret_names(None) == ()

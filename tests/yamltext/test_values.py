from __future__ import annotations

import pytest

from transformer.errors import ConfigError, Position, Problem
from transformer.yamltext.load import Lines, read_one
from transformer.yamltext.values import Section, Setting, raise_problems


def setting(text: str) -> Setting:
    document, slot = read_one("c.yaml", text)
    return Setting(Lines(document), [], "", slot)


def value(text: str) -> Setting:
    return setting(f"a: {text}").values()["a"]


def problems(it: Setting) -> list[str]:
    return [line for problem in it.problems for line in str(problem).split("\n")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("word", "word", id="plain"),
        pytest.param("'word'", "word", id="quoted"),
        pytest.param("1e3", "1e3", id="no number is read"),
        pytest.param("true", "true", id="no boolean is read"),
        pytest.param("'null'", "null", id="quoted null"),
        pytest.param("|\n  word", "word", id="literal"),
        pytest.param("&x word\nb: *x", "word", id="anchor"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    it = value(text)
    assert it.text() == expected
    assert problems(it) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "c.yaml:1:3: error: `a` is empty: expected a value (empty)", id="nothing"),
        pytest.param("~", "c.yaml:1:4: error: `a` is empty: expected a value (empty)", id="null"),
        pytest.param(
            "''", ("c.yaml:1:4: error: `a` is empty: expected a value (empty)"), id="no characters"
        ),
        pytest.param(
            "[x]",
            "c.yaml:1:4: error: `a` is a list: expected a string (wrong-type)",
            id="list",
        ),
        pytest.param(
            "{x: y}",
            "c.yaml:1:4: error: `a` is a mapping: expected a string (wrong-type)",
            id="mapping",
        ),
    ],
)
def test_what_is_no_text(text: str, problem: str) -> None:
    it = value(text)
    assert it.text() == ""
    assert problems(it) == [problem]


def test_a_text_may_be_allowed_to_be_empty() -> None:
    assert value("''").text(may_be_empty=True) == ""
    it = value("")
    assert it.text(may_be_empty=True) == ""
    assert problems(it) == ["c.yaml:1:3: error: `a` is empty: expected a value (empty)"]


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        pytest.param("warn", "warn", [], id="the second"),
        pytest.param("'fail'", "fail", [], id="the first, quoted"),
        pytest.param(
            "wran",
            "fail",
            [
                'c.yaml:1:4: error: `a` is "wran": expected one of fail, warn (bad-value)',
                "  hint: did you mean warn?",
            ],
            id="a slip",
        ),
        pytest.param(
            "Never",
            "fail",
            ['c.yaml:1:4: error: `a` is "Never": expected one of fail, warn (bad-value)'],
            id="another word",
        ),
        pytest.param(
            "[warn]",
            "fail",
            ["c.yaml:1:4: error: `a` is a list: expected a string (wrong-type)"],
            id="list",
        ),
    ],
)
def test_choices(text: str, expected: str, found: list[str]) -> None:
    it = value(text)
    assert it.choice(("fail", "warn")) == expected
    assert problems(it) == found


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        pytest.param("true", True, [], id="true"),
        pytest.param("false", False, [], id="false"),
        pytest.param(
            "yes",
            False,
            ['c.yaml:1:4: error: `a` is "yes": expected true or false (wrong-type)'],
            id="a word of YAML 1.1",
        ),
        pytest.param(
            "True",
            False,
            ['c.yaml:1:4: error: `a` is "True": expected true or false (wrong-type)'],
            id="upper case",
        ),
        pytest.param(
            '"true"',
            False,
            [
                "c.yaml:1:4: error: `a` is a string: expected true or false (wrong-type)",
                "  hint: leave out the quotes",
            ],
            id="quoted",
        ),
        pytest.param(
            "",
            False,
            [('c.yaml:1:3: error: `a` is "": expected true or false (wrong-type)')],
            id="null",
        ),
        pytest.param(
            "{}",
            False,
            ["c.yaml:1:4: error: `a` is a mapping: expected true or false (wrong-type)"],
            id="mapping",
        ),
    ],
)
def test_flags(text: str, expected: bool, found: list[str]) -> None:
    it = value(text)
    assert it.flag() is expected
    assert problems(it) == found


def test_items_have_their_path_and_position() -> None:
    it = value("[x, [y]]")
    first, second = it.items()
    assert (first.path, second.path, second.items()[0].path) == ("a[0]", "a[1]", "a[1][0]")
    assert second.position == Position(file="c.yaml", line=1, column=8)
    assert problems(it) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [], id="null is an empty list"),
        pytest.param(
            "x",
            ["c.yaml:1:4: error: `a` is a string: expected a list (wrong-type)"],
            id="string",
        ),
        pytest.param(
            "{x: y}",
            ["c.yaml:1:4: error: `a` is a mapping: expected a list (wrong-type)"],
            id="mapping",
        ),
    ],
)
def test_what_has_no_items(text: str, found: list[str]) -> None:
    it = value(text)
    assert it.items() == ()
    assert problems(it) == found


def test_texts_of_a_list() -> None:
    it = value("[x, y, x, [], '']")
    assert list(it.texts()) == ["x", "y"]
    assert it.texts()["y"].path == "a[1]"
    assert problems(it)[:3] == [
        'c.yaml:1:11: error: `a[2]` is repeated: "x" (repeated-item)',
        "c.yaml:1:14: error: `a[3]` is a list: expected a string (wrong-type)",
        "c.yaml:1:18: error: `a[4]` is empty: expected a value (empty)",
    ]


def test_values_follow_aliases_and_merge_keys() -> None:
    root = setting("base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}\nsame: *b\n")
    more = root.values()["more"].values()
    assert {name: it.text() for name, it in more.items()} == {"y": "3", "x": "1"}
    assert list(root.values()["same"].values()) == ["x", "y"]
    assert problems(root) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [], id="null is an empty mapping"),
        pytest.param(
            "x",
            ["c.yaml:1:4: error: `a` is a string: expected a mapping (wrong-type)"],
            id="string",
        ),
        pytest.param(
            "[x]",
            ["c.yaml:1:4: error: `a` is a list: expected a mapping (wrong-type)"],
            id="list",
        ),
    ],
)
def test_what_has_no_values(text: str, found: list[str]) -> None:
    it = value(text)
    assert it.values() == {}
    assert problems(it) == found


def test_keys_that_are_not_known() -> None:
    it = value("\n  mode: x\n  mdoe: x\n  '': x\n  \"a\\nb\": x")
    assert list(it.section(("mode", "mirrors")).values) == ["mode", "mdoe", "", "a\nb"]
    assert problems(it) == [
        "c.yaml:3:3: error: `a.mdoe` is set, and there is no such key (unknown-key)",
        "  hint: did you mean mode?",
        "c.yaml:4:3: error: `a.` is set, and there is no such key (unknown-key)",
        "  hint: the keys here are mode, mirrors",
        "c.yaml:5:3: error: `a.a\\nb` is set, and there is no such key (unknown-key)",
        "  hint: the keys here are mode, mirrors",
    ]


def test_repeated_keys_are_found_at_any_depth() -> None:
    root = setting("a: 1\nb:\n- {c: 1, c: 2}\n- &x\n  d: [{e: 1, e: 2}]\n- *x\na: 2\n")
    root.check_keys()
    assert sorted(problems(root)) == [
        "c.yaml:3:10: error: `b[0].c` is repeated: it stands in line 3 too (repeated-key)",
        "c.yaml:5:14: error: `b[1].d[0].e` is repeated: it stands in line 5 too (repeated-key)",
        "c.yaml:7:1: error: `a` is repeated: it stands in line 1 too (repeated-key)",
    ]


def test_keys_that_are_no_strings() -> None:
    root = setting("a:\n  ? [b]\n  : c\n  d: e\n")
    root.check_keys()
    assert problems(root) == [
        "c.yaml:2:5: error: `a` has keys that are no strings (complex-key)",
    ]
    assert list(root.values()["a"].values()) == ["d"]


def test_the_root_has_no_path() -> None:
    root = setting("[]")
    root.values()
    assert problems(root) == [
        "c.yaml:1:1: error: is a list: expected a mapping (wrong-type)",
    ]


def test_what_a_section_lacks_reads_as_its_default() -> None:
    root = setting("a:\n")
    section = root.values()["a"].section(("b",))
    assert section.get("b") is None
    assert section.choice("b", ("x", "y")) == "x"
    assert section.flag("b") is False
    assert section.flag("b", default=True) is True
    assert section.items("b") == ()
    assert section.texts("b") == {}
    assert section.section("b", ("c",)).values == {}
    assert section.require("b") is None
    assert problems(root) == ["c.yaml:1:3: error: `a` lacks the key `b` (missing-key)"]


def test_what_a_section_has() -> None:
    root = setting("{b: 'y', c: true, d: [x], e: {f: x}}")
    section = Section(root, root.values(), ("b", "c", "d", "e"))
    assert section.choice("b", ("x", "y")) == "y"
    assert section.flag("c") is True
    assert [it.text() for it in section.items("d")] == ["x"]
    assert list(section.texts("d")) == ["x"]
    assert list(section.section("e", ("f",)).values) == ["f"]
    assert section.require("b") is section.get("b") is not None
    assert problems(root) == []


def test_problems_are_raised_in_the_order_of_the_text() -> None:
    found = [
        Problem(code="x", message="behind", position=Position(file="c", line=2, column=1)),
        Problem(code="x", message="before", position=Position(file="c", line=1, column=9)),
        Problem(code="x", message="nowhere"),
    ]
    with pytest.raises(ConfigError) as caught:
        raise_problems(found)
    assert [it.message for it in caught.value.problems] == ["nowhere", "before", "behind"]
    raise_problems([])

"""Every format over every payload: each output is read by a parser, and holds nothing raw."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.helpers.payload import PAYLOAD, raw
from tests.helpers.runs import HUB, config, pod
from transformer.cli.options import REPORTS
from transformer.config.schemas import read
from transformer.errors import Position, Problem, Severity
from transformer.messages import one_line
from transformer.model import Resource, Result
from transformer.pipeline import transform
from transformer.records import replace
from transformer.report import formats
from transformer.report.findings import Findings, Subject
from transformer.report.formats import written
from transformer.report.formats.github import MAX_ANNOTATIONS
from transformer.report.formats.markdown import MAX_MARKDOWN
from transformer.report.formats.sarif import MAX_RESULTS
from transformer.report.image_tables import COLUMNS, as_csv, as_markdown
from transformer.report.images import Image, list_images

FORMATS = REPORTS[1:]
PAYLOADS = {
    "a pipe": "a | b",
    "a script": "<script>alert(1)</script>",
    "a command": "::error::x",
    "lines": "a\n::set-output name=x::y\r\nb",
    "an escape": "\x1b[31m\x9b",
    "the end of CDATA": "a]]>b",
    "quotes": "a\"b'c`d``e",
    "a formula": "=cmd|' /C calc'!A0",
    "an address": "-1+2@3",
    "a link": "[a](https://b.example) www.b.example <https://b.example>",
    "a mention": "@org/team #1 a@b.example",
    "percent": "100%0A::error::x%",
    "entities": "&lt;&#124;&amp;",
    "backslashes": "\\| \\n \\",
    "a property": "a,line=1:b",
    "no XML": "\x00\x0b\ufffe\ud800",
    "braces": "{0} ${{ secrets.X }} $x^2$",
    "a path": "../a b/ü?#%.yaml",
    "everything": PAYLOAD,
}


def result(text: str, severity: Severity = "error", hint: str = "") -> Result:
    return Result(
        problem=Problem(
            code="no-rule",
            message=text,
            severity=severity,
            position=Position(file=text, line=3, column=5),
            hint=hint,
        ),
        resource=Resource(api_version=text, kind=text, namespace=text, name=text),
        field=text,
        current=text,
        proposed=text,
    )


def findings(*results: Result, summary: str = "check failed") -> Findings:
    return Findings(
        command="check",
        failed=True,
        results=results,
        subjects=(Subject(file="a.yaml", name="Pod a"), Subject(file="b.yaml")),
        summary=summary,
    )


def hostile(text: str) -> Findings:
    made = findings(result(text, hint=text), result(text, "warning"), summary=text)
    return replace(made, subjects=(Subject(file=text, name=text),))


def data(name: str, found: Findings) -> Any:  # noqa: ANN401
    return json.loads(written(name, found))


def test_each_format_is_a_module() -> None:
    folder = Path(str(formats.__file__)).parent
    modules = {it.stem for it in folder.glob("*.py")} - {"__init__"}
    assert modules == set(FORMATS)
    assert REPORTS[0] == "text"


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
class TestPayloads:
    @pytest.mark.parametrize("name", FORMATS)
    def test_nothing_is_raw(self, name: str, text: str) -> None:
        output = written(name, hostile(text))
        assert output.endswith("\n")
        lines = "\n".join(it for it in output.split("\n") if not is_own_command(name, it))
        assert raw(lines) == []
        assert all(it.isprintable() for it in output.split("\n"))

    def test_json(self, text: str) -> None:
        found = data("json", hostile(text))
        jsonschema.validate(found, json.loads(read("report")))
        first = found["problems"][0]
        assert (first["message"], first["hint"]) == (one_line(text), one_line(text))
        assert first["place"] == {"file": text, "line": 3, "column": 5}
        assert first["object"]["name"] == first["current"] == text

    def test_github(self, text: str) -> None:
        commands = [annotation(it) for it in written("github", hostile(text)).splitlines()]
        assert [it[0] for it in commands] == ["error", "warning"]
        _, properties, message = commands[0]
        assert properties == {
            "file": one_line(text.removeprefix("./")),
            "line": "3",
            "col": "5",
            "title": "no-rule",
        }
        assert message == f"{one_line(text)}\nhint: {one_line(text)}"

    def test_gitlab(self, text: str) -> None:
        first, second = data("gitlab", hostile(text))
        assert first["description"] == f"{one_line(text)}; hint: {one_line(text)}"
        assert first["location"] == {"path": one_line(text), "lines": {"begin": 3}}
        assert (first["severity"], second["severity"]) == ("major", "minor")
        assert first["fingerprint"] != second["fingerprint"]

    def test_junit(self, text: str) -> None:
        root = ElementTree.fromstring(written("junit", hostile(text)).encode())
        cases = {it.get("name"): it for it in root.iter("testcase")}
        name = one_line(f"{text} {text}/{text}".strip())
        case = cases[name]
        assert case.get("classname") == one_line(text)
        (failure,) = case.iter("failure")
        assert failure.get("message") == one_line(text)
        assert failure.text == "\n".join(hostile(text).results[0].lines)

    def test_sarif(self, text: str) -> None:
        (run,) = data("sarif", hostile(text))["runs"]
        first = run["results"][0]
        line = one_line(text)
        escaped = line.replace("[", "\\[").replace("]", "\\]") if "](" in line else line
        assert first["message"]["text"] == f"{escaped}\nhint: {escaped}"
        uri = first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[\w.~/!$&'()*+,;=@-]|%[0-9A-F]{2})+", uri, re.ASCII)

    def test_markdown(self, text: str) -> None:
        lines = written("markdown", hostile(text)).splitlines()
        rows = [cells(it) for it in lines if it.startswith("| error")]
        (row,) = rows
        where = f"{text}:3:5"
        what = f"{one_line(text).strip()}<br>hint: {one_line(text).strip()}"
        assert row[0] == "error"
        assert row[1:3] == [plain(where), plain(f"{text} {text}/{text}")]
        assert row[3].replace("<br>", "\n").split("\n") == what.split("<br>") or "<br>" in text
        assert row[4] == "`no-rule`"

    def test_tables_of_images(self, text: str) -> None:
        image = Image(
            written=text, source=text, final=text, code="a", rule=text, reason=text, sites=()
        )
        head, row = csv.reader(io.StringIO(as_csv([image]), newline=""))
        assert tuple(head) == COLUMNS
        line = one_line(text)
        assert row[0] == (f"'{line}" if line[0] in "=+-@" else line)
        assert row[0][0] not in "=+-@\t\r"
        assert cells(as_markdown([image]).splitlines()[2])[0] == plain(text)


def plain(text: str) -> str:
    return one_line(text).strip()


def is_own_command(name: str, line: str) -> bool:
    return name == "github" and line.startswith(("::error file=", "::warning file="))


def annotation(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command, as the runner of GitHub Actions reads it (ActionCommand.TryParseV2)."""
    assert line.startswith("::")
    end = line.index("::", 2)
    level, _, given = line[2:end].partition(" ")
    pairs = (it.split("=", 1) for it in given.split(",") if it)
    properties = {key: unescaped(value, ("%0D", "%0A", "%3A", "%2C")) for key, value in pairs}
    return level, properties, unescaped(line[end + 2 :], ("%0D", "%0A"))


def unescaped(text: str, codes: tuple[str, ...]) -> str:
    for code in codes:
        text = text.replace(code, chr(int(code[1:], 16)))
    return text.replace("%25", "%")


def cells(line: str) -> list[str]:
    """The cells of a row, as text; no mark of Markdown may be left in one of what users wrote."""
    assert line.startswith("| ")
    assert line.endswith(" |")
    parts = line[2:-2].split(" | ")
    for part in parts:
        inner = part.replace("<br>", "").replace("<!-- -->", "").strip("`")
        assert not re.search(r"[<>\[\]()!`*_\\~@|{}$^=]|&(?!#\d+;)|#(?!\d+;)|www\.", inner), part
    return [html.unescape(it.replace("<!-- -->", "")) for it in parts]


def test_annotations_are_as_many_as_are_shown() -> None:
    many = [result("a", hint="b")] * 12 + [result("c", "warning")] * 10 + [result("d", "info")]
    lines = written("github", findings(*many)).splitlines()
    assert [annotation(it)[0] for it in lines] == (
        ["error"] * MAX_ANNOTATIONS + ["warning"] * MAX_ANNOTATIONS + ["notice"]
    )
    assert lines[9] == "::error::3 more errors: see the log"
    assert written("github", findings()) == ""


def test_an_annotation_without_a_file_names_the_place() -> None:
    piped = replace(result("a"), problem=Problem(code="x", message="b", position=Position(
        file="<stdin>", line=1, column=2)))  # fmt: skip
    nowhere = replace(piped, problem=Problem(code="x", message="b", severity="warning"))
    told = replace(piped.problem, severity="info", position=Position(file="./a.yaml"))
    whole = replace(piped, problem=told)
    assert written("github", findings(piped, nowhere, whole)).splitlines() == [
        "::error title=x::<stdin>:1:2: b",
        "::warning title=x::b",
        "::notice file=a.yaml,title=x::b",
    ]
    assert [it["location"] for it in data("gitlab", findings(piped, whole))] == [
        {"path": "stdin", "lines": {"begin": 1}},
        {"path": "a.yaml", "lines": {"begin": 1}},
    ]


def test_junit_has_a_case_for_whatever_was_looked_at() -> None:
    own = replace(result("x"), resource=None)
    warned = replace(result("b.yaml", "warning"), resource=None)
    nowhere = Result(problem=Problem(code="x", message="m"))
    root = ElementTree.fromstring(written("junit", findings(own, own, warned, nowhere)))
    assert root.tag == "testsuites"
    assert root.attrib == {
        "name": "mirrorpin check",
        "tests": "4",
        "failures": "2",
        "errors": "0",
    }
    shown = [(it.get("classname"), it.get("name"), [part.tag for part in it])
             for it in root.iter("testcase")]  # fmt: skip
    assert shown == [
        ("a.yaml", "Pod a", []),
        ("b.yaml", "b.yaml", ["system-out"]),
        ("x", "x", ["failure"]),
        ("mirrorpin check", "mirrorpin check", ["failure"]),
    ]
    first = next(root.iter("failure"))
    assert first.attrib == {"type": "no-rule", "message": "x, and 1 more error"}
    assert (first.text or "").count("\n") == 1


class TestSarif:
    def test_has_a_rule_for_each_code(self) -> None:
        other = Result(problem=Problem(code="other", message="b", position=Position(
            file="/tmp/a b.yaml")))  # fmt: skip
        found = findings(result("a", "info"), other, result("c"), result("d", "warning"))
        (run,) = data("sarif", found)["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert [it["id"] for it in rules] == ["other", "no-rule"]
        assert [it["ruleIndex"] for it in run["results"]] == [0, 1, 1, 1]
        assert [it["level"] for it in run["results"]] == ["error", "error", "warning", "note"]
        assert run["results"][0]["locations"] == [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "file:///tmp/a%20b.yaml"},
                    "region": {"startLine": 1, "startColumn": 1},
                }
            }
        ]
        assert run["automationDetails"] == {"id": "mirrorpin/check/"}
        assert run["invocations"] == [{"executionSuccessful": True}]
        assert [it["shortDescription"]["text"] for it in rules] == [
            "other",
            "No rule covers the image (`unmatched`). With `unmatched: keep` only information.",
        ]
        said = f"{rules[1]['shortDescription']['text']} Add a rule."
        assert rules[1]["fullDescription"] == {"text": said}
        assert rules[1]["helpUri"] == "https://mirrorpin.dev/docs/reference/messages.html#no-rule"
        assert rules[1]["help"] == {"text": f"{said}\n{rules[1]['helpUri']}"}

    def test_names_the_object_without_a_field(self) -> None:
        (run,) = data("sarif", findings(replace(result("a"), field="")))["runs"]
        assert run["results"][0]["locations"][0]["logicalLocations"] == [
            {"fullyQualifiedName": "a a/a"}
        ]

    @pytest.mark.slow
    def test_has_as_many_results_as_are_shown(self) -> None:
        many = [result("a", "warning")] * MAX_RESULTS + [result("b")] * 2
        (run,) = data("sarif", findings(*many))["runs"]
        assert len(run["results"]) == MAX_RESULTS
        assert [it["level"] for it in run["results"][:3]] == ["error", "error", "warning"]
        (told,) = run["invocations"][0]["toolExecutionNotifications"]
        assert told == {
            "level": "warning",
            "message": {"text": "2 more results left out: the log has all"},
        }
        hashes = [it["partialFingerprints"]["primaryLocationLineHash"] for it in run["results"]]
        assert len(set(hashes)) == MAX_RESULTS

    def test_knows_a_finding_whose_line_has_moved(self) -> None:
        moved = replace(
            result("a"), problem=replace(result("a").problem, position=Position(file="a", line=9))
        )
        known = [
            data("sarif", findings(it))["runs"][0]["results"][0]["partialFingerprints"]
            for it in (result("a"), moved, replace(moved, current="b"), replace(moved, field=""))
        ]
        assert known[0] == known[1]
        assert len({str(it) for it in known}) == 3


def test_markdown_is_cut_where_no_comment_takes_more() -> None:
    many = [result("a" * 300, "warning") for _ in range(500)] + [result("b")]
    text = written("markdown", findings(*many))
    assert MAX_MARKDOWN - 2000 < len(text) <= MAX_MARKDOWN
    lines = text.splitlines()
    assert lines[6].startswith("| error | b&#58;3&#58;5 |")
    shown = sum(it.startswith("| warning") for it in lines)
    assert lines[-1] == f"And {500 - shown} more findings: the log has all."


def test_markdown_of_nothing_is_two_lines() -> None:
    passed = replace(findings(summary="check passed: all"), failed=False)
    assert written("markdown", passed) == ("### mirrorpin check passed\n\ncheck passed&#58; all\n")


def test_images_as_tables() -> None:
    outcome = transform([("a.yaml", pod("nginx", "nginx", "Nginx").encode())], config(HUB))
    rows = list(csv.reader(io.StringIO(as_csv(list_images(outcome.decisions)), newline="")))
    assert rows == [
        list(COLUMNS),
        [
            "nginx",
            "docker.io/library/nginx:latest",
            "m.io/hub/library/nginx",
            "mirrored",
            "mirrors[0]",
            "the first rule that covers it",
            "2",
            "a.yaml:8:12, a.yaml:10:12",
        ],
        ["Nginx", "", "", "uppercase", "", rows[2][5], "1", "a.yaml:12:12"],
    ]
    lines = as_markdown(list_images(outcome.decisions)).splitlines()
    assert [cells(it) for it in (lines[0], *lines[2:])] == rows
    assert lines[1] == "| --- | --- | --- | --- | --- | --- | --- | --- |"

"""The page of a report: nothing comes from elsewhere, nothing of others is more than text."""

from __future__ import annotations

import hashlib
import html as entities
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from tests.helpers.payload import raw
from tests.helpers.runs import config, pod, run, stream
from tests.report.test_formats import PAYLOADS
from transformer.config.options import Options
from transformer.messages import one_line
from transformer.pipeline import Outcome, transform
from transformer.policy.page import tables
from transformer.report.page import Column, Figure, Page, Row, Table, html
from transformer.report.page.images import page_of

RULES = (
    "mirrors: [{source: docker.io, target: m.io/hub}, {source: r.io, keep: true}]",
    "unmatched: warn",
    "invalid: warn",
    "fields: [{group: x.io, kind: Thing, path: image, form: registry}]",
)
POLICY = (
    "policy: {latest: fail, registries: {allowed: [m.io]}, repositories: {maxDepth: 9}, waivers: ["
    "{gate: registries, image: 'r.io/*', until: '2026-12-31', reason: by contract}, "
    "{gate: latest, until: '2026-01-31', reason: old}, {code: no-rule, kind: Job, reason: known}, "
    "{code: placeholder, namespace: edge, reason: filled in}]}"
)
THING = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t}\nimage: docker.io\n"
EVERY = stream(
    pod("nginx:1", "nginx:1", "r.io/a:1", namespace="shop"),
    pod("nginx", "quay.io/b:2", "$(X)", namespace="edge")
    + "    env: [{name: A, value: 'quay.io/x/y:1'}]\n",
    THING,
)


class Reader(HTMLParser):
    """The text of a page outside of style and script, its tags with their attributes, and both."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inner: dict[str, str] = {"style": "", "script": ""}
        self.text = ""
        self.within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.within = tag

    def handle_endtag(self, tag: str) -> None:
        self.within = "" if tag else self.within

    def handle_data(self, data: str) -> None:
        if self.within in self.inner:
            self.inner[self.within] += data
        else:
            self.text += data


def judged(text: str = EVERY, *spec: str) -> tuple[Outcome, Page]:
    settings = config(*RULES, *spec)
    outcome = transform([("in.yaml", text.encode())], settings, options=Options(today="2026-06-30"))
    more: tuple[Table, ...] = ()
    if settings.policy is not None:
        more = tables(settings.policy, outcome.findings, outcome.results)
    return outcome, page_of(
        outcome.decisions, outcome.results, outcome.grants, outcome.suspects, more
    )


def rows(page: Page, anchor: str) -> list[tuple[object, ...]]:
    (found,) = (it for it in page.tables if it.anchor == anchor)
    return [(*it.cells, it.state) for it in found.rows]


def table(text: str) -> Page:
    columns = (
        Column(name="a"),
        Column(name="b", kind="image"),
        Column(name="c", kind="state"),
        Column(name="d", kind="places"),
        Column(name="e", kind="number"),
    )
    row = Row(cells=(text, f"{text}@{text}", text, (text, text), "1"), state="failed")
    figure = Figure(number=1, label=text)
    listed = Table(title=text, anchor="t", columns=columns, rows=(row,), note=text)
    return Page(title=text, lead=text, figures=(figure,), tables=(listed,))


class TestFile:
    def test_loads_nothing(self) -> None:
        _, page = judged(EVERY, POLICY)
        read = Reader(html.write(page))
        assert not {tag for tag, _ in read.tags} & {"link", "img", "iframe", "object", "base"}
        for tag, given in read.tags:
            assert not {it for it in given if it.startswith("on")} | (
                given.keys() & {"style", "src"}
            )
            assert tag != "a" or str(given["href"]).startswith("#")
        assert "url(" not in read.inner["style"]
        assert "@import" not in read.inner["style"]

    def test_allows_its_own_style_and_script_alone(self) -> None:
        _, page = judged()
        read = Reader(html.write(page))
        (policy,) = (it["content"] for _, it in read.tags if it.get("http-equiv"))
        hashes = {
            name: b64encode(hashlib.sha256(text.encode()).digest()).decode()
            for name, text in read.inner.items()
        }
        assert str(policy).split("; ") == [
            "default-src 'none'",
            f"style-src 'sha256-{hashes['style']}'",
            f"script-src 'sha256-{hashes['script']}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]

    def test_leads_to_each_of_its_tables(self) -> None:
        _, page = judged(EVERY, POLICY)
        read = Reader(html.write(page))
        ids = [it["id"] for _, it in read.tags if "id" in it]
        led = [str(it["href"])[1:] for tag, it in read.tags if tag == "a"]
        assert len(ids) == len(set(ids))
        assert set(led) <= set(ids)
        assert {it.anchor for it in page.tables} <= set(led)

    def test_is_the_same_for_the_same(self) -> None:
        assert html.write(judged(EVERY, POLICY)[1]) == html.write(judged(EVERY, POLICY)[1])

    def test_of_nothing_says_so(self) -> None:
        _, page = judged("")
        text = Reader(html.write(page)).text
        assert "No image: each is as the rules want it, or left alone." in text
        assert "No error and no warning." in text

    @pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
    def test_shows_what_is_not_its_own_as_text(self, text: str) -> None:
        written = html.write(table(text))
        assert raw(written) == []
        read, plain = Reader(written), Reader(html.write(table("x")))
        assert [tag for tag, _ in read.tags] == [tag for tag, _ in plain.tags]
        assert read.inner == plain.inner
        assert one_line(text) in read.text


class TestImages:
    def test_are_told_by_registry_and_namespace(self) -> None:
        _, page = judged()
        assert rows(page, "registries") == [
            ("docker.io", "m.io", "3", "4", "changed"),
            ("quay.io", "quay.io", "1", "1", "left"),
            ("r.io", "r.io", "1", "1", "left"),
        ]
        assert rows(page, "namespaces") == [
            ("(none is written)", "1", "1", "1", "0", "0", "changed"),
            ("edge", "1", "3", "1", "2", "0", "warned"),
            ("shop", "1", "2", "2", "1", "0", "changed"),
        ]

    def test_are_told_by_what_became_of_them(self) -> None:
        _, page = judged()
        changed = rows(page, "changed")
        assert [it[:4] for it in changed] == [
            ("nginx:1", "m.io/hub/library/nginx:1", "mirrored", "mirrors[0]"),
            ("nginx", "m.io/hub/library/nginx", "mirrored", "mirrors[0]"),
            ("docker.io", "m.io/hub", "mirrored", "mirrors[0]"),
        ]
        assert changed[0][4] == (
            "in.yaml:9:12 Pod shop/web spec.containers[0].image",
            "in.yaml:11:12 Pod shop/web spec.containers[1].image",
        )
        left = rows(page, "left")
        assert [(it[0], it[1], it[-1]) for it in left] == [
            ("r.io/a:1", "kept", "left"),
            ("quay.io/b:2", "no-rule", "warned"),
            ("$(X)", "placeholder", "warned"),
        ]
        assert rows(page, "suspects")[0][:2] == ("quay.io/x/y:1", "env")

    def test_that_fail_are_said_first(self) -> None:
        _, page = judged(pod("nginx", "quay.io/a:1"), "policy: {latest: fail}")
        assert [it[0] for it in rows(page, "said")] == ["error", "warning"]
        assert page.figures[-1].state == "failed"

    def test_have_the_worst_state_of_a_namespace(self) -> None:
        settings = config("mirrors: [{source: docker.io, block: true}]")
        outcome = run(pod("nginx"), settings)
        page = page_of(outcome.decisions, outcome.results, outcome.grants, outcome.suspects)
        assert rows(page, "namespaces")[0][-1] == "failed"
        assert rows(page, "left")[0][-1] == "failed"
        assert page.states == ("failed",)


class TestGates:
    def test_are_counted_by_what_comes_of_them(self) -> None:
        _, page = judged(EVERY, POLICY)
        assert rows(page, "gates") == [
            ("registries", "fail", "1", "0", "1", "failed"),
            ("latest", "fail", "1", "0", "0", "failed"),
            ("repositories", "fail", "0", "0", "0", "left"),
        ]

    def test_say_what_they_have_against_an_image(self) -> None:
        _, page = judged(EVERY, POLICY)
        found = rows(page, "findings")
        assert [(it[0], it[1], it[3], it[-1]) for it in found] == [
            ("registries", "waived", "policy.waivers[0]", "left"),
            ("latest", "fails", "", "failed"),
            ("registries", "fails", "", "failed"),
        ]
        assert found[1][4] == ("in.yaml:23:12",)

    def test_name_each_waiver_and_what_it_is_good_for(self) -> None:
        _, page = judged(EVERY, POLICY)
        assert rows(page, "waivers") == [
            ("policy.waivers[0]", "in use", "gate registries, image r.io/*", "by contract",
             "2026-12-31", "1", "left"),
            ("policy.waivers[1]", "is over", "gate latest", "old", "2026-01-31", "0", "failed"),
            ("policy.waivers[2]", "not used", "code no-rule, kind Job", "known", "", "", "warned"),
            ("policy.waivers[3]", "in use", "code placeholder, namespace edge", "filled in", "",
             "", "left"),
        ]  # fmt: skip


def test_what_is_escaped_once_is_not_escaped_again() -> None:
    written = html.write(table("a & b"))
    assert entities.escape("a & b") in written
    assert not re.search("&amp;amp;", written)

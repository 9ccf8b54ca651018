"""The examples of the pages: what they show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.helpers import runs
from tests.helpers.pages import (
    FIRST,
    PAGES,
    REFERENCE,
    Block,
    anchors,
    blocks,
    commands,
    links,
    run,
    shows,
    table,
    word,
    words,
    write_files,
)
from transformer.config.config import Config, parse_config
from transformer.config.mirrors import compile_rules, rename
from transformer.config.template_language import Budget
from transformer.errors import ConfigError
from transformer.image.reference import normalize
from transformer.lock.lock import Lock, parse_lock
from transformer.yamltext.values import Setting

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"

SUBJECT = "us.gcr.io/acme/web:1.2"


def renamed(rule: str, image: str) -> str:
    """The name that a rule gives an image; `no` when it does not cover it."""
    (only,) = runs.config(f"mirrors: [{{{rule}}}]").rules
    reference = normalize(image)
    return (
        rename(only, reference, Budget()) if compile_rules([only]).candidates(reference) else "no"
    )


@pytest.mark.parametrize("row", table("source").rows, ids=lambda row: f"{row[0]} {row[1]}")
def test_matching(row: tuple[str, ...]) -> None:
    source, image = (word(cell).replace("…", "a" * 64) for cell in row[:2])
    name = renamed(f'source: "{source}", target: registry.example.com/m', image)
    assert row[2] == (f"`{name}`" if name != "no" else name)


@pytest.mark.parametrize("row", table("no source").rows, ids=lambda row: row[0])
def test_what_is_no_source(row: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        renamed(f'source: "{word(row[0])}", target: registry.example.com/m', "nginx")
    assert [problem.code for problem in caught.value.problems] == [word(row[1])]
    for better in words(row[2]):
        if better != "unmatched":
            renamed(f'source: "{better}", target: registry.example.com/m', "nginx")


@pytest.mark.parametrize("row", table(f"template, for `{SUBJECT}`").rows, ids=lambda row: row[0])
def test_templates(row: tuple[str, ...]) -> None:
    assert renamed(f'source: "*.gcr.io", template: "{word(row[0])}"', SUBJECT) == word(row[1])


def lock() -> Lock:
    text = next(it.text for it in blocks(FIRST) if it.file == "images.lock.yaml")
    return parse_lock("images.lock.yaml", text)


LOCKED = "sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd"


@pytest.mark.parametrize(
    ("image", "lenient", "becomes"),
    [
        ("nginx:1.27", True, f"m.io/hub/library/nginx:1.27@{LOCKED}"),
        ("nginx:1.28", False, "not-locked"),
        ("nginx:1.28", True, "m.io/hub/library/nginx:1.28"),
        (f"nginx:1.27@{LOCKED}", False, f"m.io/hub/library/nginx:1.27@{LOCKED}"),
        (f"nginx:1.28@{LOCKED}", False, f"m.io/hub/library/nginx:1.28@{LOCKED}"),
        (f"nginx:1.27@sha256:{'0' * 64}", True, "digest-mismatch"),
        (f"nginx@{LOCKED}", False, f"m.io/hub/library/nginx@{LOCKED}"),
        ("m.io/hub/library/nginx:1.27", False, f"m.io/hub/library/nginx:1.27@{LOCKED}"),
        ("ghcr.io/acme/web:1", False, "ghcr.io/acme/web:1"),
    ],
)
def test_the_rows_about_the_lock(image: str, lenient: bool, becomes: str) -> None:
    missing = "warn" if lenient else "fail"
    settings = runs.config(
        runs.HUB, "unmatched: keep", f"digests: {{mode: lock, missing: {missing}}}"
    )
    outcome = runs.run(runs.pod(image), settings, lock())
    if outcome.failed:
        assert [result.problem.code for result in outcome.results] == [becomes]
    else:
        assert runs.output(outcome) == runs.pod(becomes)


def configurations() -> list[tuple[str, Block]]:
    return [(page.name, it) for page in PAGES for it in blocks(page) if it.language == "yaml"]


def parsed(block: Block) -> Config | Lock | None:
    """A block as what it is: a configuration, or its `spec` alone, a lock, or (None) manifests."""
    text = block.text
    if block.file not in ("", "mirrorpin.yaml", "images.lock.yaml"):
        return None
    keys = yaml.safe_load(text)
    if "version" in keys:
        return parse_lock("images.lock.yaml", text)
    if set(keys) == {"spec"}:
        text = HEAD + text
    elif keys.get("kind") not in ("ImageTransformer", "ConfigMap"):
        return None
    return parse_config("mirrorpin.yaml", text, ".", load=no_others)


def no_others(_item: Setting, _folder: str, _text: str) -> None:
    """No example extends another file."""


@pytest.mark.parametrize("found", configurations(), ids=lambda it: f"{it[0]} {it[1].text[:30]!r}")
def test_configurations_and_locks_are_accepted(found: tuple[str, Block]) -> None:
    parsed(found[1])


def test_there_are_configurations_and_locks() -> None:
    kinds = [type(parsed(block)) for _, block in configurations()]
    assert kinds.count(Config) > 5
    assert kinds.count(Lock) == 4


def test_the_pull_secret_template_renders() -> None:
    (text,) = (it.text for page in REFERENCE for it in blocks(page) if "{{ namespace }}" in it.text)
    outcome = runs.run(
        runs.pod("nginx", namespace="shop"), runs.config(runs.SECRET), templates=[("t.j2", text)]
    )
    assert [str(it.resource) for it in outcome.added] == ["ExternalSecret shop/pull"]


def test_the_original_images_are_noted_as_shown() -> None:
    (shown,) = (
        it.text for page in REFERENCE for it in blocks(page) if "original-images" in it.text
    )
    pod = (
        shown.replace(re.findall("  annotations:\n.*\n", shown)[0], "")
        + "spec:\n  containers:\n  - {name: web, image: nginx:1.27}\n"
        + "  volumes:\n  - {name: model, image: {reference: acme/model:1}}\n"
    )
    settings = runs.config(runs.HUB, "report: {originalImages: true}")
    assert runs.output(runs.run(pod, settings)).startswith(shown)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_shown_of_runs_is_what_is_printed(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    for command in commands(page):
        printed = run(command.line, tmp_path)
        assert shows(command.shown, printed), f"$ {command.line}\n{printed}"


def test_runs_are_shown() -> None:
    assert sum(len(commands(page)) for page in REFERENCE) > 5


def test_what_is_left_out_of_a_digest_is_nothing_but_hex_digits() -> None:
    assert shows("a@sha256:12…\n", "a@sha256:12ab\n")
    assert not shows("a@sha256:12…\n", "a@sha256:12xy\n")
    assert not shows("a.b\n", "axb\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []

"""Every entry of the catalogue through the whole program: an example, and what is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from tests.helpers.catalogue_examples import (
    Example,
    counterexamples,
    example,
    secret_examples,
    string_examples,
)
from tests.helpers.form_examples import DIGEST, Data
from tests.helpers.runs import config, locked
from tests.places.test_catalog_data import CATALOG, KINDS, group_of
from transformer.config.config import Config
from transformer.config.options import Options
from transformer.pipeline import Outcome, transform
from transformer.places.place import NEVER

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

FEWEST_KINDS = 850
FEWEST_SECRETS = 330

RULES = "mirrors: [{source: quay.io, artifacts: [images, charts], target: m.io/quay}]"
SECRET = "mirrors: [{source: quay.io, target: m.io/quay, pullSecrets: [pull]}]"
LOCK = locked({"quay.io/acme/app:1.0": f"{{digest: {DIGEST}}}"})
EXACT = "strings: {shapes: 'off'}"
PLAIN = config(RULES, "structure: 'off'", "suspects: ignore", EXACT)
AUTHORISED = config(SECRET, "structure: 'off'", "suspects: ignore")
PINNED = config(
    "suspects: ignore",
    RULES,
    "structure: 'off'",
    EXACT,
    "digests: {mode: lock, lockFile: images.lock.yaml, unpinnable: info}",
)


def all_fields() -> Iterator[tuple[str, str, str, Data]]:
    """Every field of every kind: a name for it, group, kind, and the field."""
    for stem, entries in CATALOG.items():
        for entry in entries:
            for kind in entry.get("kinds", ()):
                group = "example.com" if stem == "any" else group_of(stem)
                kind = "Widget" if kind == "*" else kind
                if (group, kind) not in NEVER:
                    for number, field in enumerate(entry["fields"]):
                        if field.get("form") != "pullSecrets":
                            yield f"{group} {kind} {field['path']} #{number}", group, kind, field


@cache
def examples() -> list[Example]:
    found = [example(*it) for it in all_fields()]
    return found + [it for entry in CATALOG["any"] for it in string_examples(entry)]


@cache
def examples_of_none() -> list[Example]:
    fields = list(all_fields())
    # Fields that stand at the same path under another condition see each other's examples.
    shared = Counter((group, kind, field["path"]) for _, group, kind, field in fields)
    return [
        it
        for name, group, kind, field in fields
        for it in counterexamples(name, group, kind, field)
        if not it.name.endswith(" otherwise") or shared[group, kind, field["path"]] == 1
    ]


@cache
def examples_of_secrets() -> list[Example]:
    return [
        it
        for (group, kind), fields in KINDS.items()
        if (group, kind) not in NEVER and kind != "*"
        for it in secret_examples(f"{group} {kind}", group, kind, fields, "pull")
    ]


def written(data: Data) -> bytes:
    text: str = yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, width=1000)
    return text.encode()


def read(data: bytes) -> Any:  # noqa: ANN401 data of any shape
    return yaml.load(data, Loader=yaml.CBaseLoader)


def ran(examples: Iterable[Example], settings: Config = PLAIN) -> Outcome:
    inputs = [(it.name, written(it.before)) for it in examples]
    outcome = transform(inputs, settings, lock=LOCK, options=Options(verify="full"))
    problems = [str(it) for it in outcome.results if it.problem.severity != "info"]
    assert problems == []
    return outcome


@cache
def outcome_of_all(pinned: bool) -> Outcome:
    return ran(examples(), PINNED if pinned else PLAIN)


@pytest.mark.parametrize("pinned", [False, True], ids=["rewritten", "and pinned"])
def test_the_image_of_every_field_is_found_and_nothing_else_changes(pinned: bool) -> None:
    outcome = outcome_of_all(pinned)
    wrong = []
    for it, output in zip(examples(), outcome.outputs, strict=True):
        after = read(output)
        if after != (it.pinned if pinned else it.plain):
            wrong.append((it.name, after))
    assert wrong == []


def test_the_nearest_field_for_pull_secrets_gets_them() -> None:
    outcome = ran(examples_of_secrets(), AUTHORISED)
    wrong = []
    for it, output in zip(examples_of_secrets(), outcome.outputs, strict=True):
        after = read(output)
        if after != it.plain:
            wrong.append((it.name, after))
    assert wrong == []


def test_what_a_field_says_is_none_stays_to_the_byte() -> None:
    outcome = ran(examples_of_none())
    assert [
        it.name
        for it, output in zip(examples_of_none(), outcome.outputs, strict=True)
        if output != written(it.before)
    ] == []


def test_twice_is_once() -> None:
    outcome = outcome_of_all(True)
    inputs = [(it.name, data) for it, data in zip(examples(), outcome.outputs, strict=True)]
    again = transform(inputs, PINNED, lock=LOCK)
    assert not again.failed
    assert [
        name for (name, data), output in zip(inputs, again.outputs, strict=True) if output != data
    ] == []


def test_there_are_examples_of_everything() -> None:
    assert len({(group, kind) for _, group, kind, _ in all_fields()}) >= FEWEST_KINDS
    assert len(examples_of_secrets()) >= FEWEST_SECRETS

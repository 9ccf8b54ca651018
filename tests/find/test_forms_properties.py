"""Images in every form, at any depth and in any style: only they change, and twice is once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import given, strategies

from tests.helpers.form_examples import DIGEST, Data, Three, new_object, put, put_all, steps_of
from tests.helpers.runs import config, locked
from transformer.config.config import Config
from transformer.config.options import Options
from transformer.pipeline import Outcome, transform
from transformer.places.catalogue import place_of
from transformer.places.place import Place
from transformer.records import replace
from transformer.yamltext.tree import PARSERS

LOCK = locked({"quay.io/acme/app:1.0": f"{{digest: {DIGEST}}}"})
RULES = config(
    "mirrors: [{source: quay.io, target: m.io/quay}]",
    "structure: 'off'",
    "digests: {mode: lock, lockFile: images.lock.yaml, unpinnable: info}",
)

# A field of each form that is a string, without its path.
STRINGS: tuple[Data, ...] = (
    {},
    {"digest": "none", "reason": "x"},
    {"form": "uri", "schemes": ["oci"]},
    {"form": "repository"},
    {"form": "registry"},
    {"form": "pairs"},
    {"form": "pairs", "separator": ";"},
    {"form": "none", "reason": "x"},
)
OTHERS: tuple[Data, ...] = (
    {"form": "containers"},
    {"form": "podSpec"},
    {"form": "keys"},
    {"form": "split", "parts": {"registry": "registry", "repository": "name", "tag": "tag"}},
    {"form": "split", "parts": {"repository": "name", "tag": "tag", "digest": "digest"}},
    {
        "form": "split",
        "join": "prometheus",
        "parts": {"repository": "baseImage", "tag": "tag", "digest": "sha"},
    },
    {"form": "split", "join": "nvidia", "parts": {"repository": "r", "name": "n", "tag": "v"}},
    {"form": "split", "join": "kiali", "parts": {"repository": "n", "tag": "v", "digest": "k"}},
)
NOTES = ("", "quay.io/acme/app:1.0", "image: x\n", "# no", "é 'x' \"y\"", "a=b\n\n c=d\n")


@strategies.composite
def dumpers(draw: strategies.DrawFn) -> Callable[[Any], str]:
    """A way to write data: as JSON, or as YAML in some style."""
    if draw(strategies.integers(0, 3)) == 0:
        indent = draw(strategies.sampled_from([None, 2]))
        return lambda data: json.dumps(data, indent=indent)
    options: Data = {
        "default_style": draw(strategies.sampled_from([None, '"', "'", "|"])),
        "default_flow_style": draw(strategies.sampled_from([False, False, None, True])),
        "width": draw(strategies.sampled_from([80, 10_000])),
        "indent": draw(strategies.sampled_from([2, 4])),
        "sort_keys": draw(strategies.booleans()),
        "allow_unicode": draw(strategies.booleans()),
        "Dumper": draw(strategies.sampled_from([yaml.SafeDumper, yaml.CSafeDumper])),
    }
    return lambda data: str(yaml.dump(data, **options))


@strategies.composite
def mappings(draw: strategies.DrawFn, depth: int) -> tuple[list[Data], Three]:
    """Fields, and mappings that hold images there: as they are, and without and with digests."""
    roots: Three = ({}, {}, {})
    fields: list[Data] = []
    for number in range(draw(strategies.integers(1, 3))):
        path = draw(strategies.sampled_from(["x", "a.b", "l[]", "m{}", "l[].c"]))
        field = {"path": f"image{number}.{path}", **draw(strategies.sampled_from(STRINGS + OTHERS))}
        if depth and draw(strategies.booleans()):
            field = {"path": field["path"], "form": "document"}
            field["inside"], texts = draw(mappings(depth - 1))
            write = draw(dumpers())
            for root, text in zip(roots, texts, strict=True):
                put(root, steps_of(field["path"]), write(text))
        else:
            put_all(roots, field)
        fields.append(field)
    note = draw(strategies.sampled_from(NOTES))
    for root in roots:
        root["note"] = note
    return fields, roots


def ran(text: str, settings: Config, parser: str) -> Outcome:
    options = Options(parser=parser, verify="full")
    return transform([("in.yaml", text.encode())], settings, lock=LOCK, options=options)


def read(text: str) -> Any:  # noqa: ANN401 data of any shape
    return yaml.load(text, Loader=yaml.CBaseLoader)


def same(after: Any, expected: Any, fields: list[Data]) -> bool:  # noqa: ANN401 data of any shape
    """Whether data are as expected; what is in documents is compared as data, too."""
    after, expected = json.loads(json.dumps(after)), json.loads(json.dumps(expected))
    for field in fields:
        if field.get("form") == "document":
            steps = steps_of(field["path"])
            one, other = read(_taken(after, steps)), read(_taken(expected, steps))
            if not same(one, other, field["inside"]):
                return False
    return bool(after == expected)


def _taken(root: Any, steps: tuple[str | int, ...]) -> str:  # noqa: ANN401 data of any shape
    for step in steps[:-1]:
        root = root[step]
    text: str = root[steps[-1]]
    root[steps[-1]] = ""
    return text


@given(mappings(2), dumpers(), strategies.sampled_from(sorted(PARSERS)))
def test_only_the_images_change(
    example: tuple[list[Data], Three],
    write: Callable[[Any], str],
    parser: str,
) -> None:
    fields, roots = example
    head = new_object("example.com", "Thing")
    text, _, expected = (write({**head, **root}) for root in roots)
    places = tuple(place_of("example.com", "Thing", it, "") for it in fields)
    settings = replace(RULES, fields=tuple(map(_of_user, places)))
    outcome = ran(text, settings, parser)
    (after,) = outcome.outputs
    assert not outcome.failed, outcome.results
    assert same(read(after.decode()), read(expected), fields)
    (again,) = ran(after.decode(), settings, parser).outputs
    assert again == after


def _of_user(place: Place) -> Place:
    return replace(place, origin="user")


@given(
    strategies.sampled_from(STRINGS),
    strategies.sampled_from(["", '"', "'"]),
    strategies.booleans(),
    strategies.sampled_from(sorted(PARSERS)),
)
def test_an_alias_that_is_no_image_stays_as_it_is(
    form: Data, quote: str, is_first: bool, parser: str
) -> None:
    field = {"path": "image", **form}
    roots: Three = ({}, {}, {})
    put_all(roots, field)
    old, _, new = (root["image"] for root in roots)
    scalar = json.dumps(old) if quote == '"' or "\n" in old else f"{quote}{old}{quote}"
    image, note = ("*a ", f"&a {scalar}") if is_first else (f"&a {scalar}", "*a ")
    lines = [f"note: {note}\n", f"image: {image}\n"]
    text = "apiVersion: example.com/v1\nkind: Thing\n" + "".join(lines if is_first else lines[::-1])
    place = _of_user(place_of("example.com", "Thing", field, ""))
    outcome = ran(text, replace(RULES, fields=(place,)), parser)
    assert not outcome.failed
    (after,) = outcome.outputs
    data = read(after.decode())
    assert (data["note"], data["image"]) == (old, new)

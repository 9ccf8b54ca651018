"""Objects with images at places that a test names, through the whole program."""

from __future__ import annotations

from typing import Any

from tests.helpers.runs import config, infos, locked, messages, output, run
from transformer.config.config import Config
from transformer.pipeline import Outcome
from transformer.places.place import Place
from transformer.records import replace
from transformer.yamltext.tree import PARSERS

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"

RULES = "mirrors: [{source: quay.io, target: m.io/quay}, {source: docker.io, target: m.io/hub}]"
SECRETS = (
    "mirrors: [{source: quay.io, target: m.io/quay, pullSecrets: [pull]}, "
    "{source: docker.io, target: m.io/hub, pullSecrets: [hub]}]"
)
PIN = "digests: {mode: lock, lockFile: images.lock.yaml, unpinnable: info}"
LOCK = locked(
    dict.fromkeys(("quay.io/acme/app:1", "docker.io/acme/app:1"), f"{{digest: {DIGEST}}}")
)

HEAD = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: web}\n"


def at(path: str, **more: Any) -> Place:  # noqa: ANN401 fields of any type
    """A place of a user, of the kind Thing."""
    return Place(group="example.com", kind="Thing", path=path, **{"origin": "user", **more})


def rules(*spec: str, fields: tuple[Place, ...]) -> Config:
    # What looks like an image beside the places is told apart, in tests/find/test_suspects.py.
    return replace(config(*spec), fields=fields, suspects="ignore")


def ran(text: str, *fields: Place, spec: tuple[str, ...] = (RULES, PIN)) -> Outcome:
    """What comes of the text of a Thing: by both parsers the same, and twice is once."""
    settings = rules(*spec, fields=fields)
    outcomes = [run(HEAD + text, settings, LOCK, parser=it) for it in PARSERS]
    outcome = outcomes[0]
    assert {output(it) for it in outcomes} == {output(outcome)}
    if not outcome.failed:
        again = run(output(outcome), settings, LOCK)
        assert (output(again), again.failed) == (output(outcome), False)
    return outcome


def becomes(text: str, *fields: Place, spec: tuple[str, ...] = (RULES, PIN)) -> str:
    """What the text becomes, without the head of the object; nothing must be said."""
    outcome = ran(text, *fields, spec=spec)
    assert messages(outcome) == []
    return output(outcome).removeprefix(HEAD)


def said(text: str, *fields: Place, spec: tuple[str, ...] = (RULES, PIN)) -> list[str]:
    """What is said of the text: errors and warnings, of what stays as it is."""
    outcome = ran(text, *fields, spec=spec)
    assert output(outcome) == HEAD + text
    return messages(outcome)


def noted(text: str, *fields: Place, spec: tuple[str, ...] = (RULES, PIN)) -> list[str]:
    """What is said on request only."""
    return [it for it in infos(ran(text, *fields, spec=spec)) if "unused-rule" not in it]

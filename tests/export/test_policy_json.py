"""A policy.json: what is in it, what cannot be, and that nodes ask for whom the rules name."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.export.test_nodes import config
from tests.helpers import runs
from transformer.config.mirrors import RenameFault, compile_rules, rename
from transformer.config.template_language import Budget
from transformer.errors import ConfigError
from transformer.export.format import Export, Request
from transformer.export.formats import format_of
from transformer.image.reference import Reference, normalize

KEYS = {"a.pub": "the key of a\n", "b.pub": "the key of b\n"}
SIGNED = "signedBy: {key: a.pub, transparencyLog: ignore}"
ACCEPT = {"type": "insecureAcceptAnything"}
REJECT = {"type": "reject"}


def export(*rules: str) -> Export:
    settings = runs.config("mirrors:", *(f"- {it}" for it in rules))
    return format_of("policy-json").make(Request(config=settings, keys=KEYS))


def scopes(made: Export) -> dict[str, dict[str, Any]]:
    policy = json.loads(made.files[0].text)
    assert policy["default"] == [ACCEPT]
    found = policy.get("transports", {"docker": {}})["docker"]
    assert all(len(it) == 1 for it in found.values())
    return {name: it for name, (it,) in found.items()}


def signed(source: str = "", target: str = "", key: str = "a.pub") -> dict[str, object]:
    data = base64.b64encode(KEYS[key].encode()).decode()
    found: dict[str, object] = {"type": "sigstoreSigned", "keyData": data}
    if target:
        found["signedIdentity"] = {
            "type": "remapIdentity",
            "prefix": target,
            "signedPrefix": source,
        }
    return found


def test_a_mirror_is_signed_by_the_name_of_its_source() -> None:
    made = export(f"{{source: ghcr.io/acme, target: m.io/acme, {SIGNED}}}")
    assert made.unsaid == ()
    assert scopes(made) == {
        "ghcr.io/acme": signed(),
        "m.io/acme": signed("ghcr.io/acme", "m.io/acme"),
    }
    policy, attachments = made.files
    assert (policy.path, attachments.path) == ("policy.json", "registries.d/50-mirrorpin.yaml")
    assert yaml.safe_load(attachments.text) == {
        "docker": {
            "ghcr.io/acme": {"use-sigstore-attachments": True},
            "m.io/acme": {"use-sigstore-attachments": True},
        }
    }


def test_every_target_is_one() -> None:
    made = export(f"{{source: quay.io, targets: [m.io/q, n.io], {SIGNED}}}")
    assert scopes(made) == {
        "quay.io": signed(),
        "m.io/q": signed("quay.io", "m.io/q"),
        "n.io": signed("quay.io", "n.io"),
    }


def test_what_is_kept_has_its_own_name() -> None:
    made = export(f"{{source: quay.io/own, keep: true, {SIGNED}}}")
    assert scopes(made) == {"quay.io/own": signed()}


def test_what_needs_no_signature_is_said_below_what_does() -> None:
    made = export(
        f"{{source: docker.io, target: m.io/hub, {SIGNED}}}",
        "{source: docker.io/acme, target: m.io/own}",
        "{source: docker.io/kept, keep: true}",
        "{source: quay.io, target: m.io/q}",
        "{source: '*.gcr.io', target: m.io/gcr}",
        "{source: '*.gcr.io', target: m.io/charts, artifacts: [charts]}",
    )
    assert made.unsaid == ()
    assert scopes(made) == {
        "docker.io": signed(),
        "docker.io/acme": ACCEPT,
        "docker.io/kept": ACCEPT,
        "m.io/hub": signed("docker.io", "m.io/hub"),
    }


def test_what_is_blocked_is_rejected() -> None:
    made = export(
        "{source: '*.x.io', block: true}",
        "{source: a.x.io, keep: true}",
        "{source: '*.y.x.io', keep: true}",
    )
    assert scopes(made) == {"*.x.io": REJECT, "a.x.io": ACCEPT, "*.y.x.io": ACCEPT}
    assert [it.path for it in made.files] == ["policy.json"]


def test_nothing_is_asked_of_nothing() -> None:
    made = export()
    assert json.loads(made.files[0].text) == {"default": [ACCEPT]}


def test_a_part_of_what_is_moved_may_move_there_by_itself() -> None:
    other = SIGNED.replace("a.pub", "b.pub")
    made = export(
        f"{{source: docker.io, target: m.io/hub, {SIGNED}}}",
        f"{{source: docker.io/acme, target: m.io/hub/acme, {other}}}",
    )
    assert made.unsaid == ()
    again = signed("docker.io/acme", "m.io/hub/acme", "b.pub")
    assert scopes(made)["m.io/hub/acme"] == again


@pytest.mark.parametrize(
    ("rules", "line", "hint"),
    [
        (
            ["{source: a.io, target: m.io, signedBy: {key: a.pub}}"],
            "`signedBy` of `mirrors[0]` wants a transparency log, which policy.json cannot say: "
            '"a.io"',
            "nodes know no key of the log: `transparencyLog: ignore`",
        ),
        (
            ["{source: a.io, target: m.io, signedBy: {identity: a, issuer: b}}"],
            '`signedBy` of `mirrors[0]` has `identity`, which policy.json cannot say: "a.io"',
            "nodes are told of keys that are files",
        ),
        (
            ["{source: a.io, target: m.io, signedBy: {key: 'k8s://a/b'}}"],
            '`signedBy` of `mirrors[0]` has `key`, which policy.json cannot say: "a.io"',
            "nodes are told of keys that are files",
        ),
        (
            [f"{{source: '*.io', target: m.com, {SIGNED}}}"],
            '`mirrors[0]` is signed behind a wildcard: "*.io"',
            "name the hosts: what is signed there has the name of one",
        ),
        (
            [f"{{source: a.io, target: m.io, only: digests, {SIGNED}}}"],
            "`only` of `mirrors[0]` is set, which nodes cannot read",
            "a node moves a repository whole",
        ),
        (
            [
                f"{{source: a.io, target: m.io/a, {SIGNED}}}",
                "{source: b.io, target: m.io/a}",
            ],
            '`mirrors[1]` wants another thing of "m.io/a": "b.io"',
            "`mirrors[0]` is for m.io/a as well, and an image has one signer",
        ),
        (
            [
                f"{{source: a.io, target: m.io/a, {SIGNED}}}",
                "{source: m.io/a/own, keep: true}",
            ],
            '`mirrors[1]` has images below "m.io/a": "m.io/a/own"',
            "`mirrors[0]` puts images there that another signer is wanted for",
        ),
    ],
)
def test_what_cannot_be_said(rules: list[str], line: str, hint: str) -> None:
    (problem,) = export(*rules).unsaid
    assert (problem.code, problem.message, problem.hint) == ("not-exportable", line, hint)


def test_charts_are_signed_for_nobody_here() -> None:
    made = export("{source: a.io, target: m.io, artifacts: [charts], signedBy: {key: a.pub}}")
    assert (made.unsaid, scopes(made)) == ((), {})


FOLDERS = st.sampled_from(("", "/a", "/b", "/a/b"))
SOURCES = st.builds(str.__add__, st.sampled_from(("a.io", "b.io", "docker.io")), FOLDERS)
# Where images are moved to, so that what is there may be kept, blocked, or another's.
THERE = st.builds(str.__add__, st.just("m.io/x"), FOLDERS)
SIGNERS = st.sampled_from((f", {SIGNED}", f", {SIGNED.replace('a.pub', 'b.pub')}", ""))
MOVES = st.builds(lambda to, by: f"target: {to}{by}", THERE, SIGNERS)
KEPT = SIGNERS.map("keep: true{}".format) | st.just("block: true")
RULES = st.lists(
    st.tuples(SOURCES, MOVES) | st.tuples(SOURCES | THERE | st.just("*.io"), KEPT),
    min_size=1,
    max_size=4,
    unique_by=lambda it: it[0],
)
ASKED = st.builds(
    lambda source, name: normalize(f"{source}{name}"), SOURCES, FOLDERS.map("{}/c".format)
)


def required(found: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """policyconfiguration.DockerReferenceNamespaces: of all scopes the longest, then wildcards."""
    folder = name
    while folder:
        if folder in found:
            return found[folder]
        folder = folder.rpartition("/")[0]
    host = name.partition("/")[0]
    while "." in host:
        host = host.partition(".")[2]
        if f"*.{host}" in found:
            return found[f"*.{host}"]
    return {**ACCEPT}


def identity(requirement: dict[str, Any], name: str) -> str:
    """What a signature must say that it is of."""
    again = requirement.get("signedIdentity")
    if again is None:
        return name
    assert again["type"] == "remapIdentity"
    assert f"{name}/".startswith(f"{again['prefix']}/")
    return str(again["signedPrefix"]) + name[len(again["prefix"]) :]


@example(
    rules=[("docker.io", f"target: m.io/x, {SIGNED}"), ("a.io", "target: m.io/x/a")],
    images=[normalize("docker.io/a/c")],
)
@given(rules=RULES, images=st.lists(ASKED, min_size=1, max_size=6))
def test_nodes_ask_for_whom_the_rules_name(
    rules: list[tuple[str, str]], images: Iterable[Reference]
) -> None:
    try:
        settings = config(rules)
    except ConfigError:
        return
    made = format_of("policy-json").make(Request(config=settings, keys=KEYS))
    if made.unsaid:
        return
    found, mirrors = scopes(made), compile_rules(settings.rules)
    for image in images:
        rule = next(iter(mirrors.candidates(image)), None)
        if rule is None:
            continue
        if rule.block:
            assert required(found, image.name) == REJECT
            continue
        wanted = signed(key=rule.signed_by.key) if rule.signed_by else ACCEPT
        try:
            final = image.name if rule.keep else rename(rule, image, Budget())
        except RenameFault:
            continue
        for name in (image.name, final):
            requirement = required(found, name)
            plain = {it: of for it, of in requirement.items() if it != "signedIdentity"}
            assert plain == wanted, (image, name)
            assert identity(requirement, name) == (image.name if rule.signed_by else name)

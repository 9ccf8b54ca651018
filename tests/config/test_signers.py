"""`signedBy`: who must have signed the images of a rule, as it is written."""

from __future__ import annotations

import pytest

from tests.config.test_rules import problems, read
from transformer.config.signers import MAX_SIGNER

ISSUER = "issuer: https://token.example.com"
AT = "`mirrors[0].signedBy"


def test_a_key_or_an_identity() -> None:
    rules, found = read(
        "- {source: docker.io, target: m.io, signedBy: {key: keys/a.pub}}\n"
        "- {source: quay.io, keep: true, signedBy: {key: k8s://n/s, transparencyLog: ignore}}\n"
        f"- {{source: ghcr.io, target: m.io/g, signedBy: {{identity: a@b.c, {ISSUER}}}}}\n"
        "- {source: gcr.io, target: m.io/h}\n"
    )
    assert found == []
    file, uri, identity, nobody = (it.signed_by for it in rules)
    assert file is not None
    assert uri is not None
    assert identity is not None
    assert nobody is None
    assert (file.key, file.file, file.ignores_log) == ("keys/a.pub", "keys/a.pub", False)
    assert (uri.key, uri.file, uri.ignores_log) == ("k8s://n/s", "", True)
    assert (identity.identity, identity.issuer) == ("a@b.c", "https://token.example.com")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", f"{AT}` lacks the key `key`, or both `identity` and `issuer`"),
        ("{identity: a}", f"{AT}` lacks the key `key`, or both `identity` and `issuer`"),
        (f"{{key: a, {ISSUER}}}", f"{AT}.issuer` is set beside `key`"),
        ("{key: /a}", f"{AT}.key` is "),
        ("{key: ''}", f"{AT}.key` is empty"),
        ("{key: a, keys: b}", f"{AT}.keys` is set, and there is no such key"),
        ("{key: 'http://h/k'}", f"{AT}.key` is "),
        ("{key: 'awskms://u:pw@h/k'}", f"{AT}.key` is "),
        ("{key: 'awskms:// k'}", f"{AT}.key` is "),
        (f'{{identity: "it\'s", {ISSUER}}}', f"{AT}.identity` is "),
        (f"{{identity: {'a' * (MAX_SIGNER + 1)}, {ISSUER}}}", "has more than 500 char"),
        (
            f"{{identity: a, {ISSUER}, transparencyLog: ignore}}",
            f"{AT}.transparencyLog` is `ignore` without `key`",
        ),
        ("{key: a, trustedRoot: ..}", f"{AT}.trustedRoot` is "),
    ],
)
def test_what_it_must_not_be(text: str, expected: str) -> None:
    (first, *_) = problems(f"- {{source: quay.io, target: m.io, signedBy: {text}}}")
    assert expected in first
    assert "pw" not in first


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("block: true", "is set on a rule that blocks"),
        ("sameAs: ghcr.io", "is set on a rule that gives another name"),
    ],
)
def test_only_on_a_rule_that_says_where_images_are(action: str, expected: str) -> None:
    (first,) = problems(f"- {{source: quay.io, {action}, signedBy: {{key: a}}}}")
    assert f"{AT}` {expected}" in first

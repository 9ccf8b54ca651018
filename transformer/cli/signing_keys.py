"""The public keys that rules name for signatures, as files."""

from __future__ import annotations

from transformer.cli.invocation import read_text
from transformer.cli.paths import below
from transformer.config.config import Config
from transformer.config.rule import Rule
from transformer.config.signers import Signer
from transformer.errors import ConfigError, Problem
from transformer.lock.cosign import fingerprint
from transformer.messages import quoted
from transformer.records import record


@record
class Key:
    """The key of a rule: its path, its text in PEM form, and its fingerprint."""

    path: str
    text: str
    fingerprint: str


def key_of(config: Config, rule: Rule, signer: Signer) -> Key | None:
    """The key that a rule's signer has as a file, None where it has none.

    Raises `ConfigError` where that file cannot be used, and is no public key.
    """
    if not signer.file:
        return None
    name = f"{rule.path}.signedBy.key"
    path = below(config, name, signer.file, signer.position)
    text = read_text(path)[1]
    found = fingerprint(text)
    if not found:
        message = f"`{name}` is {quoted(path)}: expected a public key in PEM form"
        hint = "cosign public-key --key cosign.key prints that of a pair"
        problem = Problem(code="bad-value", message=message, position=signer.position, hint=hint)
        raise ConfigError(problem)
    return Key(path=path, text=text, fingerprint=found)

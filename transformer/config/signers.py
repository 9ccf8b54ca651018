"""Who must have signed the images of a rule, as cosign is told it.

    signedBy: {key: cosign.pub}                    # a public key, or `awskms://...` and the like
    signedBy: {key: cosign.pub, transparencyLog: ignore}
    signedBy:                                      # a certificate of Fulcio
      identity: https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*
      issuer: https://token.actions.githubusercontent.com

Of an identity only `*` is special, and stands for any characters.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from transformer.errors import Position
from transformer.messages import quoted
from transformer.records import record
from transformer.yamltext.values import Section, Setting

TransparencyLog: TypeAlias = Literal["require", "ignore"]

SIGNER = ("key", "identity", "issuer", "transparencyLog", "trustedRoot")
TRANSPARENCY_LOG: tuple[TransparencyLog, ...] = ("require", "ignore")
# Where cosign finds keys that are no files, without a credential in the name.
KEY_SCHEMES = ("awskms", "azurekms", "gcpkms", "hashivault", "k8s")
# Of each text, so that two are a key of the lock: those of YAML have 1024 characters at most.
MAX_SIGNER = 500
# What can stand between single quotes in a lock.
TEXT = "[!-&(-~]+"


@record
class Signer:
    """A key, or an identity and who vouches for it; where `signedBy` stands.

    `key` is a path from the configuration's folder, as `trusted_root` is, or a URI. `ignores_log`
    is true where a signature need be in no transparency log.
    """

    position: Position
    key: str = ""
    identity: str = ""
    issuer: str = ""
    ignores_log: bool = False
    trusted_root: str = ""

    @property
    def file(self) -> str:
        """The key where it is a file, '' otherwise."""
        return "" if "://" in self.key else self.key


def read_signer(setting: Setting) -> Signer:
    """Read the `signedBy` of a rule; what is wrong is noted."""
    section = setting.section(SIGNER)
    if "key" in section.values:
        for name in ("identity", "issuer"):
            if name in section.values:
                state = "is set beside `key`: a key has no certificate"
                section.values[name].fail("contradiction", state, at_key=True)
    elif not {"identity", "issuer"} <= section.values.keys():
        setting.fail("missing-key", "lacks the key `key`, or both `identity` and `issuer`")
    root = section.get("trustedRoot")
    return Signer(
        position=setting.position,
        key=_key(section.get("key")),
        identity=_text(section.get("identity")),
        issuer=_text(section.get("issuer")),
        ignores_log=_ignores_log(section),
        trusted_root=root.file() if root else "",
    )


def _key(setting: Setting | None) -> str:
    if setting is None or "://" not in setting.text():
        return setting.file() if setting else ""
    text = _text(setting)
    scheme, _, rest = text.partition("://")
    # What stands before an @ may be a password, and is not quoted.
    if text and (scheme not in KEY_SCHEMES or "@" in rest):
        wanted = f"a file, or a URI of {', '.join(KEY_SCHEMES)} without a user"
        setting.fail("bad-value", f"is {quoted(f'{scheme}://...')}: expected {wanted}")
    return text


def _text(setting: Setting | None) -> str:
    text = setting.text() if setting else ""
    if setting and len(text) > MAX_SIGNER:
        setting.fail("too-long", f"has more than {MAX_SIGNER} characters")
    elif setting and text and not re.fullmatch(TEXT, text):
        setting.fail("bad-value", f"is {quoted(text)}: expected ASCII without spaces and quotes")
    return text


def _ignores_log(section: Section) -> bool:
    ignores = section.choice("transparencyLog", TRANSPARENCY_LOG) == "ignore"
    if ignores and "key" not in section.values:
        state = "is `ignore` without `key`: the log says when a certificate was used"
        section.values["transparencyLog"].fail("contradiction", state)
    return ignores

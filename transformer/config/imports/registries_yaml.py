"""`registries.yaml` of k3s and RKE2.

A host has endpoints, tried in order, and rewrites of the paths of its images: regular expressions,
of which one that matches is done, whichever that is. Those with a name of ours are read:

    ^(.*)$            acme/$1        all of the host, below a folder
    ^acme/(.*)        own/$1         what lies below a path
    ^acme(/.*)?$      own$1          a path, and what lies below it

Specification: docs.k3s.io, private registry configuration; rancher/wharfie, pkg/registries.
"""

from __future__ import annotations

import re

from transformer.config.imports.endpoints import NoEndpoint, is_same, parse_endpoint
from transformer.config.imports.mapped import Mapped
from transformer.image.repository import under
from transformer.messages import quoted
from transformer.records import replace
from transformer.yamltext.values import Section, Setting

TOP = ("mirrors", "configs", "auths")
MIRROR = ("endpoint", "rewrite")
CONFIG = ("auth", "tls")
TLS = ("ca_file", "cert_file", "key_file", "insecure_skip_verify")

_PATH = r"(?P<path>(?:[a-z0-9_/-]|\\\.)+)"
_FOLDER = "(?P<folder>[^$]+)"
_GROUP = r"\$(?:1|\{1\})"

# A pattern and what it is replaced with: all of a host, what lies below a path, or that and a path.
_FORMS = (
    (re.compile(r"\^?\(\.\*\)\$?").fullmatch, re.compile(f"{_FOLDER}/{_GROUP}").fullmatch),
    (
        re.compile(rf"\^{_PATH}/\(\.\*\)\$?").fullmatch,
        re.compile(f"(?:{_FOLDER}/)?{_GROUP}").fullmatch,
    ),
    (re.compile(rf"\^{_PATH}\(/\.\*\)\?\$").fullmatch, re.compile(_FOLDER + _GROUP).fullmatch),
)


def read(root: Setting) -> list[Mapped]:
    """What a file says; what is wrong with it is noted."""
    top = root.section(TOP)
    insecure = _insecure(top)
    found: list[Mapped] = []
    mirrors = top.get("mirrors")
    for host, setting in (mirrors.values() if mirrors else {}).items():
        section = setting.section(MIRROR)
        whole = _whole(host, section, insecure)
        found += [whole] if whole.is_plain else _rewritten(whole, section.get("rewrite"))
    return found


def _insecure(top: Section) -> set[str]:
    configs = top.get("configs")
    found = set()
    for host, setting in (configs.values() if configs else {}).items():
        tls = setting.section(CONFIG).section("tls", TLS)
        if tls.flag("insecure_skip_verify"):
            found.add(host)
    return found


def _whole(host: str, section: Section, insecure: set[str]) -> Mapped:
    names: list[str] = []
    is_insecure = False
    for text, setting in section.texts("endpoint").items():
        try:
            endpoint = parse_endpoint(text, takes_path=True)
        except NoEndpoint as error:
            setting.fail("not-importable", str(error))
            continue
        names.append(host if is_same(endpoint.name, host) else endpoint.name)
        is_insecure |= endpoint.is_insecure or endpoint.name.partition("/")[0] in insecure
    while names and names[-1] == host:
        names.pop()
    return Mapped(
        source=host,
        position=section.setting.key_position,
        mirrors=tuple(dict.fromkeys(names)),
        is_insecure=is_insecure,
        is_plain=not names,
    )


def _rewritten(whole: Mapped, rewrite: Setting | None) -> list[Mapped]:
    found = [whole]
    for pattern, setting in (rewrite.values() if rewrite else {}).items():
        form = _form(pattern, setting.text())
        if form is None:
            state = (
                f"{quoted(pattern)} is more than a prefix: expected a path and what lies below it"
            )
            hint = r"as in `^acme/(.*)` and `own/$1`; a dot is written `\.`"
            setting.fail("not-importable", state, hint, at_key=True)
            continue
        path, folder = form
        mapped = replace(
            whole,
            source=f"{whole.source}/{path}" if path else whole.source,
            position=setting.key_position,
            mirrors=tuple("/".join(filter(None, (it, folder))) for it in whole.mirrors),
        )
        others = found[found[0] is whole :]
        other = next((it for it in others if _overlap(it.source, mapped.source)), None)
        if other is not None:
            state = f"matches what the one for {quoted(other.source)} does"
            setting.fail("contradiction", state, "k3s leaves it to chance which one counts")
        elif path:
            found.append(mapped)
        else:
            found = [mapped]
    return found


def _form(pattern: str, replacement: str) -> tuple[str, str] | None:
    for matches, makes in _FORMS:
        matched, made = matches(pattern), makes(replacement)
        if matched is not None and made is not None:
            path = matched.groupdict().get("path", "")
            return path.replace("\\.", "."), made["folder"] or ""
    return None


def _overlap(one: str, other: str) -> bool:
    return under(one, other) or under(other, one)

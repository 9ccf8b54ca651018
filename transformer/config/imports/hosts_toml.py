"""A `hosts.toml` of containerd, in the folder of its host: docs/hosts.md of containerd.

The hosts are tried in their order, the server last. One without `pull` is asked for nothing, one
without `resolve` for digests alone.
"""

from __future__ import annotations

import re
from typing import Any

from transformer.config.imports.endpoints import Endpoint, NoEndpoint, is_same, parse_endpoint
from transformer.config.imports.mapped import By, Mapped, Reading, Text, apart
from transformer.config.imports.toml import Toml, value
from transformer.messages import quoted
from transformer.yamltext.path import Steps

# How a registry is reached is not said by a rule, and needs no word here.
HOST: dict[str, type] = {
    "capabilities": list,
    "ca": object,
    "client": object,
    "skip_verify": bool,
    "header": dict,
    "override_path": bool,
    "dial_timeout": str,
    "proxy": str,
}
TOP: dict[str, type] = {"server": str, "host": dict, **HOST}
CAPABILITIES = ("pull", "resolve", "push", "referrers")

DEFAULT = "_default"
FILE = "hosts.toml"

_PORT = re.compile(r"_(\d+)_\Z")


def read(text: Text, reading: Reading) -> list[Mapped]:
    """What a file says; what is wrong with it is noted."""
    toml = Toml(text.name, text.text, reading)
    data = toml.data()
    toml.check_keys(data, (), TOP)
    source = "*" if text.folder == DEFAULT else _PORT.sub(r":\1", text.folder)
    asked = _asked(toml, data, source)
    while asked and is_same(asked[-1][0].name, source):
        # The registry itself comes last, as it does where nothing is said.
        asked.pop()
    own = {it.name: source if is_same(it.name, source) else it.name for it, _ in asked}
    digests, tags = apart((own[it.name], by) for it, by in asked)
    return [
        Mapped(
            source=source,
            position=toml.position(("host",) if "host" in data else ("server",)),
            mirrors=digests,
            tag_mirrors=tags,
            # What is named as the server is asked in place of the host itself.
            is_blocked=_is_elsewhere(data, source),
            is_insecure=any(it.is_insecure for it, _ in asked),
            is_plain=not asked,
        )
    ]


def _asked(toml: Toml, data: dict[str, Any], source: str) -> list[tuple[Endpoint, By]]:
    found: list[tuple[Endpoint, By]] = []
    for url, table in value(data, "host", {}).items():
        steps: Steps = ("host", url)
        if isinstance(table, dict):
            toml.check_keys(table, steps, HOST)
            found += _endpoint(toml, url, table, steps)
        else:
            toml.fail(steps, "wrong-type", "is not a table")
    if not _is_elsewhere(data, source):
        # What is said of the registry itself does not make it another.
        return found
    return found + _endpoint(toml, data["server"], data, ("server",))


def _is_elsewhere(data: dict[str, Any], source: str) -> bool:
    server = value(data, "server", "")
    return bool(server) and not is_same(server.rpartition("://")[2].partition("/")[0], source)


def _endpoint(
    toml: Toml, url: str, table: dict[str, Any], steps: Steps
) -> list[tuple[Endpoint, By]]:
    capabilities = value(table, "capabilities", list(CAPABILITIES))
    for index, word in enumerate(capabilities):
        if word not in CAPABILITIES:
            place: Steps = ("capabilities", index)
            state = f"is {quoted(str(word))}: expected one of {', '.join(CAPABILITIES)}"
            toml.fail(place if steps == ("server",) else (*steps, *place), "bad-value", state)
    if "pull" not in capabilities:
        return []
    try:
        endpoint = parse_endpoint(url, takes_path=value(table, "override_path", False))
    except NoEndpoint as error:
        toml.fail(
            steps, "not-importable", str(error), "with override_path = true, /v2/folder is one"
        )
        return []
    is_insecure = endpoint.is_insecure or value(table, "skip_verify", False)
    by: By = "all" if "resolve" in capabilities else "digests"
    return [(Endpoint(name=endpoint.name, is_insecure=is_insecure), by)]

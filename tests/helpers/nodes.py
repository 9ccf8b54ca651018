"""Nodes, as their own sources have it: from where an image is pulled, for each form of settings.

Every function takes the files of an export, by path, and a normalised reference; it returns the
names that are tried, the first one first, without tag and digest. None are tried where a node
refuses to pull.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from transformer.config.mirrors import Rule, compile_rules, rename
from transformer.config.template_language import Budget
from transformer.image.reference import Reference
from transformer.records import replace

Files = Mapping[str, str]


def pulled(rules: tuple[Rule, ...], image: Reference) -> list[str]:
    """What our rules make of an image: its names in the order in which they are tried."""
    mirrors = compile_rules(rules)
    target = mirrors.targets(image)
    floor = target.length if target else 0
    rule = next((it for it in mirrors.candidates(image) if it.source_length > floor), None)
    if rule is None or rule.keep:
        return [image.name]
    if rule.block:
        return []
    ways = [replace(rule, target=it) for it in rule.targets] or [rule]
    source = [image.name] if rule.on_absent == "keep" else []
    return [rename(it, image, Budget()) for it in ways] + source


def _matched(prefix: str, name: str) -> int:
    # refMatchingPrefix of sysregistriesv2, but for the port behind a host without one.
    if prefix.startswith("*."):
        host = name.partition("/")[0]
        end = len(host.partition(":")[0])
        return end if host[:end].endswith(prefix[1:]) and end > len(prefix) - 1 else 0
    followed = name[len(prefix) : len(prefix) + 1]
    return len(prefix) if name.startswith(prefix) and followed in ("", "/") else 0


def registries_conf(files: Files, image: Reference) -> list[str]:
    """containers/image: FindRegistry and PullSourcesFromReference."""
    tables: list[dict[str, Any]] = []
    for text in files.values():
        tables += tomllib.loads(text).get("registry", [])
    # Drop-ins are sorted by prefix, and the first of the longest counts.
    tables.sort(key=lambda it: it.get("prefix") or it["location"])
    best: dict[str, Any] | None = None
    for table in tables:
        prefix = table.get("prefix") or table["location"]
        longest = len((best.get("prefix") or best["location"]) if best else "")
        if _matched(prefix, image.name) and len(prefix) > longest:
            best = table
    if best is None:
        return [image.name]
    by = "digest-only" if image.digest else "tag-only"
    matched = _matched(best.get("prefix") or best["location"], image.name)
    rest = image.name[matched:]
    found = [
        it["location"] + rest
        for it in best.get("mirror", [])
        if it.get("pull-from-mirror", "all") in ("all", by)
    ]
    if best.get("blocked"):
        return found
    return [*found, best["location"] + rest if best.get("location") else image.name]


def openshift(files: Files, image: Reference) -> list[str]:
    """The Machine Config Operator: one table for each source."""
    tables: dict[str, dict[str, Any]] = {}
    ways = (("imageDigestMirrors", "digest-only"), ("imageTagMirrors", "tag-only"),
            ("repositoryDigestMirrors", "digest-only"))  # fmt: skip
    for each in (it for text in files.values() for it in yaml.safe_load_all(text)):
        for key, by in ways:
            for item in each["spec"].get(key, []):
                source = item["source"]
                where = "prefix" if source.startswith("*.") else "location"
                table = tables.setdefault(source, {where: source, "mirror": []})
                table["mirror"] += (
                    {"location": it, "pull-from-mirror": by} for it in item["mirrors"]
                )
                if item.get("mirrorSourcePolicy") == "NeverContactSource":
                    table["blocked"] = True
    return registries_conf({"": _as_toml(tables)}, image)


def _as_toml(tables: Mapping[str, dict[str, Any]]) -> str:
    lines = []
    for table in tables.values():
        lines.append("[[registry]]")
        lines += (f'{key} = "{table[key]}"' for key in ("prefix", "location") if key in table)
        lines += ["blocked = true"] if table.get("blocked") else []
        for mirror in table["mirror"]:
            lines += ["[[registry.mirror]]", *(f'{key} = "{it}"' for key, it in mirror.items())]
    return "\n".join(lines)


def hosts_toml(files: Files, image: Reference) -> list[str]:
    """containerd: the hosts of a file in order, and its server at the end."""
    name, colon, port = image.domain.partition(":")
    text = files.get(f"{name}_{port}_/hosts.toml" if colon else f"{name}/hosts.toml", "")
    data = tomllib.loads(text)
    hosts = [*data.get("host", {}).items(), (data.get("server", f"https://{image.domain}"), data)]
    return [_asked(url, host, image) for url, host in hosts if _can(host, image)]


def _can(host: Mapping[str, Any], image: Reference) -> bool:
    capabilities = host.get("capabilities", ["pull", "resolve"])
    return "pull" in capabilities and (bool(image.digest) or "resolve" in capabilities)


def _asked(url: str, host: Mapping[str, Any], image: Reference) -> str:
    address, _, path = url.removeprefix("https://").partition("/")
    if host.get("override_path"):
        assert path.startswith("v2")
        return "/".join(filter(None, (address, path[3:], image.path)))
    assert not path
    return f"{address}/{image.path}"


def registries_yaml(files: Files, image: Reference) -> list[str]:
    """k3s without its default endpoint: every rewrite that matches, as chance has it."""
    (text,) = files.values()
    mirrors = (yaml.safe_load(text) or {}).get("mirrors", {})
    if image.domain not in mirrors:
        return [image.name]
    mirror = mirrors[image.domain]
    paths = set()
    for pattern, to in mirror.get("rewrite", {}).items():
        matched = re.search(pattern, image.path)
        if matched:
            paths.add(re.sub(pattern, to.replace("$1", r"\g<1>"), image.path))
    assert len(paths) <= 1, "no two rewrites must match"
    path = next(iter(paths), image.path)
    return [f"{it.removeprefix('https://')}/{path}" for it in mirror["endpoint"]]


NODES: dict[str, Callable[[Files, Reference], list[str]]] = {
    "openshift": openshift,
    "icsp": openshift,
    "registries-conf": registries_conf,
    "hosts-toml": hosts_toml,
    "registries-yaml": registries_yaml,
}

"""A plan for Harbor: what its API takes to fetch the images by itself.

`registries` are bodies of POST /registries. `projects` and `policies` are bodies of POST /projects
and POST /replication/policies, each beside the name of the registry whose id Harbor gives it: that
is `registry_id` of a project and `src_registry.id` of a policy. A project that is a proxy cache
cannot be replicated into, so one or the other is to be made.

Specification: goharbor/harbor at 00184b0, api/v2.0/swagger.yaml, and replaceNamespace in
src/controller/replication/flow/stage.go.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TypeAlias

from transformer.messages import json_page, quoted
from transformer.plan.copies import Copy
from transformer.plan.files import OTHER_HINT, check, one_host, tag_alone

_Body: TypeAlias = "dict[str, object]"

# Registries that Harbor knows better than by their protocol: its type, and its URL.
_KNOWN = {
    "docker.io": ("docker-hub", "https://hub.docker.com"),
    "ghcr.io": ("github-ghcr", "https://ghcr.io"),
    "quay.io": ("quay", "https://quay.io"),
}


def as_harbor(copies: Sequence[Copy], plain: Set[str]) -> str:
    """The bodies of requests, as JSON. Raises `PlanError` for what replication cannot say."""
    one_host("harbor", copies)
    proxies = _proxies(copies)
    check("harbor", copies, lambda copy: None if _project(copy) in proxies else _fault(copy))
    hosts = dict.fromkeys(copy.source.domain for copy in copies)
    return json_page(
        {
            "registries": [_registry(host, plain) for host in hosts],
            "projects": [_proxy(project, host) for project, host in proxies.items()],
            "policies": _policies([copy for copy in copies if _fault(copy) is None]),
        }
    )


def _fault(copy: Copy) -> tuple[str, str] | None:
    folder, _, name = copy.target.path.rpartition("/")
    if not folder:
        said = f"keeps images in projects: {quoted(copy.target.name)} is in none"
        return said, f"write a target with a project for `{copy.rule.label}`"
    if name != copy.source.path.rpartition("/")[2]:
        said = f"keeps the last part of a name: {quoted(copy.source.name)} would become"
        return f"{said} {quoted(copy.target.name)}", OTHER_HINT
    if not copy.source.tag:
        return f"copies tags: {quoted(str(copy.source))} has none", OTHER_HINT
    return tag_alone(copy)


def _registry(host: str, plain: Set[str]) -> _Body:
    scheme = "http" if host in plain else "https"
    kind, url = _KNOWN.get(host, ("docker-registry", f"{scheme}://{host}"))
    return {"name": host, "type": kind, "url": url, "insecure": False}


def _project(copy: Copy) -> str:
    return copy.target.path.partition("/")[0]


def _proxies(copies: Sequence[Copy]) -> dict[str, str]:
    # A proxy cache has one upstream, whose names it keeps, and whatever digest is pulled.
    found: dict[str, set[str]] = {}
    for copy in copies:
        kept = copy.target.path == f"{_project(copy)}/{copy.source.path}"
        found.setdefault(_project(copy), set()).add(copy.source.domain if kept else "")
    alone = {project: hosts.pop() for project, hosts in found.items() if len(hosts) == 1}
    return {project: host for project, host in alone.items() if host}


def _proxy(project: str, host: str) -> _Body:
    return {"registry": host, "body": {"project_name": project, "metadata": {"public": "false"}}}


def _policies(copies: Sequence[Copy]) -> list[_Body]:
    tags: dict[tuple[str, str, str], dict[str, None]] = {}
    for copy in copies:
        folder = copy.target.path.rpartition("/")[0]
        key = (copy.source.domain, copy.source.path, folder)
        tags.setdefault(key, {})[copy.source.tag] = None
    return [
        {"registry": host, "body": _policy(host, path, folder, list(wanted))}
        for (host, path, folder), wanted in tags.items()
    ]


def _policy(host: str, path: str, folder: str, tags: Sequence[str]) -> _Body:
    wanted = tags[0] if len(tags) == 1 else f"{{{','.join(tags)}}}"
    filters = [("name", path), ("tag", wanted), ("resource", "image")]
    return {
        "name": f"{host}-{path}-to-{folder}".replace("/", "-").replace(":", "-"),
        "dest_namespace": folder,
        "dest_namespace_replace_count": path.count("/"),
        "filters": [{"type": kind, "value": value} for kind, value in filters],
        "trigger": {"type": "manual"},
        "override": True,
        "enabled": True,
    }

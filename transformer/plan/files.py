"""A plan as the file that a mirroring tool reads; what that cannot say is an error.

Each function names the source of its format, to which the tests hold it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from transformer.errors import PlanError, Problem
from transformer.image.reference import Reference
from transformer.image.repository import under
from transformer.messages import one_line, page, quoted
from transformer.plan.copies import Copy
from transformer.records import replace

TAG_HINT = "see with --missing whether the tag still stands for it, or plan tags: --digests off"
OTHER_HINT = "another format can say it: --format regsync, or a script"
ONE_HINT = "plan the others with a configuration that has the rules of one registry"


def as_regsync(copies: Sequence[Copy], plain: Set[str]) -> str:
    """The configuration of regsync (regclient 0.11.7, docs/regsync.md)."""
    hosts = dict.fromkeys(it.domain for copy in copies for it in (copy.source, copy.target))
    lines = ["version: 1"]
    unsafe = [host for host in hosts if host in plain]
    lines += ["creds:"] if unsafe else []
    for host in unsafe:
        lines += [f"- registry: {_word(host)}", "  tls: disabled"]
    lines.append("sync:" if copies else "sync: []")
    for copy in copies:
        lines += [
            f"- source: {_word(copy.origin)}",
            f"  target: {_word(copy.destination)}",
            "  type: image",
        ]
    return page(lines)


def as_skopeo_sync(copies: Sequence[Copy], plain: Set[str]) -> str:
    """The YAML of `skopeo sync --src yaml` (skopeo 1.9, docs/skopeo-sync.1.md).

    It names tags or digests, and each image keeps its whole name below one prefix.
    """
    prefix = next(filter(None, map(_prefix, copies)), "")
    check("skopeo-sync", copies, lambda copy: _skopeo_fault(copy, prefix))
    found: dict[str, dict[str, list[str]]] = {}
    for copy in copies:
        repositories = found.setdefault(copy.source.domain, {})
        repositories.setdefault(copy.source.path, []).append(copy.source.tag or copy.digest)
    words = ["skopeo", "sync", "--all", "--preserve-digests", "--scoped"]
    words += ["--dest-tls-verify=false"] if prefix.partition("/")[0] in plain else []
    words += ["--src", "yaml", "--dest", "docker", "FILE", prefix]
    lines = [f"# {shlex.join(words)}"] if copies else ["{}"]
    for host, repositories in found.items():
        lines.append(f"{_word(host)}:")
        lines += ["  tls-verify: false"] if host in plain else []
        lines.append("  images:")
        for path, names in repositories.items():
            lines.append(f"    {_word(path)}: [{', '.join(map(_word, names))}]")
    return page(lines)


def _prefix(copy: Copy) -> str:
    end = f"/{copy.source.name}"
    return copy.target.name.removesuffix(end) if copy.target.name.endswith(end) else ""


def _skopeo_fault(copy: Copy, prefix: str) -> tuple[str, str] | None:
    if _prefix(copy) != prefix or not prefix:
        said = f"keeps whole names, all below one prefix: {quoted(copy.source.name)} would become"
        return f"{said} {quoted(copy.target.name)}", OTHER_HINT
    return tag_alone(copy)


def as_oc_mirror(copies: Sequence[Copy], plain: Set[str]) -> str:
    """An ImageSetConfiguration of oc-mirror v2 (openshift/oc-mirror at 0001a0e, type_config.go)."""
    host = one_host("oc-mirror", copies)
    words = ["oc-mirror", "--v2", "--config", "FILE", "--workspace", "file://FOLDER"]
    words += ["--dest-tls-verify=false"] if host in plain else []
    lines = [f"# {shlex.join([*words, f'docker://{host}'])}"] if copies else []
    lines += [
        "apiVersion: mirror.openshift.io/v2alpha1",
        "kind: ImageSetConfiguration",
        "mirror:",
        "  additionalImages:" if copies else "  additionalImages: []",
    ]
    for copy in copies:
        lines += [f"  - name: {_word(copy.origin)}", f"    targetRepo: {_word(copy.target.path)}"]
        lines += [f"    targetTag: {_word(copy.target.tag)}"] if copy.target.tag else []
    return page(lines)


def as_hauler(copies: Sequence[Copy], plain: Set[str]) -> str:
    """A manifest of hauler (hauler-dev/hauler at 2888f30, v1/image.go)."""
    host = one_host("hauler", copies)
    check("hauler", copies, _hauler_fault)
    words = ["hauler", "store", "copy", *(["--plain-http"] if host in plain else [])]
    lines = ["# hauler store sync -f FILE"]
    lines += [f"# {shlex.join([*words, f'registry://{host}'])}"] if copies else []
    lines += [
        "apiVersion: content.hauler.cattle.io/v1",
        "kind: Images",
        "metadata:",
        "  name: images",
        "spec:",
        "  images:" if copies else "  images: []",
    ]
    for copy in copies:
        lines += [f"  - name: {_word(copy.origin)}", f"    rewrite: {_word(copy.target)}"]
    return page(lines)


def _hauler_fault(copy: Copy) -> tuple[str, str] | None:
    if copy.target.tag:
        return None
    return f"writes tags: {quoted(str(copy.source))} has none", OTHER_HINT


def as_zarf(copies: Sequence[Copy], plain: Set[str]) -> str:
    """A package of Zarf (zarf.schema.json), and the options that make it pull from the mirrors.

    Zarf takes the first override whose text an image begins with, and refuses the digest of an
    index (zarf-dev/zarf at c59d18d, src/pkg/images/pull.go).
    """
    rules = {(copy.rule.source, it) for copy in copies for it in _target(copy)}
    overrides = sorted(rules, key=lambda it: (-len(it[0]), it))
    check("zarf", copies, lambda copy: _zarf_fault(copy, overrides))
    words = ["zarf", "package", "create", *(["--plain-http"] if plain else [])]
    words += [f"--registry-override={source}={target}" for source, target in overrides]
    lines = [f"# {shlex.join(words)}"] if copies else []
    lines += [
        "kind: ZarfPackageConfig",
        "metadata:",
        "  name: images",
        "components:",
        "- name: images",
        "  required: true",
        "  images:" if copies else "  images: []",
    ]
    for copy in copies:
        lines.append(f"  - {_word(_unless_index(copy))}")
    return page(lines)


def _target(copy: Copy) -> tuple[str, ...]:
    # Of a rule with several the one that it goes to; none of a template.
    if copy.rule.template is not None:
        return ()
    return tuple(it for it in copy.rule.prefixes if under(copy.target.name, it))[:1]


def _unless_index(copy: Copy) -> Reference:
    return replace(copy.source, digest="") if copy.is_index else copy.source


def _zarf_fault(copy: Copy, overrides: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    name = copy.source.name
    found = next((it for it in overrides if name.startswith(it[0])), None)
    pulled = name.replace(*found, 1) if found else name
    if pulled != copy.target.name:
        said = f"replaces how names begin: {quoted(name)} would be pulled from {quoted(pulled)}"
        return f"{said}, not {quoted(copy.target.name)}", OTHER_HINT
    return tag_alone(copy) if copy.is_index else None


def one_host(tool: str, copies: Sequence[Copy]) -> str:
    """The one registry that all copies go to, '' for none. Raises `PlanError` for several."""
    host = copies[0].target.domain if copies else ""

    def fault(copy: Copy) -> tuple[str, str] | None:
        if copy.target.domain == host:
            return None
        return f"copies to one registry, {host}: {quoted(str(copy.target))}", ONE_HINT

    check(tool, copies, fault)
    return host


def tag_alone(copy: Copy) -> tuple[str, str] | None:
    """What a format that names a tag or a digest, not both, cannot say of a copy; None for none."""
    if not (copy.digest and copy.target.tag) or copy.tag_holds:
        return None
    return f"names no tag and digest together: {quoted(str(copy.source))}", TAG_HINT


def check(
    tool: str, copies: Sequence[Copy], fault: Callable[[Copy], tuple[str, str] | None]
) -> None:
    """Raises `PlanError` with a problem for each copy that a format cannot say.

    `fault` gives what follows the tool's name, and a hint.
    """
    problems = list(_problems(tool, copies, fault))
    if problems:
        raise PlanError(problems)


def _problems(
    tool: str, copies: Sequence[Copy], fault: Callable[[Copy], tuple[str, str] | None]
) -> Iterator[Problem]:
    for copy in copies:
        found = fault(copy)
        if found is not None:
            said, hint = found
            place = copy.places[0] if copy.places else None
            yield Problem(code="not-in-format", message=f"{tool} {said}", position=place, hint=hint)


def _word(text: object) -> str:
    # A string in every YAML, whatever it looks like.
    return json.dumps(one_line(str(text)))

"""From files of others to rules.

Which format a file has is seen in it: by its name for `hosts.toml`, by the kind of its objects, by
its keys. Files of one list belong together: OpenShift's objects are merged, and a drop-in replaces
tables of those before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from transformer.config.imports import (
    hosts_toml,
    imageswap,
    kustomize,
    openshift,
    registries_conf,
    registries_yaml,
)
from transformer.config.imports.mapped import Accepted, Mapped, Reading, Text
from transformer.config.mirrors import Rule
from transformer.config.target_faults import target_faults
from transformer.config.templates import compile_target
from transformer.errors import ConfigError, Position, Problem
from transformer.image.repository import EVERYTHING, BadName, check_target, parse_source
from transformer.messages import quoted
from transformer.records import record, replace
from transformer.yamltext.documents import Source, documents
from transformer.yamltext.load import Lines, read_root
from transformer.yamltext.nodes import is_null
from transformer.yamltext.values import Setting

TOML_SUFFIXES = (".toml", ".conf")

KNOWN = (
    "ImageDigestMirrorSet, ImageTagMirrorSet, ImageContentSourcePolicy, registries.yaml or a"
    " kustomization with images"
)

# The beginning of a line of imageswap's, which no line of TOML has.
_is_map = re.compile(r"(?:\s*\[(?:EXACT|REPLACE)\])?[^=\"'\[\]:]*:").match


def read_rules(
    texts: Sequence[Text], first: int = 0, how: str = "accept: [{}]"
) -> tuple[Rule, ...]:
    """The rules that files say, in the order of the files.

    `first` is the index of the first rule, and `how` is what lets go of something. Raises
    `ConfigError` with all that is wrong, or that no rule says.
    """
    reading = Reading()
    sets: list[openshift.MirrorSet] = []
    tables: dict[str, Mapped] = {}
    for text in texts:
        reader = _reader(text)
        if reader is None:
            _read_yaml(text, reading, sets)
        elif reader is registries_conf.read:
            tables |= {it.source: it for it in reader(text, reading)}
        else:
            reading.add(reader(text, reading))
    reading.add(tables.values())
    reading.add(openshift.merged(sets))
    accepted = {it.name: it.accept for it in texts}
    has_every = any(it.source == EVERYTHING for it in reading.found)
    rules: dict[str, tuple[Rule, ...]] = {}
    for mapped in (it for it in reading.found if has_every or not it.is_plain):
        _add(rules, _rules(mapped, reading, accepted[mapped.position.file], how), reading)
    if reading.problems:
        raise ConfigError(reading.problems)
    found = (rule for them in rules.values() for rule in them)
    return tuple(replace(it, index=index) for index, it in enumerate(found, first))


def joined(own: Iterable[Rule], imported: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules of a configuration and imported ones, of which the first count where both are for
    one source. Raises `ConfigError` where they do not settle."""
    rules = [*own]
    sources = {it.source for it in rules if it.where is None}
    rules += (it for it in imported if it.source not in sources)
    # What a node keeps since it is a mirror is there already.
    targets = {prefix for it in rules for prefix in it.prefixes}
    rules = [it for it in rules if not (it.written and it.keep and it.source in targets)]
    problems = [
        Problem(code=it.code, message=f"`{it.rule.label}` {it.state}",
                position=it.rule.position, hint=it.hint)
        for it in target_faults(rules)
    ]  # fmt: skip
    if problems:
        raise ConfigError(problems)
    return tuple(rules)


def _reader(text: Text) -> Callable[[Text, Reading], list[Mapped]] | None:
    if not text.base.endswith(TOML_SUFFIXES):
        return None
    return _lines_of(text)


def _lines_of(text: Text) -> Callable[[Text, Reading], list[Mapped]]:
    if text.base == hosts_toml.FILE:
        return hosts_toml.read
    lines = (it for it in text.text.splitlines() if it.partition("#")[0].strip())
    return imageswap.read if _is_map(next(lines, "")) else registries_conf.read


def _read_yaml(text: Text, reading: Reading, sets: list[openshift.MirrorSet]) -> None:
    before = len(reading.found), len(sets), len(reading.problems)
    has_objects = False
    for root in _roots(text, reading):
        has_objects = True
        root.check_keys()
        _read_object(root, reading, sets)
    if not has_objects and (len(reading.found), len(sets), len(reading.problems)) == before:
        reading.fail(Position(file=text.name), "empty", f"is empty: expected {KNOWN}")


def _roots(text: Text, reading: Reading) -> Iterator[Setting]:
    for document in documents(Source(text.name, text.text)):
        locate = Lines(document)
        try:
            slot = read_root(document.text, locate)
        except ConfigError as error:
            reading.problems += error.problems
            continue
        if not is_null(slot):
            yield Setting(locate, reading.problems, "", slot)


def _read_object(root: Setting, reading: Reading, sets: list[openshift.MirrorSet]) -> None:
    values = root.values()
    kind = values["kind"].text() if "kind" in values else ""
    if kind in openshift.KINDS:
        sets += openshift.read(root, kind)
    elif kind == "List":
        for item in values["items"].items() if "items" in values else ():
            _read_object(item, reading, sets)
    elif kind in ("Kustomization", "Component") or (not kind and "images" in values):
        reading.add(kustomize.read(root))
    elif not kind and ("mirrors" in values or "configs" in values):
        reading.add(registries_yaml.read(root))
    else:
        root.fail("bad-kind", f"is {quoted(kind) if kind else 'of no kind'}: expected {KNOWN}")


def _rules(mapped: Mapped, reading: Reading, accept: frozenset[str], how: str) -> tuple[Rule, ...]:
    ways = list(_ways(mapped, accept))
    missing = [it for it in _beyond(mapped, ways) if it.code not in accept]
    for it in missing:
        hint = it.hint.format(accept=how.format(it.code))
        reading.fail(mapped.position, it.code, it.message, hint)
    if missing or (mapped.source == EVERYTHING and "every-host" in accept):
        return ()
    try:
        parse_source(mapped.source)
        for name in (it for _, mirrors in ways for it in mirrors if it != mapped.source):
            check_target(name)
    except BadName as error:
        reading.fail(mapped.position, error.code, error.message, error.hint)
        return ()
    return tuple(_rule(mapped, only, mirrors) for only, mirrors in ways)


def _ways(mapped: Mapped, accept: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    # Which images come from where, '' for all of them.
    count = 1 if "several-mirrors" in accept else None
    digests = mapped.mirrors[:count]
    tags = digests if mapped.tag_mirrors is None else mapped.tag_mirrors[:count]
    if digests == tags or (not tags and "digests-only" in accept):
        yield "", digests
    elif not digests and "tags-only" in accept:
        yield "", tags
    else:
        yield from (("digests", digests), ("tags", tags))


def _rule(mapped: Mapped, only: str, mirrors: tuple[str, ...]) -> Rule:
    moved = mirrors[:1] not in ((), (mapped.source,))
    is_blocked = mapped.is_blocked and not mirrors
    is_every = mapped.source == EVERYTHING
    several = moved and len(mirrors) > 1
    return Rule(
        index=0,
        source=mapped.source,
        position=mapped.position,
        target=mirrors[0] if moved and not is_every else "",
        targets=mirrors if several else (),
        on_absent="keep" if several and not mapped.is_blocked else "fail",
        template=compile_target(f"{mirrors[0]}/{_PATH}") if moved and is_every else None,
        only=only,
        keep=not moved and not is_blocked,
        block=is_blocked,
        written=str(mapped.position),
    )


# A host for all others is asked for the path alone.
_PATH = "{{ repository }}"


@record
class _Beyond:
    """What no rule says, and how to let it go, where `{accept}` stands for what says so."""

    code: Accepted
    message: str
    hint: str


def _beyond(mapped: Mapped, ways: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[_Beyond]:
    source = quoted(mapped.source)
    is_every = mapped.source == EVERYTHING
    if is_every and mapped.is_prefix:
        yield _Beyond(
            code="every-host",
            message="is for every host: expected one",
            hint="write a rule for each, or let it go: `{accept}`",
        )
    # What is for every host has a template and not targets, and no source is its own target.
    has_no_targets = (it for _, it in ways if len(it) > 1 and (is_every or mapped.source in it))
    mirrors = next(has_no_targets, ())
    if mirrors:
        yield _Beyond(
            code="several-mirrors",
            message=f"has {len(mirrors)} mirrors for {source}: expected one",
            hint="a rule gives one name: `{accept}` takes the first",
        )
    if mapped.is_insecure:
        yield _Beyond(
            code="insecure-mirror",
            message=f"is without TLS where {source} comes from",
            hint="no rule goes without: `{accept}` lets it go",
        )


def _add(rules: dict[str, tuple[Rule, ...]], found: tuple[Rule, ...], reading: Reading) -> None:
    for rule in found[:1]:
        known = rules.setdefault(rule.source, found)
        if list(map(_said, known)) != list(map(_said, found)):
            said = f"says another of {quoted(rule.source)} than {known[0].position} does"
            reading.fail(rule.position, "contradiction", said)


def _said(rule: Rule) -> tuple[object, ...]:
    text = rule.template.text if rule.template else ""
    return rule.only, rule.target, rule.targets, rule.on_absent, text, rule.block

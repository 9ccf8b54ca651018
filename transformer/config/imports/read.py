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
from transformer.errors import ConfigError, Position, Problem
from transformer.image.repository import BadName, check_target, parse_source
from transformer.messages import quoted
from transformer.records import record
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
    rules: dict[str, Rule] = {}
    for mapped in reading.found:
        rule = _rule(mapped, first + len(rules), reading, accepted[mapped.position.file], how)
        if rule is not None:
            _add(rules, rule, reading)
    if reading.problems:
        raise ConfigError(reading.problems)
    return tuple(rules.values())


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


def _rule(
    mapped: Mapped, index: int, reading: Reading, accept: frozenset[str], how: str
) -> Rule | None:
    missing = [it for it in _beyond(mapped) if it.code not in accept]
    for it in missing:
        hint = it.hint.format(accept=how.format(it.code))
        reading.fail(mapped.position, it.code, it.message, hint)
    if missing or mapped.source == "*":
        return None
    target = mapped.mirrors[0] if mapped.mirrors else ""
    if target == mapped.source:
        target = ""
    try:
        parse_source(mapped.source)
        check_target(target) if target else None
    except BadName as error:
        reading.fail(mapped.position, error.code, error.message, error.hint)
        return None
    is_blocked = mapped.is_blocked and not mapped.mirrors
    return Rule(
        index=index,
        source=mapped.source,
        position=mapped.position,
        target=target,
        keep=not target and not is_blocked,
        block=is_blocked,
        written=str(mapped.position),
    )


@record
class _Beyond:
    """What no rule says, and how to let it go, where `{accept}` stands for what says so."""

    code: Accepted
    message: str
    hint: str


def _beyond(mapped: Mapped) -> Iterator[_Beyond]:
    source = quoted(mapped.source)
    if mapped.source == "*":
        yield _Beyond(
            code="every-host",
            message="is for every host: expected one",
            hint="write a rule for each, or let it go: `{accept}`",
        )
    if len(mapped.mirrors) > 1:
        yield _Beyond(
            code="several-mirrors",
            message=f"has {len(mapped.mirrors)} mirrors for {source}: expected one",
            hint="a rule gives one name: `{accept}` takes the first",
        )
    if mapped.by == "digests":
        yield _Beyond(
            code="digests-only",
            message=(
                f"has a mirror of {source} for images by digest alone: expected it for tags, too"
            ),
            hint="a rule is for all images: `{accept}` makes one of it",
        )
    if mapped.by == "tags":
        yield _Beyond(
            code="tags-only",
            message=(
                f"has a mirror of {source} for images by tag alone: expected it for digests, too"
            ),
            hint="a rule is for all images: `{accept}` makes one of it",
        )
    if mapped.is_insecure:
        yield _Beyond(
            code="insecure-mirror",
            message=f"is without TLS where {source} comes from",
            hint="no rule goes without: `{accept}` lets it go",
        )


def _add(rules: dict[str, Rule], rule: Rule, reading: Reading) -> None:
    known = rules.get(rule.source)
    if known is None:
        rules[rule.source] = rule
    elif (known.target, known.block) != (rule.target, rule.block):
        said = f"says another of {quoted(rule.source)} than {known.position} does"
        reading.fail(rule.position, "contradiction", said)

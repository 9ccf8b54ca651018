"""The rules of a configuration, as they are written under `mirrors`.

    - source: quay.io                      # what it covers: see repositories
      target: edge.example.com/quay.io     # or targets, template, keep: true, block: true, sameAs
      only: digests                        # or tags: what is written with a digest, or without
      pullSecrets: [edge-pull]             # for every pod that ends up pulling from the target
      signedBy: {key: cosign.pub}          # checked by `lock --verify-signatures`: see signers
      where: {namespaces: [edge-*], kinds: [DaemonSet], containers: [agent],
              selector: {matchLabels: {tier: edge}}}

A set of rules is refused when one of them can never match, or when the output would be rewritten
again by the rule that made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from transformer.config.rule import BETWEEN, EVERYWHERE, OnAbsent, Rule
from transformer.config.scope import MAX_COMPARED, Scopes, Where
from transformer.config.target_faults import target_faults
from transformer.config.template_language import TemplateFault
from transformer.config.templates import CompiledTemplate, compile_target
from transformer.image.repository import BadName, check_target, parse_source, under
from transformer.messages import quoted
from transformer.places.place import Artifact
from transformer.records import replace
from transformer.yamltext.values import Section, Setting

if TYPE_CHECKING:
    from transformer.config.signers import Signer

Only: TypeAlias = Literal["digests", "tags"]

RULE = ("source", "target", "targets", "template", "keep", "block", "sameAs", "onAbsent", "only",
        "artifacts", "pullSecrets", "allowDifferent", "signedBy", "where")  # fmt: skip
ONLY: tuple[Only, ...] = ("digests", "tags")
ON_ABSENT: tuple[OnAbsent, ...] = ("fail", "next", "keep")
ARTIFACTS: tuple[Artifact, ...] = get_args(Artifact)
WHERE = ("namespaces", "kinds", "containers", "selector")
SELECTOR = ("matchLabels",)

# A key of a YAML mapping, as which a lock names them together, has 1024 characters at most.
MAX_TARGETS = 1000

# An object name as Kubernetes wants it for Secrets: an RFC 1123 subdomain.
MAX_OBJECT_NAME = 253
MAX_LABEL = 63
LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
OBJECT_NAME = rf"{LABEL}(?:\.{LABEL})*"


def read_rules(settings: Iterable[Setting], file: str = "") -> tuple[Rule, ...]:
    """Read the items of `mirrors`, in order.

    Where they come from several files, takes the name of the one that extends the others: rules are
    then called by their place in their own, and those of others by its name too.
    Everything wrong is noted with the settings; a rule in which something is wrong is left out, and
    the others are still checked against each other.
    """
    rules: list[tuple[Rule, Section]] = []
    for index, setting in enumerate(settings):
        before = len(setting.problems)
        section = setting.section(RULE)
        if len(setting.problems) > before and not section.values:
            continue
        rule = _read_rule(index, section)
        if file:
            rule = replace(rule, written=_written(rule, setting, file))
        if len(setting.problems) == before:
            rules.append((rule, section))
    sections = {rule.index: section for rule, section in rules}
    for fault in target_faults(rule for rule, _ in rules):
        setting = sections[fault.rule.index].values[fault.key]
        setting.fail(fault.code, fault.state, fault.hint)
    _check_names(rules)
    _check_shadows(rules)
    return tuple(rule for rule, _ in rules)


def read_secret_names(setting: Setting | None) -> tuple[str, ...]:
    """Read a list of the names of pull secrets; those that are no object names are noted."""
    names = setting.texts() if setting else {}
    for name, item in names.items():
        if len(name) > MAX_OBJECT_NAME or not re.fullmatch(OBJECT_NAME, name):
            wanted = "expected an object's name, of lower-case letters, digits, - and ."
            item.fail("bad-name", f"is {quoted(name)}: {wanted}")
    return tuple(names)


def _read_rule(index: int, section: Section) -> Rule:
    keep, block = section.flag("keep"), section.flag("block")
    _check_actions(section, keep=keep, block=block)
    targets = _targets(section.get("targets"))
    return Rule(
        index=index,
        source=_source(section.require("source")),
        position=section.setting.position,
        target=targets[0] if targets else _target(section.get("target")),
        targets=targets,
        on_absent=section.choice("onAbsent", ON_ABSENT),
        same_as=_target(section.get("sameAs")),
        only=section.choice("only", ONLY) if "only" in section.values else "",
        artifacts=_artifacts(section.get("artifacts")),
        template=_template(section.get("template")),
        keep=keep,
        block=block,
        pull_secrets=read_secret_names(section.get("pullSecrets")),
        allow_different=section.flag("allowDifferent"),
        signed_by=_signer(section.get("signedBy")),
        where=_where(section.get("where")),
    )


def _written(rule: Rule, setting: Setting, file: str) -> str:
    label = setting.path.partition(".")[2]
    own = rule.position.file
    return label if own == file else f"{label} of {own}"


def _check_actions(section: Section, *, keep: bool, block: bool) -> None:
    options = {
        "target": "target" in section.values,
        "targets": "targets" in section.values,
        "template": "template" in section.values,
        "keep": keep,
        "block": block,
        "sameAs": "sameAs" in section.values,
    }
    actions = [name for name, is_set in options.items() if is_set]
    if len(actions) != 1:
        *names, last = options
        state = f"has {' and '.join(actions) or 'none of these'}: "
        state += f"expected exactly one of {', '.join(names)} and {last}"
        section.setting.fail("bad-rule", state)
    for name in ("pullSecrets", "signedBy") if actions == ["block"] else ():
        if name in section.values:
            section.values[name].fail("bad-rule", "is set on a rule that blocks", at_key=True)
    if actions == ["sameAs"]:
        for name in ("pullSecrets", "allowDifferent", "signedBy", "where", "only", "artifacts"):
            if name in section.values:
                state = "is set on a rule that gives another name"
                section.values[name].fail("bad-rule", state, at_key=True)
    absent = section.get("onAbsent")
    if absent and not {"target", "targets"}.intersection(actions):
        state = "is set without `target` or `targets`, where an image can be absent"
        absent.fail("bad-rule", state, at_key=True)
    different = section.get("allowDifferent")
    if different and (keep or block):
        state = "is set on a rule that keeps or blocks: there is no mirror to differ"
        different.fail("bad-rule", state, at_key=True)


def _source(setting: Setting | None) -> str:
    text = setting.text() if setting else ""
    if setting and text:
        try:
            parse_source(text)
        except BadName as error:
            setting.fail(error.code, error.message, error.hint)
    return text


def _target(setting: Setting | None) -> str:
    text = setting.text() if setting else ""
    if setting and text:
        try:
            check_target(text)
        except BadName as error:
            setting.fail(error.code, error.message, error.hint)
    return text


def _targets(setting: Setting | None) -> tuple[str, ...]:
    if setting is None:
        return ()
    before = len(setting.problems)
    targets = tuple(filter(None, map(_target, setting.texts().values())))
    if not targets and len(setting.problems) == before:
        setting.fail("empty", "is empty: expected a value")
    if len(BETWEEN.join(targets)) > MAX_TARGETS:
        setting.fail("too-long", f"has more than {MAX_TARGETS} characters together")
    return targets


def _template(setting: Setting | None) -> CompiledTemplate | None:
    text = setting.text() if setting else ""
    if setting and text:
        try:
            return compile_target(text)
        except TemplateFault as fault:
            line = f" (line {fault.line} of the template)" if fault.line > 1 else ""
            setting.fail("bad-template", f"{fault.message}{line}", fault.hint)
    return None


def _artifacts(setting: Setting | None) -> tuple[str, ...]:
    if setting is None:
        return ARTIFACTS[:1]
    return tuple(dict.fromkeys(item.choice(ARTIFACTS) for item in _some(setting)))


def _signer(setting: Setting | None) -> Signer | None:
    if setting is None:
        return None
    from transformer.config.signers import read_signer

    return read_signer(setting)


def _some(setting: Setting) -> tuple[Setting, ...]:
    before = len(setting.problems)
    items = setting.items()
    if not items and len(setting.problems) == before:
        setting.fail("empty", "is empty: expected a value")
    return items


def _where(where: Setting | None) -> Where | None:
    if where is None:
        return None
    section = where.section(WHERE)
    if not section.values:
        where.fail("empty", f"has nothing to go by: expected one of {', '.join(WHERE)}")
    return Where(
        namespaces=_globs(section.get("namespaces")),
        kinds=_globs(section.get("kinds")),
        containers=_globs(section.get("containers")),
        labels=_labels(section.get("selector")),
    )


def _globs(setting: Setting | None) -> tuple[str, ...]:
    if setting is None:
        return EVERYWHERE.kinds
    before = len(setting.problems)
    globs = tuple(setting.texts())
    if not globs and len(setting.problems) == before:
        setting.fail("empty", "is empty: expected a value")
    return globs


def _labels(selector: Setting | None) -> tuple[tuple[str, str], ...]:
    labels = selector.section(SELECTOR).require("matchLabels") if selector else None
    if labels is None:
        return ()
    values = labels.values()
    if not values:
        labels.fail("empty", "is empty: expected a value")
    return tuple((name, value.text(may_be_empty=True)) for name, value in values.items())


def _check_names(rules: list[tuple[Rule, Section]]) -> None:
    names = [it for it in rules if it[0].same_as]
    for rule, section in names:
        pattern = parse_source(rule.source)
        if pattern.is_wildcard or pattern.tag or pattern.digest:
            state = f"is {quoted(rule.source)}: expected a host or host/path beside `sameAs`"
            section.values["source"].fail("bad-source", state)
        for other, _ in names:
            if under(rule.same_as, other.source) or under(other.source, rule.same_as):
                state = f"is a name that `{other.label}` gives another: "
                section.values["sameAs"].fail("loop", f"{state}{quoted(rule.same_as)}")
    for rule, section in rules:
        for other, _ in names if rule.where is not None else ():
            if under(rule.source, other.source):
                state = f"lies under the source of `{other.label}`: {quoted(rule.source)}"
                hint = f"images there are looked for as {other.same_as}"
                section.values["source"].fail("never-matches", state, hint)


def _check_shadows(rules: list[tuple[Rule, Section]]) -> None:
    # Of one source, the rules with a `where` are looked at first.
    seen: dict[tuple[str, str, tuple[str, ...]], tuple[list[Rule], Scopes]] = {}
    for rule, section in sorted(rules, key=lambda it: it[0].where is None):
        key = (rule.source, rule.only, rule.artifacts)
        earlier, scopes = seen.setdefault(key, ([], Scopes(MAX_COMPARED)))
        where = rule.where or EVERYWHERE
        covering = next(scopes.covering(where), None)
        if covering is not None:
            shadow = earlier[covering]
            state = f"repeats the source of `{shadow.label}`: {quoted(rule.source)}"
            hint = f"`{shadow.label}` covers all that this rule does, so it can never match"
            section.values["source"].fail("never-matches", state, hint)
        else:
            earlier.append(rule)
            scopes.add(where)

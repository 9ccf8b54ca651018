"""References and rules in CEL, for policies that the API server or an admission controller runs.

An image is read as `image.reference` reads it, and looked up as `config.mirrors` does it: by the
parts of its name, the longest first, so that a pod costs the same for one rule and for hundreds.
What is written needs no more than Kubernetes 1.30 has: optional values, the extension of strings,
and `find`. The variables of a policy are in `variables`, the pod is `object`, and what an update
changes is `oldObject`.

Specification: github.com/google/cel-spec, and k8s.io/apiserver/pkg/cel/library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from transformer.config.scope import ANY, Where
from transformer.export.judgement import Entry
from transformer.image.reference import (
    DEFAULT_TAG,
    DIGEST_LENGTHS,
    DOMAIN,
    HUB,
    HUB_ALIAS,
    MAX_PATH,
    MAX_TEXT,
    OFFICIAL,
    PATH,
    TAG,
)
from transformer.image.repository import EVERYTHING, WILDCARD, parse_source
from transformer.places.place import CONTAINER_LISTS, VOLUMES
from transformer.records import record

_DIGEST = "|".join(f"{name}:[0-9a-f]{{{length}}}" for name, length in DIGEST_LENGTHS.items())
_REFERENCE = rf"^{DOMAIN}/{PATH}(?::{TAG})?(?:@(?:{_DIGEST}))?$"

_HUB = HUB.replace(".", "[.]")
_NO_RULE = {"rule": "", "action": "none", "to": ""}

_NEXT = "\n    "

_is_special = re.compile(r"([][\\.+?()|{}^$])").sub


@record
class Variable:
    """A named expression, of one line or several, and what is said above it."""

    name: str
    expression: str
    comment: str = ""


def quoted(text: str) -> str:
    """A text as a string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(it if it.isprintable() else f"\\U{ord(it):08x}" for it in escaped) + "'"


def matched(subject: str, globs: Sequence[str]) -> str:
    """The condition that an expression has what one of some globs says."""
    if any("*" in it for it in globs):
        return f"{subject}.matches({quoted(f'^({_alternatives(globs)})$')})"
    names = list(map(quoted, globs))
    return f"{subject} == {names[0]}" if len(names) == 1 else f"{subject} in [{', '.join(names)}]"


def new_images(*, with_paths: bool = False) -> tuple[Variable, Variable]:
    """`before` and `written`: the images that an update found, and all others of the pod.

    Each has its `text`, and is `at` a place, `container NAME` or `volume NAME`; with paths also at
    the `path` of a JSON patch, which takes Kubernetes 1.32.
    """
    images = _images_and_paths if with_paths else _images
    return (
        Variable(
            name="before",
            comment="What an update found there is looked at no more.",
            # Of a new pod Kyverno has it as an empty object.
            expression="oldObject == null || !has(oldObject.spec) ? [] : (\n"
            f"{_indented(images('oldObject'))}\n)",
        ),
        Variable(
            name="written",
            comment="All other images of the pod.",
            expression=f"(\n{_indented(images('object'))}\n)"
            ".filter(i, i.text != '' && !(i in variables.before))",
        ),
    )


def _images(pod: str) -> str:
    return f"""\
({pod}.spec.containers + {pod}.spec.?initContainers.orValue([])
  + {pod}.spec.?ephemeralContainers.orValue([])).map(c, {{
    {_CONTAINER}
  }})
+ {pod}.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, {{
    {_VOLUME}
  }})"""


def _images_and_paths(pod: str) -> str:
    lists = [
        f"""\
{pod}.spec.?{field}.orValue([]).transformList(n, c, {{
  'path': '/spec/{field}/' + string(n) + '/image',
  {_CONTAINER.replace("    ", "  ")}
}})"""
        for field in CONTAINER_LISTS
    ]
    volumes = f"""\
{pod}.spec.?{VOLUMES}.orValue([]).transformList(n, v, has(v.image), {{
  'path': '/spec/{VOLUMES}/' + string(n) + '/image/reference',
  {_VOLUME.replace("    ", "  ")}
}})"""
    return "\n+ ".join((*lists, volumes))


_CONTAINER = """\
'at': 'container ' + string(c.?name.orValue('')),
    'text': string(c.?image.orValue(''))"""
_VOLUME = """\
'at': 'volume ' + string(v.?name.orValue('')),
    'text': string(v.image.?reference.orValue(''))"""


def references(written: str = "variables.written", *, with_paths: bool = False) -> Variable:
    """`images`: those of a list with the `full` reference and its `name`, '' for none."""
    path = "\n  'path': i.path," if with_paths else ""
    return Variable(
        name="images",
        comment="Read as every runtime reads it: nginx is docker.io/library/nginx. One without a\n"
        "name is no reference.",
        expression=f"""\
{written}.map(i, {{{path}
  'at': i.at,
  'text': i.text,
  'full':
    !i.text.contains('/') ? '{HUB}/{OFFICIAL}' + i.text :
    i.text.matches('^(index[.])?{_HUB}/[^/]*$') ?
      '{HUB}/{OFFICIAL}' + i.text.substring(i.text.indexOf('/') + 1) :
    i.text.startsWith('{HUB_ALIAS}/') ? i.text.substring({len(HUB_ALIAS) - len(HUB)}) :
    i.text.matches('^(localhost|[^/]*[.:A-Z][^/]*)/') ? i.text :
    '{HUB}/' + i.text
}}).map(i, {{{path}
  'at': i.at,
  'text': i.text,
  'full': i.full,
  'name':
    i.text.size() <= {MAX_TEXT} && !i.text.matches('^[0-9a-f]{{64}}$')
    && i.full.find('/[^:@]*').size() <= {MAX_PATH + 1}
    && i.full.matches(
      r'{_REFERENCE}'
    ) ? i.full.find('^[^/]+/[^:@]+') : ''
}})""",
    )


def rules(entries: Sequence[Entry]) -> Variable:
    """`rules`: for each source and target what becomes of images there, or a list of that.

    It is a list where not the name alone decides.
    """
    lines = []
    for key in dict.fromkeys(it.key for it in entries):
        found = [it for it in entries if it.key == key]
        items = [_item(it, entries) for it in found]
        lines.append(f"  {quoted(key)}: " + "\n    + ".join(items))
    return Variable(
        name="rules",
        comment="What becomes of the images below a name: of a source, or of a mirror.",
        expression="{\n" + ",\n".join(lines) + "\n}" if lines else "{}",
    )


def judged(entries: Sequence[Entry]) -> Variable:
    """`judged`: each of `images`, as `image`, with the `rule` that counts for it."""
    return Variable(
        name="judged",
        comment="The rule that counts for an image is that of the longest name.",
        expression=looked_up(entries, "variables.images"),
    )


def looked_up(entries: Sequence[Entry], images: str) -> str:
    """A list of images, each as `image` with the `rule` that counts for it.

    Takes an expression for the list, whose items have `name`, `full` and `at`.
    """
    found = ".map(k, variables.rules[k])"
    if _is_scoped(entries):
        conditions = "\n      && ".join(_scopes(entries).values()) or "true"
        found = f".map(k, variables.rules[k].filter(r,\n      {conditions}"
        found += "))\n    .filter(r, r.size() > 0).map(r, r[0])"
    fields = (*(name for it in entries[:1] for name in it.more), *_scopes(entries))
    none = _mapping({**_NO_RULE, **dict.fromkeys(fields, "")})
    return f"""\
{images}.map(i, {{
  'image': i,
  'rule': ({_keys(entries)}
    .filter(k, k in variables.rules){found}
    + [{none}])[0]
}})"""


def _keys(entries: Sequence[Entry]) -> str:
    # What an image may be listed under, the longest first.
    patterns = [parse_source(it.key) for it in entries]
    keys = []
    if any(it.digest for it in patterns):
        keys.append("i.name + i.full.find('@.*')")
    if any(it.tag for it in patterns):
        keys.append(f"i.full == i.name ? i.name + ':{DEFAULT_TAG}' : i.full.find('^[^@]+')")
    depths = {it.name.count("/") for it in patterns if not it.is_wildcard}
    for depth in sorted(depths, reverse=True):
        folders = f"([^/]+/){{{depth}}}" if depth > 1 else "[^/]+/" * depth
        keys.append(f"i.name.find('^{folders}[^/]+')")
    named = "[\n" + ",\n".join(f"      {it}" for it in keys) + "\n    ]" if keys else "[]"
    wild = _wild(entries)
    return f"({named}{''.join(f'{_NEXT}+ {it}' for it in wild)})" if wild else named


def _wild(entries: Sequence[Entry]) -> list[str]:
    keys = dict.fromkeys(it.key for it in entries)
    ends = sorted((it[1:] for it in keys if it.startswith(WILDCARD)), key=len, reverse=True)
    every = [f"['{EVERYTHING}']"] if EVERYTHING in keys else []
    if not ends:
        return every
    # With a port and without it, whichever a wildcard has.
    holds = (f"i.name.find('{it}').endsWith(w)" for it in ("^[^/]+", "^[^/:]+"))
    listed = ", ".join(map(quoted, ends))
    return [f"[{listed}].filter(w,\n      {' || '.join(holds)}\n    ).map(w, '*' + w)", *every]


def _is_scoped(entries: Sequence[Entry]) -> bool:
    return any(it.is_scoped for it in entries)


def _scopes(entries: Sequence[Entry]) -> dict[str, str]:
    # The conditions on a single image that rules have, by the field that says them.
    found = {}
    if any(it.only for it in entries):
        found["only"] = "(r.only == '' || (r.only == 'digests') == i.full.contains('@'))"
    if any(it.where.containers != ANY for it in entries):
        found["at"] = "(r.at == '' || i.at.matches(r.at))"
    return found


def _item(entry: Entry, entries: Sequence[Entry]) -> str:
    values = {"rule": entry.rule, "action": entry.action, "to": entry.to, **entry.more}
    theirs = {"only": entry.only, "at": _places(entry.where)}
    literal = _mapping({**values, **{it: theirs[it] for it in _scopes(entries)}})
    if not _is_scoped(entries):
        return literal
    condition = _of_pod(entry)
    return f"({condition} ?\n      [{literal}] : [])" if condition else f"[{literal}]"


def _of_pod(entry: Entry) -> str:
    where = entry.where
    said = [matched("request.namespace", where.namespaces)] if where.namespaces != ANY else []
    said += (
        f"object.metadata.?labels[?{quoted(name)}] == optional.of({quoted(value)})"
        for name, value in where.labels
    )
    return " && ".join(said)


def _places(where: Where) -> str:
    if where.containers == ANY:
        return ""
    volumes = "|^volume " if where.holds_volumes else ""
    return f"^container ({_alternatives(where.containers)})${volumes}"


def _alternatives(globs: Iterable[str]) -> str:
    return "|".join(_is_special(r"\\\1", it).replace("*", ".*") for it in globs)


def _mapping(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"'{name}': {quoted(value)}" for name, value in values.items()) + "}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))

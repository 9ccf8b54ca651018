"""What becomes of the images of a pod, in CEL: new names, digests of the lock, pull secrets.

The variables go on from `cel.judged`, one from the other: `named` with the names that rules give,
`settled` without what the rules would move again, `pinned` with digests of a ConfigMap, and
`moves`, what is written otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transformer.config.config import Config
from transformer.config.mirrors import Rule
from transformer.export import cel, pins
from transformer.export.cel import Variable, quoted
from transformer.export.judgement import Entry
from transformer.export.new_names import is_name, name_of
from transformer.image.reference import DEFAULT_TAG
from transformer.image.repository import EVERYTHING, parse_source, under


def named(entries: Sequence[Entry]) -> Variable:
    """`named`: images with their new `name`, and `source`, the old one; those that get one.

    Takes entries with what `new_names.fields_of` says of their rules.
    """
    ways = [it.more["form"] for it in entries]
    return Variable(
        name="named",
        comment="The new name of each image that a rule moves, and of all others the old one.",
        expression=f"""\
variables.judged.filter(i, i.image.name != '').map(i, {{
  'path': i.image.path,
  'at': i.image.at,
  'text': i.image.text,
  'source': i.image.name,
  'suffix': i.image.full.substring(i.image.name.size()),
  'name':
    i.rule.action != 'move' ? i.image.name :
    {name_of(ways)}
}}).filter(i, {is_name("i.name", (it.to for it in entries))})""",
    )


def settled(entries: Sequence[Entry]) -> Variable:
    """`settled`: those of `named`, as `image`, that the `rule` for their new name leaves there."""
    images = """\
variables.named.map(i, {
  'path': i.path,
  'at': i.at,
  'text': i.text,
  'source': i.source,
  'suffix': i.suffix,
  'name': i.name,
  'full': i.name + i.suffix
})"""
    return Variable(
        name="settled",
        comment="Those that the rules leave where they are then.",
        expression=cel.looked_up(entries, images)
        + ".filter(i, i.rule.action == 'mirrored' || i.rule.action == 'keep')",
    )


def pinned(entries: Sequence[Entry], rules: Sequence[Rule], params: str) -> Iterator[Variable]:
    """`pinned`: those of `settled` with a `pin`, what is to be written behind a tag; and before it
    what it is made of. An image that has a digest gets none, as no key of a lock has one.

    Takes an expression for a ConfigMap of the lock.
    """
    yield Variable(
        name="digests",
        comment="The digests of the lock.",
        expression=f"{params}.?data.orValue({{}})",
    )
    origins = _origins(entries, rules)
    if origins:
        lines = (f"  {quoted(key)}: [{', '.join(map(quoted, it))}]" for key, it in origins.items())
        yield Variable(
            name="origins",
            comment="What images at a mirror were made from: the lock has them by that name.",
            expression="{\n" + ",\n".join(lines) + "\n}",
        )
    yield Variable(
        name="pinned",
        comment="With the digest of an image that is written without one, if there is only one.",
        expression=f"""\
variables.settled.map(i, {{
  'path': i.image.path,
  'text': i.image.text,
  'source': i.image.source,
  'suffix': i.image.suffix,
  'name': i.image.name,
  'key': {_key("i.image.source")},
  'pin': [
    {_names(origins)}
      .map(k, {_key("k")})
      .filter(k, k in variables.digests).map(k, variables.digests[k])
  ].map(all, all.size() > 0 && all.all(it, it == all[0]) ? '@' + all[0] : '')[0]
}})""",
    )


def _key(name: str) -> str:
    replaced = "".join(f".replace('{old}', '{new}')" for old, new in pins.REPLACED)
    return f"({name} + ({_TAG})){replaced}"


_TAG = f"i.image.suffix == '' ? ':{DEFAULT_TAG}' : i.image.suffix"


def _names(origins: Mapping[str, Iterable[str]]) -> str:
    # Only of an image that was at a mirror it must be found out what it was made from.
    if not origins:
        return "[i.image.source]"
    tagged = ""
    if any(parse_source(it).tag for it in origins):
        tagged = f"\n        + variables.origins[?(i.image.name + ({_TAG}))].orValue([])"
    name = f"o + {_BELOW}"
    if any(EVERYTHING in it for it in origins.values()):
        name = f"o == '{EVERYTHING}' ? {_OF_EVERYTHING} : {name}"
    return f"""\
(i.rule.action != 'mirrored' || i.image.name != i.image.source ? [i.image.source] :
        variables.origins[?i.rule.to].orValue([])
          .map(o, {name}){tagged} + [i.image.source])"""


_BELOW = "i.image.name.substring(i.rule.to.size())"
# The host is a folder there, with `_` for a colon.
_OF_EVERYTHING = (
    f"{_BELOW}.find('[^/]+').replace('_', ':') +\n            {_BELOW}.find('[^/]/.*').find('/.*')"
)


def _origins(entries: Iterable[Entry], rules: Iterable[Rule]) -> dict[str, list[str]]:
    # As `Rule.source_of` has it, of rules with a target that is an entry's, or is above it.
    found: dict[str, list[str]] = {}
    for entry in (it for it in entries if it.action == "mirrored"):
        for rule in (it for it in rules if it.target and under(entry.key, it.target)):
            pattern = parse_source(rule.source)
            tag = f":{pattern.tag}" if pattern.tag else ""
            name = pattern.name + entry.key[len(rule.target) :]
            if pattern.is_everything and entry.key == rule.target:
                name = EVERYTHING
            elif pattern.is_wildcard or pattern.digest:
                continue
            found.setdefault(f"{entry.key}{tag}", []).append(name)
    return found


def moves(config: Config, parts: int, params: str) -> Variable:
    """`moves`: the `path` of each image that is written otherwise, and its `final` text.

    Takes the number of ConfigMaps that have the lock, 0 for none, and an expression for one. Of
    several each moves what its keys are for.
    """
    images = "variables.pinned" if parts else "variables.settled.map(i, i.image)"
    moved = "i.name + i.suffix"
    kept = "i.text"
    if parts:
        moved, kept = "i.name + i.suffix + i.pin", "i.text + i.pin"
    if not config.digests.keep_tag:
        pin = "i.pin != '' ? i.pin : " if parts else ""
        moved = f"i.name + ({pin}i.suffix.contains('@') ? i.suffix.find('@.*') : i.suffix)"
        if parts:
            kept = (
                "i.pin == '' ? i.text :\n"
                "    i.text.substring(0, i.text.size() - i.suffix.size()) + i.pin"
            )
    return Variable(
        name="moves",
        comment="What is written otherwise.",
        expression=f"""\
{images}.map(i, {{
  'path': i.path,
  'text': i.text,{_ITS_KEY if parts > 1 else ""}
  'final':
    i.name != i.source ? {moved} :
    {kept}
}}).filter(i, i.final != i.text{_is_mine(params) if parts > 1 else ""})""",
    )


# What is not moved has its digest in any part.
_ITS_KEY = "\n  'key': i.name != i.source ? i.key : '',"


def _is_mine(params: str) -> str:
    first = f"{params}.metadata.annotations['{pins.FIRST}']"
    end = f"{params}.metadata.annotations['{pins.END}']"
    return f"""
  && (i.key == '' || i.key >= {first}
    && ({end} == '' || i.key < {end}))"""


def secrets(config: Config) -> Variable:
    """`secrets`: the names of the pull secrets that a pod needs and does not have."""
    names = ", ".join(map(quoted, config.secret_names))
    return Variable(
        name="secrets",
        comment="The pull secrets that a new pod lacks.",
        expression=f"""\
request.operation != 'CREATE' ? [] : [{names}].filter(s,
  variables.settled.exists(i, s in i.rule.pull.split(','))
  && !object.spec.?imagePullSecrets.orValue([]).exists(p, p.?name.orValue('') == s)
)""",
    )

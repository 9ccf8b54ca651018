"""What the options of commands that know registries mean, alone and together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from transformer.config import PLATFORM, RESOLVE_FROM
from transformer.invocation import RegistryOptions
from transformer.options import Option, usage

_PINNING = ("transform", "check", "diff", "images")
_ASKING = ("lock", "verify", *_PINNING)

REGISTRY_OPTIONS = (
    Option(
        name="update",
        metavar="GLOB",
        bare="*",
        commands=("lock",),
        help="ask again for what the lock has: --update for all, --update=GLOB for some",
    ),
    Option(name="prune", commands=("lock",), help="take out what the manifests do not use"),
    Option(name="check", commands=("lock",), help="write nothing, exit 1 unless all is locked"),
    Option(name="refresh", commands=("lock",), help="with --check: ask whether tags moved on"),
    Option(name="diff", metavar="OLD", commands=("lock",), help="compare the lock with another"),
    Option(
        name="import",
        metavar="FILE",
        commands=("lock",),
        help="take digests from a lock of kbld, answers of buildx, or lines of image and digest",
    ),
    Option(
        name="from", choices=RESOLVE_FROM, commands=("lock",), help="whom to ask, mirror if not set"
    ),
    Option(
        name="platform",
        metavar="OS/ARCH",
        many=True,
        commands=("lock",),
        help="what every image must offer, its digest is noted; may be repeated",
    ),
    Option(
        name="pull-secrets",
        metavar="FILE",
        commands=("verify",),
        help="a Docker config or Secrets: see that they authorise the pods that get them",
    ),
    Option(
        name="deadline",
        metavar="SECONDS",
        commands=_ASKING,
        help="for all that is asked of registries: 120 for lock and verify, otherwise 20",
    ),
    Option(
        name="cache",
        metavar="FILE",
        commands=_PINNING,
        help="where answers are kept, `none` for nowhere",
    ),
    Option(
        name="cache-ttl",
        metavar="SECONDS",
        commands=_PINNING,
        help="how long the answer for a tag counts, 3600 if not set",
    ),
    Option(
        name="plain-http",
        metavar="HOST",
        many=True,
        commands=_ASKING,
        help="a registry that speaks no TLS; may be repeated",
    ),
    Option(
        name="token-realm",
        metavar="HOST",
        many=True,
        commands=_ASKING,
        help="a token server that may see the credentials of others; may be repeated",
    ),
    Option(
        name="auth-file",
        metavar="FILE",
        many=True,
        commands=_ASKING,
        help="credentials as Docker or containers keep them, first of all; may be repeated",
    ),
    Option(
        name="mounted-secret",
        metavar="FILE",
        many=True,
        commands=_ASKING,
        help="a mounted .dockerconfigjson or .dockercfg, likewise; may be repeated",
    ),
    Option(name="ca-file", metavar="FILE", commands=_ASKING, help="more certificates to trust"),
    Option(name="client-cert", metavar="FILE", commands=_ASKING, help="who we are to registries"),
    Option(name="client-key", metavar="FILE", commands=_ASKING, help="its key, if elsewhere"),
)

# Each of the first must not be used with any of the second.
_APART = (
    (("check",), ("update", "prune", "import")),
    (("diff",), ("check", "update", "prune", "import", "from", "platform", "deadline")),
    (("import",), ("from", "platform")),
)


def registry_options(
    name: str, arguments: Mapping[str, Any], environment: Mapping[str, str]
) -> RegistryOptions:
    """What a command is told about registries.

    Takes its name, what the parser found, and the environment, which is heard by commands that have
    the option. Raises `UsageError` for options of other commands, for those that contradict each
    other, and for what is no platform or number.
    """
    values: dict[str, Any] = {}
    for option in REGISTRY_OPTIONS:
        given = arguments[option.name.replace("-", "_")]
        if given is not None and name not in option.commands:
            owners = " and ".join(f"`{owner}`" for owner in option.commands)
            raise usage(f"`--{option.name}` must not be used with `{name}`, but with {owners}")
        if given is None and name in option.commands:
            given = _twin(option, environment)
        values[option.name] = given
    _check(values)
    return _read(values)


def _twin(option: Option, environment: Mapping[str, str]) -> str | bool | list[str] | None:
    value = option.value_in(environment)
    if not value:
        return None
    if option.many:
        return value.split(",")
    return value if option.metavar or option.choices else value == "true" or None


def _check(values: Mapping[str, Any]) -> None:
    for firsts, seconds in _APART:
        for first in firsts:
            for second in seconds:
                if values[first] is not None and values[second] is not None:
                    raise usage(f"`--{first}` and `--{second}` must not be used together")
    if values["refresh"] is not None and values["check"] is None:
        raise usage("`--refresh` must be used with `--check`")


def _read(values: Mapping[str, Any]) -> RegistryOptions:
    for platform in values["platform"] or ():
        if not re.fullmatch(PLATFORM, platform):
            raise usage(f'`--platform` must be os/arch[/variant]: "{platform}"')
    return RegistryOptions(
        update=values["update"] or "",
        prune=bool(values["prune"]),
        check=bool(values["check"]),
        refresh=bool(values["refresh"]),
        diff=values["diff"] or "",
        imported=values["import"] or "",
        resolve_from=values["from"] or "",
        platforms=tuple(values["platform"] or ()),
        secrets=values["pull-secrets"] or "",
        deadline=_seconds("deadline", values["deadline"]),
        cache=values["cache"] or "",
        cache_ttl=_seconds("cache-ttl", values["cache-ttl"]),
        plain_http=tuple(values["plain-http"] or ()),
        realms=tuple(values["token-realm"] or ()),
        ca_file=values["ca-file"] or "",
        client_cert=values["client-cert"] or "",
        client_key=values["client-key"] or "",
        auth_files=tuple(values["auth-file"] or ()),
        mounted_secrets=tuple(values["mounted-secret"] or ()),
    )


def _seconds(name: str, text: str | None) -> float:
    if text is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", text) or not float(text):
        raise usage(f'`--{name}` must be a number of seconds above 0: "{text}"')
    return float(text)

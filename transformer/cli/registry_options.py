"""What the options of commands that know registries mean, alone and together."""

from __future__ import annotations

import re
from collections.abc import Mapping

from transformer.cli.arguments import ON, Arguments, Option, values_of
from transformer.cli.invocation import RegistryOptions
from transformer.config.config import PLATFORM, RESOLVE_FROM
from transformer.errors import Problem, UsageError
from transformer.messages import quoted

_PINNING = ("transform", "check", "diff", "images")
_ASKING = ("lock", "verify", *_PINNING)

REGISTRY_OPTIONS = (
    Option(
        name="update",
        variable="MIRRORPIN_UPDATE",
        metavar="GLOB",
        bare="*",
        commands=("lock",),
        help="ask again for what the lock has: --update for all, --update=GLOB for some",
    ),
    Option(
        name="prune",
        variable="MIRRORPIN_PRUNE",
        commands=("lock",),
        help="take out what the manifests do not use",
    ),
    Option(
        name="check",
        variable="MIRRORPIN_CHECK",
        commands=("lock",),
        help="write nothing, exit 1 unless all is locked",
    ),
    Option(
        name="refresh",
        variable="MIRRORPIN_REFRESH",
        commands=("lock",),
        help="with --check: ask whether tags moved on",
    ),
    Option(
        name="diff",
        variable="MIRRORPIN_DIFF",
        metavar="OLD",
        commands=("lock",),
        help="compare the lock with another",
    ),
    Option(
        name="import",
        variable="MIRRORPIN_IMPORT",
        metavar="FILE",
        commands=("lock",),
        help="take digests from a lock of kbld, answers of buildx, or lines of image and digest",
    ),
    Option(
        name="from",
        variable="MIRRORPIN_FROM",
        metavar="WHOM",
        choices=RESOLVE_FROM,
        commands=("lock",),
        help="whom to ask: mirror (if not given), source or both",
    ),
    Option(
        name="platform",
        variable="MIRRORPIN_PLATFORM",
        metavar="OS/ARCH",
        many=True,
        commands=("lock",),
        help="what every image must offer, its digest is noted; may be repeated",
    ),
    Option(
        name="pull-secrets",
        variable="MIRRORPIN_PULL_SECRETS",
        metavar="FILE",
        commands=("verify",),
        help="a Docker config or Secrets: see that they authorise the pods that get them",
    ),
    Option(
        name="deadline",
        variable="MIRRORPIN_DEADLINE",
        metavar="SECONDS",
        commands=_ASKING,
        help="for all that is asked of registries: 120 for lock and verify, otherwise 20",
    ),
    Option(
        name="offline",
        variable="MIRRORPIN_OFFLINE",
        commands=_ASKING,
        help="ask no registry and no cache, whatever the mode: what would be asked is an error",
    ),
    Option(
        name="cache",
        variable="MIRRORPIN_CACHE",
        metavar="FILE",
        commands=_PINNING,
        help="where answers are kept: a file, the URL of a Redis, or `none` for nowhere",
    ),
    Option(
        name="cache-ttl",
        variable="MIRRORPIN_CACHE_TTL",
        metavar="SECONDS",
        commands=_PINNING,
        help="how long the answer for a tag counts, 3600 if not set",
    ),
    Option(
        name="plain-http",
        variable="MIRRORPIN_PLAIN_HTTP",
        metavar="HOST",
        many=True,
        commands=_ASKING,
        help="a registry that speaks no TLS; may be repeated",
    ),
    Option(
        name="token-realm",
        variable="MIRRORPIN_TOKEN_REALM",
        metavar="HOST",
        many=True,
        commands=_ASKING,
        help="a token server, HOST[:PORT], that may see the credentials of others; may be repeated",
    ),
    Option(
        name="auth-file",
        variable="MIRRORPIN_AUTH_FILE",
        metavar="FILE",
        many=True,
        commands=_ASKING,
        help="credentials as Docker or containers keep them, first of all; may be repeated",
    ),
    Option(
        name="mounted-secret",
        variable="MIRRORPIN_MOUNTED_SECRET",
        metavar="FILE",
        many=True,
        commands=_ASKING,
        help="a mounted .dockerconfigjson or .dockercfg, likewise; may be repeated",
    ),
    Option(
        name="ca-file",
        variable="MIRRORPIN_CA_FILE",
        metavar="FILE",
        commands=_ASKING,
        help="more certificates to trust",
    ),
    Option(
        name="client-cert",
        variable="MIRRORPIN_CLIENT_CERT",
        metavar="FILE",
        commands=_ASKING,
        help="who we are to registries",
    ),
    Option(
        name="client-key",
        variable="MIRRORPIN_CLIENT_KEY",
        metavar="FILE",
        commands=_ASKING,
        help="its key, if elsewhere",
    ),
    Option(
        name="certs-dir",
        variable="MIRRORPIN_CERTS_DIR",
        metavar="DIR",
        many=True,
        commands=_ASKING,
        help="a folder with one for each HOST[:PORT], as certs.d of Docker; may be repeated",
    ),
    Option(
        name="get-when-absent",
        variable="MIRRORPIN_GET_WHEN_ABSENT",
        metavar="HOST",
        many=True,
        commands=_ASKING,
        help="a registry that denies to HEAD what GET finds; may be repeated",
    ),
)

# Each of the first must not be used with any of the second.
_APART = (
    (("check",), ("update", "prune", "import")),
    (("diff",), ("check", "update", "prune", "import", "from", "platform", "deadline")),
    (("import",), ("from", "platform")),
)


def registry_options(name: str, arguments: Arguments) -> RegistryOptions:
    """What a command is told about registries.

    Takes its name and what was asked for; the environment is heard by commands that have the
    option. Raises `UsageError` for options of other commands, for those that contradict each other,
    and for what is no platform or number.
    """
    values = values_of(name, arguments, REGISTRY_OPTIONS)
    _check(values)
    _check_cache(values["cache"], is_given="cache" in arguments.given)
    return _read(values)


def _check(values: Mapping[str, str]) -> None:
    for firsts, seconds in _APART:
        for first in firsts:
            for second in seconds:
                if values[first] and values[second]:
                    raise _usage(f"`--{first}` and `--{second}` must not be used together")
    if values["refresh"] and not values["check"]:
        raise _usage("`--refresh` must be used with `--check`")


def _check_cache(text: str, *, is_given: bool) -> None:
    # A password is quoted nowhere, and so nothing of the URL is.
    if "://" not in text:
        return
    from transformer.registry.cache.redis_url import FORM, BadRedisUrl, parse_redis_url

    try:
        place = parse_redis_url(text)
    except BadRedisUrl:
        raise _usage(f"`--cache` must be a file, `none`, or {FORM}") from None
    if is_given and place.password:
        hint = "hand it over in MIRRORPIN_CACHE"
        raise _usage("`--cache` must not hold a password, which every process can see", hint)


def _read(values: Mapping[str, str]) -> RegistryOptions:
    for platform in _several(values["platform"]):
        if not re.fullmatch(PLATFORM, platform):
            raise _usage(f"`--platform` must be os/arch[/variant]: {quoted(platform)}")
    return RegistryOptions(
        update=values["update"],
        prune=values["prune"] == ON,
        check=values["check"] == ON,
        refresh=values["refresh"] == ON,
        diff=values["diff"],
        imported=values["import"],
        resolve_from=next((it for it in RESOLVE_FROM if it == values["from"]), ""),
        platforms=_several(values["platform"]),
        secrets=values["pull-secrets"],
        deadline=_seconds("deadline", values["deadline"]),
        offline=values["offline"] == ON,
        cache=values["cache"],
        cache_ttl=_seconds("cache-ttl", values["cache-ttl"]),
        plain_http=_several(values["plain-http"]),
        realms=_several(values["token-realm"]),
        ca_file=values["ca-file"],
        client_cert=values["client-cert"],
        client_key=values["client-key"],
        certs_folders=_several(values["certs-dir"]),
        absent_again=_several(values["get-when-absent"]),
        auth_files=_several(values["auth-file"]),
        mounted_secrets=_several(values["mounted-secret"]),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _seconds(name: str, text: str) -> float:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", text) or not float(text):
        raise _usage(f"`--{name}` must be a number of seconds above 0: {quoted(text)}")
    return float(text)


def _usage(message: str, hint: str = "") -> UsageError:
    return UsageError(Problem(code="usage", message=message, hint=hint))

"""What the options of commands that know registries mean, alone and together."""

from __future__ import annotations

import re
from collections.abc import Mapping

from transformer.cli.arguments import Option
from transformer.cli.command import Section
from transformer.cli.invocation import RegistryOptions
from transformer.config.config import PLATFORM, RESOLVE_FROM
from transformer.errors import usage_error
from transformer.messages import quoted

LOCK = (
    Option(
        name="update",
        variable="MIRRORPIN_UPDATE",
        metavar="GLOB",
        bare="*",
        help="ask again for what the lock has: --update for all, --update=GLOB for some",
    ),
    Option(
        name="prune",
        variable="MIRRORPIN_PRUNE",
        help="take out what the manifests do not use",
    ),
    Option(
        name="keep-going",
        variable="MIRRORPIN_KEEP_GOING",
        help="write what was answered, and exit 1 if that is not all",
    ),
    Option(
        name="check",
        variable="MIRRORPIN_CHECK",
        help="write nothing, exit 1 unless all is locked",
    ),
    Option(
        name="refresh",
        variable="MIRRORPIN_REFRESH",
        help="with --check: ask whether tags moved on",
    ),
    Option(
        name="diff",
        variable="MIRRORPIN_DIFF",
        metavar="OLD",
        help="compare the lock with another",
    ),
    Option(
        name="import",
        variable="MIRRORPIN_IMPORT",
        metavar="FILE",
        help="take digests from a lock of kbld, answers of buildx, or lines of image and digest",
    ),
    Option(
        name="from",
        variable="MIRRORPIN_FROM",
        metavar="WHOM",
        choices=RESOLVE_FROM,
        help="whom to ask: mirror (if not given), source or both",
    ),
    Option(
        name="platform",
        variable="MIRRORPIN_PLATFORM",
        metavar="OS/ARCH",
        many=True,
        help="what every image must offer, its digest is noted; may be repeated",
    ),
    Option(
        name="created",
        variable="MIRRORPIN_CREATED",
        help="note when each image was made, for the gate `age`; asks for each of its platforms",
    ),
    Option(
        name="verify-signatures",
        variable="MIRRORPIN_VERIFY_SIGNATURES",
        help="have cosign check what rules demand by `signedBy`, and note who has signed",
    ),
)

PULL_SECRETS = Option(
    name="pull-secrets",
    variable="MIRRORPIN_PULL_SECRETS",
    metavar="FILE",
    help="a Docker config or Secrets: see that they authorise the pods that get them",
)

AUTH_FILE = Option(
    name="auth-file",
    variable="MIRRORPIN_AUTH_FILE",
    metavar="FILE",
    many=True,
    help="credentials as Docker or containers keep them, first of all; may be repeated",
)
MOUNTED_SECRET = Option(
    name="mounted-secret",
    variable="MIRRORPIN_MOUNTED_SECRET",
    metavar="FILE",
    many=True,
    help="a mounted .dockerconfigjson or .dockercfg, likewise; may be repeated",
)

_ASKING = (
    Option(
        name="deadline",
        variable="MIRRORPIN_DEADLINE",
        metavar="SECONDS",
        help="for all that is asked of registries: 120 for the commands of mirrors, otherwise 20",
    ),
    Option(
        name="offline",
        variable="MIRRORPIN_OFFLINE",
        help="ask no registry and no cache, whatever the mode: what would be asked is an error",
    ),
    Option(
        name="plain-http",
        variable="MIRRORPIN_PLAIN_HTTP",
        metavar="HOST",
        many=True,
        help="a registry that speaks no TLS; may be repeated",
    ),
    Option(
        name="token-realm",
        variable="MIRRORPIN_TOKEN_REALM",
        metavar="HOST",
        many=True,
        help="a token server, HOST[:PORT], that may see the credentials of others; may be repeated",
    ),
    AUTH_FILE,
    MOUNTED_SECRET,
    Option(
        name="ca-file",
        variable="MIRRORPIN_CA_FILE",
        metavar="FILE",
        help="more certificates to trust",
    ),
    Option(
        name="client-cert",
        variable="MIRRORPIN_CLIENT_CERT",
        metavar="FILE",
        help="who we are to registries",
    ),
    Option(
        name="client-key",
        variable="MIRRORPIN_CLIENT_KEY",
        metavar="FILE",
        help="its key, if elsewhere",
    ),
    Option(
        name="certs-dir",
        variable="MIRRORPIN_CERTS_DIR",
        metavar="DIR",
        many=True,
        help="a folder with one for each HOST[:PORT], as certs.d of Docker; may be repeated",
    ),
    Option(
        name="get-when-absent",
        variable="MIRRORPIN_GET_WHEN_ABSENT",
        metavar="HOST",
        many=True,
        help="a registry that denies to HEAD what GET finds; may be repeated",
    ),
)

_CACHE = (
    Option(
        name="cache",
        variable="MIRRORPIN_CACHE",
        metavar="FILE",
        help="where answers are kept: a file, the URL of a Redis, or `none` for nowhere",
    ),
    Option(
        name="cache-ttl",
        variable="MIRRORPIN_CACHE_TTL",
        metavar="SECONDS",
        help="how long the answer for a tag counts, 3600 if not set",
    ),
)

ASKING = Section(title="registries", options=_ASKING)
PINNING = Section(
    title="registries, which are asked when `digests.mode` is resolve", options=(*_ASKING, *_CACHE)
)

# Each of the first must not be used with any of the second.
_APART = (
    (("check",), ("update", "prune", "keep-going", "import", "created")),
    (
        ("diff",),
        (
            *("check", "update", "prune", "keep-going", "import", "from", "platform", "created"),
            *("deadline", "verify-signatures"),
        ),
    ),
    (("import",), ("keep-going", "from", "platform", "created", "verify-signatures")),
    (("offline",), ("verify-signatures",)),
)


def registry_options(values: Mapping[str, str], *, is_cache_given: bool) -> RegistryOptions:
    """What a command is told about registries.

    Takes the values of its options by name, and whether that of the cache stands on the command
    line. Raises `UsageError` for options that contradict each other, and for what is no platform or
    number.
    """
    told = {name: value for name, value in values.items() if value}
    _check(told)
    _check_cache(told.get("cache", ""), is_given=is_cache_given)
    return _read(told)


def _check(values: Mapping[str, str]) -> None:
    for firsts, seconds in _APART:
        for first in firsts:
            for second in seconds:
                if first in values and second in values:
                    raise usage_error(
                        f"`--{first}` and `--{second}` are both given: expected one of them"
                    )
    if "refresh" in values and "check" not in values:
        raise usage_error("`--refresh` is used alone: expected `--check` beside it")


def _check_cache(text: str, *, is_given: bool) -> None:
    # A password is quoted nowhere, and so nothing of the URL is.
    if "://" not in text:
        return
    from transformer.registry.cache.redis_url import FORM, BadRedisUrl, parse_redis_url

    try:
        place = parse_redis_url(text)
    except BadRedisUrl:
        raise usage_error(f"`--cache` is none of these: a file, `none`, or {FORM}") from None
    if is_given and place.password:
        hint = "hand it over in MIRRORPIN_CACHE"
        raise usage_error("`--cache` holds a password, which every process can see", hint)


def _read(values: Mapping[str, str]) -> RegistryOptions:
    def text(name: str) -> str:
        return values.get(name, "")

    for platform in _several(text("platform")):
        if not re.fullmatch(PLATFORM, platform):
            raise usage_error(f"`--platform` is {quoted(platform)}: expected os/arch[/variant]")
    return RegistryOptions(
        update=text("update"),
        prune="prune" in values,
        keep_going="keep-going" in values,
        check="check" in values,
        created="created" in values,
        verify_signatures="verify-signatures" in values,
        refresh="refresh" in values,
        diff=text("diff"),
        imported=text("import"),
        resolve_from=next((it for it in RESOLVE_FROM if it == text("from")), ""),
        platforms=_several(text("platform")),
        secrets=text("pull-secrets"),
        deadline=_seconds("deadline", text("deadline")),
        offline="offline" in values,
        cache=text("cache"),
        cache_ttl=_seconds("cache-ttl", text("cache-ttl")),
        plain_http=_several(text("plain-http")),
        realms=_several(text("token-realm")),
        ca_file=text("ca-file"),
        client_cert=text("client-cert"),
        client_key=text("client-key"),
        certs_folders=_several(text("certs-dir")),
        absent_again=_several(text("get-when-absent")),
        auth_files=_several(text("auth-file")),
        mounted_secrets=_several(text("mounted-secret")),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _seconds(name: str, text: str) -> float:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", text) or not float(text):
        raise usage_error(f"`--{name}` is {quoted(text)}: expected a number of seconds above 0")
    return float(text)

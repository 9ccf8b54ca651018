"""Every parser of foreign text, as a target for fuzzing: a function that must not raise.

Each takes text that somebody else wrote and lets pass what is documented to be raised. `SEEDS` has
texts that lead a fuzzer into each; without them it would take it hours to find the first bracket.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Target = Callable[[str], None]

TARGETS: dict[str, Target] = {}
SEEDS: dict[str, Sequence[str]] = {}

_DIGEST = "sha256:" + "0" * 64
_URL = "https://registry.example.com/v2/a/manifests/1"


def target(*seeds: str) -> Callable[[Target], Target]:
    """Make a function a target, under its own name with hyphens."""

    def named(function: Target) -> Target:
        name = function.__name__.replace("_", "-")
        TARGETS[name], SEEDS[name] = function, seeds
        return function

    return named


@target("nginx", "docker.io/library/nginx:1.27", f"localhost:5000/a@{_DIGEST}", "[::1]:5000/a:b")
def references(text: str) -> None:
    from transformer.image.reference import BadReference, normalize, parse

    with contextlib.suppress(BadReference):
        parse(text)
        known = normalize(text)
        again = normalize(str(known))
        assert (again.name, again.tag, again.digest) == (known.name, known.tag, known.digest)


_HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n"
_CONFIGS = (
    "  mirrors:\n  - {source: docker.io, target: r.example.com/x, pullSecrets: [a]}\n",
    "  mirrors:\n  - {source: '*.io', template: 'r.example.com/{{ host | slug }}'}\n",
    "  mirrors: [{source: quay.io, target: r.example.com, where: {kinds: [Pod*]}}]\n",
    "  digests: {mode: lock, platforms: [linux/amd64]}\n  unmatched: warn\n",
    "  fields: [{group: a.b, kind: C, path: 'spec.x[].image'}]\n",
)


@target(*(_HEAD + it for it in _CONFIGS))
def configuration(text: str) -> None:
    from transformer import ConfigError, parse_config

    with contextlib.suppress(ConfigError):
        parse_config("mirrorpin.yaml", text, "")


@target("spec.images[].reference", 'a["b.c"]{}.d', "a.b")
def field_paths(text: str) -> None:
    from transformer.places.place import BadPath, parse_path, write_path

    with contextlib.suppress(BadPath):
        steps = parse_path(text)
        assert parse_path(write_path(steps)) == steps


@target(
    "r.example.com/{{ host | slug }}/{{ repository }}", "{% for n in names %}{{ n }}{% endfor %}"
)
def templates(text: str) -> None:
    from transformer.config.template_language import Budget, TemplateFault
    from transformer.config.templates import (
        TARGET_VARIABLES,
        compile_target,
        render_secret,
        render_target,
    )

    with contextlib.suppress(TemplateFault):
        variables = dict.fromkeys(TARGET_VARIABLES, "docker.io/a")
        render_target(compile_target(text), variables, Budget())
    with contextlib.suppress(TemplateFault):
        render_secret(text, namespace="a", names=["b", "c"], budget=Budget())


_LOCK = f"version: 1\nimages:\n  docker.io/library/nginx:1.27:\n    digest: {_DIGEST}\n"
_FULL_LOCK = f"""{_LOCK}    mediaType: application/vnd.oci.image.index.v1+json
    size: 7
    platforms:
      linux/amd64: {_DIGEST}
"""


@target(_LOCK, _FULL_LOCK, f"# x\nversion: 1\nimages: {{a.io/b:1: {{digest: '{_DIGEST}'}}}}\n")
def locks(text: str) -> None:
    from transformer import ConfigError, parse_lock

    with contextlib.suppress(ConfigError):
        lock = parse_lock("images.lock.yaml", text)
        for key in lock:
            lock.get(key)


@target(_LOCK, _FULL_LOCK, _LOCK.replace("\n", "\r\n"))
def changed_locks(text: str) -> None:
    from transformer import ConfigError, parse_lock
    from transformer.image.descriptor import Descriptor
    from transformer.lock.edit import change_lock

    known = Descriptor(digest=_DIGEST, media_type="a/b", size=1)
    with contextlib.suppress(ConfigError):
        removed = [key for key in parse_lock("l", text) if key.startswith("docker.io")]
        changed = change_lock("l", text, {"a.io/b:1": known}, removed)
        assert parse_lock("l", changed).get("a.io/b:1")


@target(
    '{"auths": {"a.io": {"auth": "YTpi"}, "*.b:5000/c": {"username": "u", "password": "p"}}}',
    '{"auths": {"https://index.docker.io/v1/": {"identitytoken": "x"}}, "credsStore": "x"}',
    '{"a.io": {"auth": "YTpi"}}',
)
def auth_files(text: str) -> None:
    from tools.hostile.standins import written
    from transformer.registry import Credentials
    from transformer.registry.faults import Refusal

    path = str(written("config.json", text.encode("utf-8", "surrogatepass")))
    for known in (
        Credentials({}, files=[path], search=False),
        Credentials({}, kubernetes=[path], search=False),
    ):
        for domain in ("a.io", "x.b:5000", "docker.io", "localhost:5000"):
            with contextlib.suppress(Refusal):
                found = known.find(domain, "c/d")
                assert found is None or found.basic.startswith("Basic ")


@target(
    '{"auths": {"*.io": {"auth": "YTpi"}}}',
    "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
    "type: kubernetes.io/dockerconfigjson\nstringData:\n"
    '  .dockerconfigjson: \'{"auths": {"a.io": {"auth": "YTpi"}}}\'\n',
)
def pull_secrets(text: str) -> None:
    from transformer import ConfigError
    from transformer.image.reference import normalize
    from transformer.pull_secrets.secrets import parse_secrets

    with contextlib.suppress(ConfigError):
        for secret in parse_secrets("secret.yaml", text):
            for name in ("a.io/b:1", "nginx", "localhost:5000/c/d"):
                secret.authorises(normalize(name))


@target("a*b", "*a*\nbaab", "**\n" + "a" * 50)
def globs(text: str) -> None:
    from transformer.places.glob import glob_matches

    glob, _, name = text.partition("\n")
    assert glob_matches(glob, glob.replace("*", ""))
    glob_matches(glob, name)


@target('Bearer realm="https://a.io/token",service="x",scope="a:b:c"', "Basic realm=x, Bearer a=b")
def challenges(text: str) -> None:
    from transformer.registry.auth.challenges import challenge_of

    challenge_of(text.split("\n"))


@target(
    "/v2/x",
    "http://127.0.0.1:99999/",
    "//u:p@[::1]:5000/a?b#c",
    "//[::1]@[:",
    "https://a.io:443/%00",
)
def urls(text: str) -> None:
    from transformer.registry.http.urls import join, parse_url, split_port

    base = parse_url(_URL)
    assert base is not None
    for url in (parse_url(text), join(base, text)):
        assert url is None or parse_url(str(url)) == url
    split_port(text)


@target("120", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 +2359")
def retry_after(text: str) -> None:
    from transformer.registry.http import exchange

    wait = exchange.retry_after({"retry-after": text})
    assert wait is None or wait >= 0


_INDEX = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{"digest": _DIGEST, "platform": {"os": "linux", "architecture": "arm64"}}],
    }
)


@target(_INDEX, '{"schemaVersion": 1}', '{"errors": [{"code": "DENIED", "message": "no"}]}')
def answers(text: str) -> None:
    """The body of an answer: a manifest, an index, or an error."""
    from transformer.registry.answers import json_object, refusal_of
    from transformer.registry.auth.credential import Secrets
    from transformer.registry.faults import Refusal
    from transformer.registry.manifests import hashed
    from transformer.registry.platforms import config_of, platforms_of

    with contextlib.suppress(Refusal):
        hashed(_answer(200, {}, text), "")
    refusal_of(_answer(403, {}, text), Secrets(), anonymous=False)
    content = json_object(text.encode("utf-8", "surrogatepass")) or {}
    platforms_of(content)
    config_of(content)


@target(
    json.dumps({"docker-content-digest": _DIGEST, "content-length": "7", "content-type": "a/b"}),
    '{"ratelimit-limit": "100;w=21600", "retry-after": "1"}',
    '{"content-encoding": "gzip", "content-type": "application/vnd.oci.image.index.v1+json"}',
)
def headers(text: str) -> None:
    from transformer.registry.answers import refusal_of
    from transformer.registry.auth.credential import Secrets
    from transformer.registry.faults import Refusal
    from transformer.registry.manifests import described, hashed

    given = {str(name): str(value) for name, value in _object(text).items()}
    with contextlib.suppress(Refusal):
        described(_answer(200, given, ""), "")
    with contextlib.suppress(Refusal):
        hashed(_answer(200, given, _INDEX), "")
    refusal_of(_answer(429, given, ""), Secrets(), anonymous=True)


@target('{"token": "abc", "expires_in": 60}', '{"access_token": "a", "expires_in": 1e999}')
def tokens(text: str) -> None:
    from transformer.registry.auth.credential import Secrets
    from transformer.registry.auth.tokens import Tokens, Wish
    from transformer.registry.faults import Refusal
    from transformer.registry.http.urls import parse_url

    class Says:
        def ask(self, _: object) -> Any:  # noqa: ANN401 a `Response`
            return _answer(200, {}, text)

    url = parse_url(_URL)
    assert url is not None
    wish = Wish(registry=url.origin, realm=url, service="a", scopes=("b",), credential=None)
    exchange: Any = Says()
    with contextlib.suppress(Refusal):
        assert Tokens(Secrets(), "mirrorpin").get(wish, exchange)


@target('{"Username": "u", "Secret": "s"}', '{"Username": "<token>", "Secret": "x"}', "not found")
def helpers(text: str) -> None:
    """What a credential helper prints."""
    from tools.hostile.standins import helper
    from transformer.registry.auth.helpers import Helpers
    from transformer.registry.faults import Refusal

    with contextlib.suppress(Refusal):
        found = Helpers(helper(text.encode("utf-8", "surrogatepass"))).get("said", "a.io")
        assert found is None or found.identity or found.basic


@target(
    f"apiVersion: kbld.k14s.io/v1alpha1\nkind: Config\noverrides:\n"
    f"- {{image: nginx, newImage: 'a.io/b@{_DIGEST}'}}\n",
    f"nginx:1.27 {_DIGEST}\n",
    json.dumps({"name": "nginx:1", "manifest": {"digest": _DIGEST, "size": 3}}),
)
def imports(text: str) -> None:
    from transformer import ConfigError
    from transformer.lock.imports import parse_import

    with contextlib.suppress(ConfigError):
        parse_import("kbld.lock.yml", text)


@target("linux/amd64\nlinux/arm64/v8", '{"os": "linux", "architecture": "arm"}')
def platforms(text: str) -> None:
    from transformer.image.platform import absent, chosen
    from transformer.registry.platforms import platform_name

    listed = text.split("\n")
    missing = absent(["linux/amd64", "linux/arm"], listed)
    assert set(missing) <= {"linux/amd64", "linux/arm"}
    chosen(["linux/amd64"], dict.fromkeys(listed, _DIGEST))
    platform_name(_object(text))


@target('{"PARAM_VALUES_0": "a.yaml", "PARAM_CONFIG": "b", "PARAM_DIGESTS": "lock"}')
def parameters(text: str) -> None:
    """What an application in Argo CD sends to the plugin."""
    from transformer import UsageError
    from transformer.cli.cmp.parameters import read
    from transformer.cli.cmp.renderers import COMMON, RENDERERS

    environment = {name: str(value) for name, value in _object(text).items()}
    for renderer in RENDERERS.values():
        with contextlib.suppress(UsageError):
            read(environment, {**COMMON, **renderer.parameters})


_ENTRY = {"digest": _DIGEST, "mediaType": "a/b", "size": 7, "platforms": None, "asked": 1e9}


@target("$3\r\nabc\r\n", "-ERR x\r\n", f"$1000000\r\n{json.dumps(_ENTRY)}", ":1\r\n", "*1\r\n")
def redis_replies(text: str) -> None:
    from tools.hostile.standins import redis_cache

    redis_cache(text.encode("utf-8", "surrogatepass"))


@target(json.dumps(_ENTRY), json.dumps({**_ENTRY, "platforms": {"linux/amd64": _DIGEST}}))
def redis_values(text: str) -> None:
    from tools.hostile.standins import redis_cache

    value = text.encode("utf-8", "surrogatepass")
    redis_cache(b"$%d\r\n%b\r\n" % (len(value), value))


@target(json.dumps([_DIGEST, "a/b", 7, None, 1e9]), json.dumps([_DIGEST, "a/b", 7, "{}", 1e9]))
def cache_rows(text: str) -> None:
    from tools.hostile.standins import cached

    with contextlib.suppress(ValueError, RecursionError):
        row = json.loads(text)
        if isinstance(row, list) and len(row) == 5:
            cached(row)


@target(
    "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: nginx}]}\n",
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - &a {name: a, image: nginx:1}\n  - *a\n",
    '{"kind": "List", "apiVersion": "v1", "items": [{"kind": "Pod"}]}',
    "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- kind: Pod\n"
    "  apiVersion: v1\n  spec: {containers: [{name: a, image: 'nginx'}]}\n",
)
def manifests(text: str) -> None:
    from tools.hostile.manifests import configs, judge

    data = text.encode("utf-8", "surrogatepass")
    for config in configs()[:2]:
        verdict = judge(data, config)
        assert not verdict.faults, verdict


def _answer(status: int, given: Mapping[str, str], body: str) -> Any:  # noqa: ANN401
    from transformer.registry.http.transport import Response
    from transformer.registry.http.urls import parse_url

    url = parse_url(_URL)
    assert url is not None
    named = tuple(value for name, value in given.items() if name == "www-authenticate")
    data = body.encode("utf-8", "surrogatepass")
    return Response(status=status, url=url, headers=given, challenges=named, body=data)


def _object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}

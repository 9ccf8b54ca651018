"""What a registry may answer that is no good answer: every lie by its name.

Most are about the manifest that was asked for; those of `TOKENS` are told by a token server that
the registry names.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable
from functools import cache

from tests.helpers.quirk_server import OCI_INDEX
from tools.hostile.forms import (
    CHILD,
    GOOD,
    MANIFEST,
    TYPE,
    Asked,
    Headers,
    Lie,
    after_token,
    answer,
    challenged,
    chunked,
    digested,
    endless,
    failed,
    good_with,
    got,
    led,
    limited,
    listing,
    on,
    raw,
    said,
    silent,
    slow,
    told,
)

METADATA = "169.254.169.254"


@cache
def _zeros() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(200)) + packer.flush()


def _bomb(asked: Asked) -> Iterable[bytes]:
    return got(_zeros(), _GZIP)(asked)


_OK = b"HTTP/1.1 200 OK\r\nContent-Type: " + OCI_INDEX.encode() + b"\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_OTHER = "sha256:" + "22" * 32
_GZIP: Headers = (TYPE, ("Content-Encoding", "gzip"))
_NINES = "9" * 5_000

# They run into a deadline, alone as they are.
SLOW: dict[str, Lie] = {
    "endless-body": endless(_OK + b"\r\n", b"a" * 65_536),
    "endless-chunks": endless(_CHUNKED, b"10000\r\n" + b"a" * 65_536 + b"\r\n", on_get=True),
    "endless-chunk-extension": endless(_CHUNKED + b"1;", b"a" * 65_536, on_get=True),
    "endless-error": endless(b"HTTP/1.1 404 X\r\n\r\n", b"a" * 65_536),
    "endless-header": endless(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65_536),
    "endless-headers": endless(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n" * 1_000),
    "endless-continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "slow-head": slow(b"HTTP/1.1 200 OK\r\n", b"X"),
    "slow-body": slow(_OK + b"Content-Length: 9999\r\n\r\n", b"a", on_get=True),
    "slow-chunks": slow(_CHUNKED, b"1\r\na\r\n", on_get=True),
    "silence": silent,
    "redirect-to-itself": led("{path}"),
    "limit-of-an-hour": limited(Retry_After="3600"),
}

QUICK: dict[str, Lie] = {
    "good": said(200, GOOD, MANIFEST),
    "redirect-metadata": led(f"http://{METADATA}/latest/"),
    "redirect-metadata-tls": led(f"https://{METADATA}/latest/"),
    "redirect-metadata-decimal": led("http://2852039166/x"),
    "redirect-metadata-mapped": led(f"http://[::ffff:{METADATA}]/x"),
    "redirect-zone": led("http://[fe80::1%25lo]/x"),
    "redirect-zero": led("http://0.0.0.0:{port}/v2/good/x/manifests/1"),
    "redirect-neighbour": led("http://127.0.0.1:{neighbour}/v2/good/x/manifests/1"),
    "redirect-file": led("file:///etc/passwd"),
    "redirect-tab": led(b"/v2/x\tHost: evil"),
    "redirect-bytes": led(b"http://127.0.0.1/\xff\xfe"),
    "redirect-control": led("http://127.0.0.1:{port}/a b?x=\x01"),
    "redirect-port-too-high": led("http://127.0.0.1:99999999/"),
    "redirect-port-zero": led("http://127.0.0.1:0/"),
    "redirect-long": led("http://127.0.0.1:{port}/" + "a" * 60_000),
    "redirect-nowhere": led(""),
    "redirect-bracket": led("http://["),
    "redirect-user": led("http://user:pw@127.0.0.1:{port}/v2/good/x/manifests/1"),
    "realm-neighbour": challenged('Bearer realm="http://127.0.0.1:{neighbour}/token/ok"'),
    "realm-metadata": challenged(f'Bearer realm="http://{METADATA}/token"'),
    "realm-file": challenged('Bearer realm="file:///etc/passwd"'),
    "realm-bytes": challenged(b'Bearer realm="\xff\xfe\\" , ,,=,"=""'),
    "realm-backslashes": challenged('Bearer a="' + "\\" * 60_000),
    "realm-commas": challenged("a," * 30_000),
    "realm-blanks": challenged(" " * 60_000 + "x"),
    "realm-letters": challenged("Bearer " + "a" * 60_000),
    "realm-blank-commas": challenged("a" + " ," * 30_000 + "="),
    "realm-ninety": challenged(*["Bearer realm=x"] * 90),
    "basic-for-ever": challenged('Basic realm="x"'),
    "gzip-bomb": _bomb,
    "gzip-cut": got(gzip.compress(MANIFEST)[:-9], _GZIP),
    "gzip-error": said(404, _GZIP, gzip.compress(b'{"errors": "' + b"a" * 5_000_000 + b'"}')),
    "digest-other": digested("sha256:" + "00" * 32),
    "digest-other-in-body": got(MANIFEST, (TYPE, ("Docker-Content-Digest", _OTHER))),
    "digest-md5": digested("md5:" + "00" * 16),
    "digest-sha512": digested("sha512:" + "00" * 64),
    "digest-and-more": digested("sha256:" + "00" * 32 + " x: y"),
    "digest-upper": digested("sha256:" + "AB" * 32),
    "digest-twice": good_with(("Docker-Content-Digest", _OTHER)),
    "digest-bytes": said(200, (TYPE, ("Docker-Content-Digest", b"\xff\xff")), MANIFEST),
    "length-of-zeros": good_with(("Content-Length", "0" * 5_000 + "9")),
    "length-of-nines": good_with(("Content-Length", _NINES)),
    "length-negative": good_with(("Content-Length", "-5")),
    "length-two": good_with(("Content-Length", "5"), ("Content-Length", "7")),
    "length-superscript": good_with(("Content-Length", b"\xb2")),
    "length-and-chunks": good_with(("Transfer-Encoding", "chunked"), ("Content-Length", "5")),
    "chunk-no-number": chunked(b"zz\r\nabc\r\n"),
    "chunk-negative": chunked(b"-5\r\nabc\r\n"),
    "chunk-of-fs": chunked(b"f" * 5_000 + b"\r\nabc\r\n"),
    "chunk-huge": chunked(b"7fffffffffffffff\r\nabc\r\n"),
    "keys-twice": got(b'{"schemaVersion": 2, "schemaVersion": 1, "manifests": [], "manifests": 5}'),
    "platforms-18000": listing(
        *(on({"os": "linux", "architecture": f"a{n}"}) for n in range(18_000))
    ),
    "platforms-raw": listing(on({"os": "li: nux\n  evil", "architecture": "a\x1b[31m"})),
    "platforms-command": listing(on({"os": "\n::error::x", "architecture": "\u2028\x85"})),
    "platforms-no-text": listing(on({"os": ["x"], "architecture": {}}), on(7), 5, None, {}),
    "platforms-surrogate": listing(on({"os": "\ud800", "architecture": "\udfff"})),
    "platforms-entry": listing(
        on({"os": f"x: {_OTHER}\n  a:\n    digest: y", "architecture": "z"})
    ),
    "platforms-digest": listing(on(CHILD["platform"], "sha256:zz\n- evil")),
    "deep": got(b"[" * 2_000_000),
    "deep-index": got(b'{"schemaVersion": 2, "manifests": ' + b"[" * 200_000),
    "number-long": got(b'{"schemaVersion": 2, "x": ' + b"9" * 1_000_000 + b"}"),
    "number-infinite": got(b'{"schemaVersion": 2, "manifests": [{"size": 1e999}]}'),
    "version-true": told({"schemaVersion": True, "manifests": []}),
    "version-1": told({"schemaVersion": 1, "name": "x"}),
    "type-entry": told({"schemaVersion": 2, "mediaType": "a/a: b\n  evil: 1", "manifests": []}),
    "type-long": told({"schemaVersion": 2, "mediaType": "a/" + "b" * 1_000_000, "manifests": []}),
    "type-bytes": said(200, (("Content-Type", b"\xff\xfe"), GOOD[1]), MANIFEST),
    "body-no-json": got(b"\xff\xfe{"),
    "body-null": got(b"null"),
    "limit-nines": limited(Retry_After="9" * 300),
    "limit-negative": limited(Retry_After="-5"),
    "limit-year-9999": limited(Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"),
    "limit-year-1": limited(Retry_After="Mon, 01 Jan 0001 00:00:00 +2359"),
    "limit-no-date": limited(Retry_After="Mon, 99 Xxx 99999999999999999999 99:99:99 +9999999999"),
    "limit-at-once": limited(Retry_After="0"),
    "limit-window-0": limited(RateLimit_Limit="1" * 5_000 + ";w=0", Retry_After="0"),
    "limit-window-400": limited(RateLimit_Limit="5;w=" + "9" * 400, Retry_After="1000"),
    "limit-window-5000": limited(RateLimit_Limit="5;w=" + _NINES, Retry_After="1000"),
    "limit-count-5000": limited(RateLimit_Limit=_NINES + ";w=3600", Retry_After="1000"),
    "cookies": said(404, [("Set-Cookie", "a=b")] * 50),
    "error-raw": failed(
        {"errors": [{"code": "\x1b[2J\x07", "message": "::error::x\n\x1b[31m\r\n"}]}
    ),
    "error-no-text": failed({"errors": [{"code": ["a"], "message": {"b": 1}}] * 1_000}),
    "error-surrogate": failed({"errors": [{"code": "\ud800", "message": "\udfff"}]}, 403),
    "error-repeats": failed({"errors": [{"code": "X", "message": "hunter2secret"}]}, 403),
    "status-0": raw(b"HTTP/1.1 000 \r\n\r\n"),
    "status-999": said(999),
    "status-negative": raw(b"HTTP/1.1 -1 x\r\n\r\n"),
    "status-long": raw(b"HTTP/1.1 " + b"9" * 5_000 + b" x\r\n\r\n"),
    "status-noise": lambda _: [os.urandom(5_000)],
    "status-none": raw(b"hello"),
    "status-101": raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
    "status-201": said(201, GOOD, MANIFEST),
    "status-206": said(206, GOOD, MANIFEST),
    "status-304": said(304),
    "page": said(200, (("Content-Type", "text/html"),), b"<html>"),
    "hang-up": raw(),
    "half": raw(answer(200, GOOD, MANIFEST)[:-20]),
}

TOKENS: dict[str, bytes] = {
    "ok": b'{"token": "abc"}',
    "lifetime-400": b'{"token": "abc", "expires_in": 1' + b"0" * 400 + b"}",
    "lifetime-5000": b'{"token": "abc", "expires_in": ' + _NINES.encode() + b"}",
    "lifetime-infinite": b'{"token": "abc", "expires_in": 1e999}',
    "lifetime-nan": b'{"token": "abc", "expires_in": NaN}',
    "lifetime-negative": b'{"token": "abc", "expires_in": -1e308}',
    "lifetime-true": b'{"token": "abc", "expires_in": true}',
    "line-break": b'{"token": "abc\\r\\nX: y"}',
    "surrogate": b'{"token": "\\u00e9\\ud800"}',
    "long": b'{"token": "' + b"a" * 60_000 + b'"}',
    "too-long": b'{"token": "' + b"a" * 600_000 + b'"}',
    "list": b"[1]",
    "deep": b"[" * 60_000,
    "refused": b'{"errors": [{"code": "UNAUTHORIZED", "message": "bad hunter2secret"}]}',
}

LIES: dict[str, Lie] = {
    **SLOW,
    **QUICK,
    **{f"token-{name}": after_token(name) for name in TOKENS},
}

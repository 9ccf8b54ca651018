from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

import pytest

from transformer.registry.faults import Refusal
from transformer.registry.http.addresses import (
    FORBIDDEN,
    LOOPBACK,
    PRIVATE,
    PUBLIC,
    Addresses,
    is_loopback,
    rank,
)
from transformer.registry.http.proxies import proxy_for
from transformer.registry.http.urls import parse_url


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", PUBLIC),
        ("2600::1", PUBLIC),
        ("10.0.0.1", PRIVATE),
        ("172.16.0.1", PRIVATE),
        ("192.168.1.1", PRIVATE),
        ("100.64.0.1", PRIVATE),
        ("fd00::1", PRIVATE),
        ("127.0.0.1", LOOPBACK),
        ("127.9.9.9", LOOPBACK),
        ("0.0.0.0", LOOPBACK),
        ("::1", LOOPBACK),
        ("::", LOOPBACK),
        ("169.254.169.254", FORBIDDEN),
        ("fe80::1", FORBIDDEN),
        ("224.0.0.1", FORBIDDEN),
        ("fd00:ec2::254", FORBIDDEN),
        ("100.100.100.200", FORBIDDEN),
        ("168.63.129.16", FORBIDDEN),
        ("::ffff:169.254.169.254", FORBIDDEN),
        ("::ffff:10.0.0.1", PRIVATE),
        ("64:ff9b::a9fe:a9fe", FORBIDDEN),
        ("64:ff9b::808:808", PUBLIC),
        ("2002:7f00:1::", LOOPBACK),
    ],
)
def test_ranks(address: str, expected: int) -> None:
    assert rank(ipaddress.ip_address(address)) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("app.localhost", True),
        ("localhost.", True),
        ("127.0.0.1", True),
        ("127.1", True),
        ("2130706433", True),
        ("0x7f000001", True),
        ("::1", True),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("example.com", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


class Lookup:
    """Stands in for the resolver."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.asked.append(host)
        answer = self.answers.pop(0)
        return [(0, 0, 0, "", (address, 0)) for address in answer]


def test_a_host_is_looked_up_once() -> None:
    lookup = Lookup(["8.8.8.8", "8.8.8.8", "fe80::1%eth0"])
    addresses = Addresses(lookup)
    assert addresses.of("a.io") == addresses.of("a.io") == ("8.8.8.8", "fe80::1")
    assert lookup.asked == ["a.io"]


def test_an_address_is_not_looked_up() -> None:
    addresses = Addresses(Lookup())
    assert addresses.of("127.1") == ("127.0.0.1",)
    assert addresses.of("::1") == ("::1",)


def test_an_address_that_leads_nowhere_comes_last() -> None:
    addresses = Addresses(Lookup(["2600::1", "8.8.8.8"]))
    addresses.of("a.io")
    addresses.avoid("a.io", "2600::1")
    assert addresses.of("a.io") == ("8.8.8.8", "2600::1")


@pytest.mark.parametrize(
    ("error", "retry"),
    [
        pytest.param(socket.gaierror(socket.EAI_NONAME, "unknown"), False, id="unknown"),
        pytest.param(socket.gaierror(socket.EAI_AGAIN, "later"), True, id="later"),
        pytest.param(UnicodeError("label too long"), False, id="no name"),
    ],
)
def test_a_host_without_an_address(error: Exception, retry: bool) -> None:
    def lookup(*_: object, **__: object) -> list[tuple[object, ...]]:
        raise error

    with pytest.raises(Refusal) as caught:
        Addresses(lookup).of("a.io")
    assert (caught.value.retry, caught.value.whole_host) == (retry, True)
    assert caught.value.reason.code == "registry-unreachable"
    assert caught.value.reason.hint == (
        "compare the host's spelling, or name a proxy in HTTPS_PROXY"
    )


@pytest.mark.parametrize(
    ("host", "proxied", "answer", "expected"),
    [
        pytest.param("8.8.8.8", True, [], PUBLIC, id="address"),
        pytest.param("169.254.169.254", True, [], FORBIDDEN, id="address behind a proxy"),
        pytest.param("metadata.google.internal", True, [], FORBIDDEN, id="metadata by name"),
        pytest.param("localhost", True, [], LOOPBACK, id="this machine by name"),
        pytest.param("a.io", True, [], PUBLIC, id="name behind a proxy"),
        pytest.param("a.io", False, ["8.8.8.8"], PUBLIC, id="public name"),
        pytest.param("a.io", False, ["8.8.8.8", "10.0.0.1"], PRIVATE, id="closest address"),
        pytest.param("a.io", False, ["169.254.169.254"], FORBIDDEN, id="metadata by address"),
    ],
)
def test_ranks_of_hosts(host: str, proxied: bool, answer: list[str], expected: int) -> None:
    assert Addresses(Lookup(answer)).rank(host, proxied=proxied) == expected


PROXY = {"HTTPS_PROXY": "http://me:pw@proxy:3128", "HTTP_PROXY": "proxy:3129"}


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        pytest.param("https://a.io/", PROXY, "http://me:pw@proxy:3128", id="https"),
        pytest.param("http://a.io/", PROXY, "http://proxy:3129", id="http, without a scheme"),
        pytest.param("https://a.io/", {"https_proxy": "http://p"}, "http://p", id="lower case"),
        pytest.param("https://a.io/", {}, "", id="none"),
        pytest.param("http://a.io/", {**PROXY, "REQUEST_METHOD": "GET"}, "", id="CGI"),
        pytest.param("https://localhost/", PROXY, "", id="this machine"),
        pytest.param("https://127.0.0.1:5000/", PROXY, "", id="this machine by address"),
    ],
)
def test_proxies(url: str, environment: dict[str, str], expected: str) -> None:
    parsed = parse_url(url)
    assert parsed is not None
    assert proxy_for(environment, parsed.origin) == expected


@pytest.mark.parametrize(
    ("exceptions", "url", "direct"),
    [
        ("*", "https://a.io/", True),
        ("", "https://a.io/", False),
        ("a.io", "https://a.io/", True),
        ("A.IO", "https://sub.a.io/", True),
        ("a.io", "https://ba.io/", False),
        (".a.io", "https://sub.a.io/", True),
        (".a.io", "https://a.io/", False),
        ("*.a.io", "https://sub.a.io/", True),
        ("a.io:5000", "https://a.io:5000/", True),
        ("a.io:5000", "https://a.io/", False),
        ("b.io, a.io", "https://a.io/", True),
        ("10.0.0.0/8", "https://10.1.2.3/", True),
        ("10.0.0.0/8", "https://11.1.2.3/", False),
        ("10.0.0.0/8", "https://a.io/", False),
        ("10.0.0.0/x", "https://10.1.2.3/", False),
        ("10.1.2.3", "https://10.1.2.3/", True),
        ("10.1.2.3:443", "https://10.1.2.3/", True),
        ("10.1.2.3", "https://10.1.2.4/", False),
        ("fd00::/8", "https://[fd00::1]/", True),
        ("fd00::1", "https://[fd00::1]/", True),
        ("[fd00::1]:443", "https://[fd00::1]/", True),
        ("a.io", "https://10.1.2.3/", False),
    ],
)
def test_exceptions_from_proxies(exceptions: str, url: str, direct: bool) -> None:
    parsed = parse_url(url)
    assert parsed is not None
    assert (proxy_for({**PROXY, "NO_PROXY": exceptions}, parsed.origin) == "") is direct


def test_a_proxy_of_another_kind_is_a_fault() -> None:
    parsed = parse_url("https://a.io/")
    assert parsed is not None
    with pytest.raises(Refusal) as caught:
        proxy_for({"HTTPS_PROXY": "socks5://me:pw@proxy"}, parsed.origin)
    reason = caught.value.reason
    assert (reason.code, reason.state, reason.hint) == (
        "registry-proxy",
        "is behind a proxy that is neither http nor https",
        "HTTPS_PROXY must be like http://proxy.example.com:3128",
    )

from __future__ import annotations

import pytest

from transformer.registry.auth.challenges import Challenge, challenge_of
from transformer.registry.http.urls import Origin, Url, join, origin_of, parse_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://a.io/x?y=1#z", "https://a.io/x?y=1", id="fragment"),
        pytest.param("HTTP://A.io:80", "http://a.io/", id="default port"),
        pytest.param("http://a.io:443/", "http://a.io:443/", id="another port"),
        pytest.param("https://me:pw@a.io/", "https://a.io/", id="user name and password"),
        pytest.param("https://[::1]:5000/", "https://[::1]:5000/", id="IPv6"),
        pytest.param("https://a.io\\@b.io/", "https://b.io/", id="read and used as one"),
    ],
)
def test_urls(text: str, expected: str) -> None:
    assert str(parse_url(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("/token", id="path"),
        pytest.param("ftp://a.io/", id="scheme"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("https:///x", id="no host"),
        pytest.param("https://a.io:x/", id="no port"),
        pytest.param("https://a.io:99999/", id="port too high"),
        pytest.param("https://[::1/", id="half a bracket"),
        pytest.param("https://[::1]:500:p@[:/", id="half a bracket behind another"),
        pytest.param("https://[:1]/", id="no address"),
        pytest.param("https://[fe80::1%25eth0]/", id="zone"),
        pytest.param("https://a%2eio/", id="encoded host"),
        pytest.param("https://a io/", id="space"),
    ],
)
def test_what_is_no_url(text: str) -> None:
    assert parse_url(text) is None


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        pytest.param("/b?c", "https://a.io/b?c", id="path"),
        pytest.param("b", "https://a.io/x/b", id="relative"),
        pytest.param("//b.io/", "https://b.io/", id="host"),
        pytest.param("http://b.io/", "http://b.io/", id="all"),
        pytest.param("javascript:x", "None", id="another scheme"),
        pytest.param("https://[/", "None", id="broken"),
    ],
)
def test_locations(location: str, expected: str) -> None:
    url = Url(origin=Origin(scheme="https", host="a.io", port=443), target="/x/y")
    assert str(join(url, location)) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("docker.io", "https://registry-1.docker.io"),
        ("index.docker.io", "https://registry-1.docker.io"),
        ("quay.io", "https://quay.io"),
        ("Registry.Example.com:5000", "https://registry.example.com:5000"),
        ("[::1]", "https://[::1]"),
        ("[::1]:5000", "https://[::1]:5000"),
    ],
)
def test_origins_of_registries(domain: str, expected: str) -> None:
    assert str(origin_of(domain, "https")) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(
            ['Bearer realm="https://a/t",service="s",scope="repository:a/b:pull,push"'],
            Challenge(
                scheme="bearer",
                parameters={
                    "realm": "https://a/t",
                    "service": "s",
                    "scope": "repository:a/b:pull,push",
                },
            ),
            id="commas in a scope",
        ),
        pytest.param(
            ['BASIC Realm = x , charset="UTF-8"'],
            Challenge(scheme="basic", parameters={"realm": "x", "charset": "UTF-8"}),
            id="case, spaces and tokens",
        ),
        pytest.param(
            [r'Basic realm="a \"b\" c"'],
            Challenge(scheme="basic", parameters={"realm": 'a "b" c'}),
            id="escapes",
        ),
        pytest.param(
            ['Negotiate, Bearer realm="r", Basic realm="b"'],
            Challenge(scheme="bearer", parameters={"realm": "r"}),
            id="first of several",
        ),
        pytest.param(["Basic"], Challenge(scheme="basic"), id="no parameters"),
        pytest.param(
            ["Negotiate abc==", 'Basic realm="b"'],
            Challenge(scheme="basic", parameters={"realm": "b"}),
            id="next header",
        ),
        pytest.param(['Digest realm="d"'], None, id="another scheme"),
        pytest.param([""], None, id="empty"),
        pytest.param(['="x"'], None, id="nonsense"),
        pytest.param([], None, id="none"),
    ],
)
def test_challenges(headers: list[str], expected: Challenge | None) -> None:
    assert challenge_of(headers) == expected


def test_an_absent_parameter_is_empty() -> None:
    assert Challenge(scheme="bearer").get("scope") == ""

from __future__ import annotations

import pytest

from transformer.image.repository import (
    BadName,
    Pattern,
    check_target,
    is_canonical,
    official_name,
    parse_source,
    under,
)

SHA256 = "sha256:" + "0123456789abcdef" * 4
SOURCE = "host[:port], host/path, host/path:tag, host/path@digest, *.host or *"
TARGET = "host[:port][/path], without tag and digest"


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        pytest.param("docker.io", Pattern(name="docker.io"), id="host"),
        pytest.param("localhost", Pattern(name="localhost"), id="host without a dot"),
        pytest.param("registry:5000", Pattern(name="registry:5000"), id="host with port"),
        pytest.param("[::1]:5000", Pattern(name="[::1]:5000"), id="IPv6"),
        pytest.param("docker.io/acme", Pattern(name="docker.io/acme"), id="folder"),
        pytest.param("r.io/a/b/c", Pattern(name="r.io/a/b/c"), id="deep folder"),
        pytest.param("r.io/a:1.0", Pattern(name="r.io/a", tag="1.0"), id="tag"),
        pytest.param("r:5000/a:1.0", Pattern(name="r:5000/a", tag="1.0"), id="port and tag"),
        pytest.param(f"r.io/a@{SHA256}", Pattern(name="r.io/a", digest=SHA256), id="digest"),
        pytest.param("*.gcr.io", Pattern(name="gcr.io", is_wildcard=True), id="wildcard"),
        pytest.param("*.com", Pattern(name="com", is_wildcard=True), id="wildcard of one label"),
        pytest.param("*.r.io:5000", Pattern(name="r.io:5000", is_wildcard=True), id="its port"),
        pytest.param("docker.io/nginx", Pattern(name="docker.io/nginx"), id="hub namespace"),
        pytest.param(
            "docker.io/library/nginx:1",
            Pattern(name="docker.io/library/nginx", tag="1"),
            id="official image",
        ),
    ],
)
def test_sources(text: str, pattern: Pattern) -> None:
    assert parse_source(text) == pattern


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("nginx", "did you mean docker.io/library/nginx?", id="official image"),
        pytest.param("nginx:1.27", "did you mean docker.io/library/nginx:1.27?", id="with tag"),
        pytest.param("library/nginx", "did you mean docker.io/library/nginx?", id="with library"),
        pytest.param("acme/web", "did you mean docker.io/acme/web?", id="hub repository"),
        pytest.param("registry/x", "did you mean docker.io/registry/x?", id="host without a dot"),
        pytest.param("https://quay.io/a", 'leave out "https://"', id="scheme"),
        pytest.param("quay.io/", 'leave out the last "/"', id="slash behind a host"),
        pytest.param("quay.io/a/", 'leave out the last "/"', id="slash behind a folder"),
        pytest.param(" quay.io", "remove the white space around it", id="white space"),
        pytest.param("quay.io/a//b", 'a "/" stands between two names', id="empty component"),
        pytest.param("*.", "", id="wildcard of nothing"),
        pytest.param("**.gcr.io", "", id="two stars"),
        pytest.param("a.*.io", "", id="star inside"),
        pytest.param("*gcr.io", "", id="star without a dot"),
        pytest.param("*.[::1]", "", id="wildcard of an address"),
        pytest.param(
            "*.gcr.io/a", "a wildcard stands for hosts alone, without a path", id="wildcard, path"
        ),
        pytest.param("quay.io/A", "", id="upper case"),
        pytest.param("quay_.io", "", id="underscore at the end"),
        pytest.param("quay..io", "", id="two dots"),
    ],
)
def test_what_is_no_source(text: str, hint: str) -> None:
    with pytest.raises(BadName) as caught:
        parse_source(text)
    assert (caught.value.code, caught.value.hint) == ("bad-source", hint)
    assert str(caught.value) == caught.value.message == f'is "{text}": expected {SOURCE}'


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        pytest.param(
            f"r.io/a:1@{SHA256}",
            "bad-source",
            f'is "r.io/a:1@{SHA256}": expected a tag or a digest, not both',
            "",
            id="tag and digest",
        ),
        pytest.param(
            "docker.io/nginx:1",
            "never-matches",
            'is "docker.io/nginx:1": expected a name that images have',
            "did you mean docker.io/library/nginx:1?",
            id="tag of a hub namespace",
        ),
        pytest.param(
            "index.docker.io",
            "never-matches",
            'is "index.docker.io": expected a name that images have',
            "Docker Hub is docker.io",
            id="old hub host",
        ),
        pytest.param(
            "index.docker.io/library/nginx",
            "never-matches",
            'is "index.docker.io/library/nginx": expected a name that images have',
            "Docker Hub is docker.io",
            id="old hub host, path",
        ),
    ],
)
def test_sources_that_match_nothing(text: str, code: str, message: str, hint: str) -> None:
    with pytest.raises(BadName) as caught:
        parse_source(text)
    assert (caught.value.code, caught.value.message, caught.value.hint) == (code, message, hint)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("registry.example.com", id="host"),
        pytest.param("registry.example.com:5000", id="port"),
        pytest.param("localhost/a", id="localhost"),
        pytest.param("registry:5000/a/b__c", id="folder"),
        pytest.param("123.dkr.ecr.eu-west-1.amazonaws.com/docker-hub", id="cloud registry"),
        pytest.param("docker.io/acme", id="hub namespace"),
    ],
)
def test_targets(text: str) -> None:
    assert check_target(text) == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("https://r.io/a", 'leave out "https://"', id="scheme"),
        pytest.param("r.io/", 'leave out the last "/"', id="slash at the end"),
        pytest.param("r.io/a\n", "remove the white space around it", id="line break"),
        pytest.param(
            "mirror/a",
            "begin with the host of the registry, for example registry.example.com/mirror/a",
            id="no host",
        ),
        pytest.param(
            "mirror",
            "begin with the host of the registry, for example registry.example.com/mirror",
            id="one word",
        ),
        pytest.param(
            "Mirror/a",
            "begin with the host of the registry, for example registry.example.com/Mirror/a",
            id="upper case without a dot",
        ),
        pytest.param("r.io/a:1", "write r.io/a: tag and digest are those of the image", id="tag"),
        pytest.param(
            f"r.io/a@{SHA256}", "write r.io/a: tag and digest are those of the image", id="digest"
        ),
        pytest.param("r.io/Team", "", id="upper case"),
        pytest.param("r.io:port", "", id="port is a word"),
        pytest.param("index.docker.io/a", "Docker Hub is docker.io", id="old hub host"),
        pytest.param("/a", "", id="no host before the slash"),
    ],
)
def test_what_is_no_target(text: str, hint: str) -> None:
    with pytest.raises(BadName) as caught:
        check_target(text)
    assert (caught.value.code, caught.value.hint) == ("bad-target", hint)
    assert caught.value.message == 'is "' + text.replace("\n", "\\n") + f'": expected {TARGET}'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("docker.io/library/nginx", True, id="official image"),
        pytest.param("docker.io/nginx", False, id="lone component on the hub"),
        pytest.param("index.docker.io/a/b", False, id="old hub host"),
        pytest.param("r.io/a", True, id="another host"),
        pytest.param("mirror/a", False, id="no host"),
    ],
)
def test_is_canonical(name: str, expected: bool) -> None:
    assert is_canonical(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("docker.io/nginx", "docker.io/library/nginx", id="lone component"),
        pytest.param("docker.io/acme/web", "", id="two components"),
        pytest.param("docker.io", "", id="the hub"),
        pytest.param("r.io/nginx", "", id="another host"),
    ],
)
def test_official_name(name: str, expected: str) -> None:
    assert official_name(name) == expected


@pytest.mark.parametrize(
    ("name", "folder", "expected"),
    [
        pytest.param("r.io/a", "r.io/a", True, id="the same"),
        pytest.param("r.io/a/b", "r.io/a", True, id="below"),
        pytest.param("r.io/ab", "r.io/a", False, id="no component border"),
        pytest.param("r.io:5000/a", "r.io", False, id="another port"),
        pytest.param("r.io", "r.io/a", False, id="above"),
    ],
)
def test_under(name: str, folder: str, expected: bool) -> None:
    assert under(name, folder) is expected

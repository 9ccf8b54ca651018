from __future__ import annotations

import pytest

from transformer.image.reference import (
    BadReference,
    Reference,
    docker_ref,
    normalize,
    parse,
    parse_any,
    placeholder,
)

SHA256 = "sha256:" + "0123456789abcdef" * 4
SHA384 = "sha384:" + "0123456789abcdef" * 6
SHA512 = "sha512:" + "0123456789abcdef" * 8
HEX_64 = "0123456789abcdef" * 4


def failure(text: str) -> tuple[str, str, str]:
    with pytest.raises(BadReference) as caught:
        normalize(text)
    error = caught.value
    assert str(error) == error.message
    return error.code, error.message, error.hint


def test_a_reference_keeps_the_text_beside_its_parts() -> None:
    assert normalize(f"index.docker.io/nginx:1.27@{SHA256}") == Reference(
        original=f"index.docker.io/nginx:1.27@{SHA256}",
        domain="docker.io",
        path="library/nginx",
        tag="1.27",
        digest=SHA256,
    )


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("nginx", "docker.io/library/nginx", id="official image"),
        pytest.param("acme/app", "docker.io/acme/app", id="hub repository"),
        pytest.param("docker.io/nginx", "docker.io/library/nginx", id="hub host, lone component"),
        pytest.param("index.docker.io/a/b", "docker.io/a/b", id="old hub host"),
        pytest.param("registry-1.docker.io/a", "registry-1.docker.io/a", id="no alias of the hub"),
        pytest.param("docker.io:443/a", "docker.io:443/a", id="hub with port is another host"),
        pytest.param("DOCKER.IO/a", "DOCKER.IO/a", id="hub in upper case is another host"),
        pytest.param("localhost/a", "localhost/a", id="localhost is a host"),
        pytest.param("localhost:5000", "docker.io/library/localhost:5000", id="no slash, no host"),
        pytest.param("example.com", "docker.io/library/example.com", id="dots alone are no host"),
        pytest.param("example.com/a", "example.com/a", id="dot"),
        pytest.param("registry:5000/a:1", "registry:5000/a:1", id="port"),
        pytest.param("[::1]:5000/a", "[::1]:5000/a", id="IPv6"),
        pytest.param("Foo/a", "Foo/a", id="upper case makes a host"),
        pytest.param("my_reg/a", "docker.io/my_reg/a", id="underscore makes no host"),
        pytest.param("r.io/a__b/c--d.e_f", "r.io/a__b/c--d.e_f", id="every separator"),
        pytest.param("a:_Tag.1-x", "docker.io/library/a:_Tag.1-x", id="every tag character"),
        pytest.param("a:" + "t" * 128, "docker.io/library/a:" + "t" * 128, id="longest tag"),
        pytest.param("r.io/" + "a" * 255, "r.io/" + "a" * 255, id="longest path"),
        pytest.param(f"a@{SHA384}", f"docker.io/library/a@{SHA384}", id="SHA-384"),
        pytest.param(f"a@{SHA512}", f"docker.io/library/a@{SHA512}", id="SHA-512"),
    ],
)
def test_normalizing_supplies_what_a_short_name_leaves_out(text: str, canonical: str) -> None:
    assert str(normalize(text)) == canonical


@pytest.mark.parametrize(
    ("text", "domain", "path"),
    [
        pytest.param("nginx", "", "nginx", id="lone component"),
        pytest.param("acme/app", "acme", "app", id="anything before a slash may be a host"),
        pytest.param("my_reg/app", "", "my_reg/app", id="what is not a host is part of the path"),
        pytest.param("index.docker.io/app", "index.docker.io", "app", id="no alias is replaced"),
    ],
)
def test_parsing_supplies_nothing(text: str, domain: str, path: str) -> None:
    reference = parse(text)
    assert (reference.domain, reference.path, reference.name) == (domain, path, text)


@pytest.mark.parametrize(
    ("text", "familiar"),
    [
        pytest.param(f"docker.io/library/a:1@{SHA256}", f"a:1@{SHA256}", id="official image"),
        pytest.param("docker.io/acme/app", "acme/app", id="hub repository"),
        pytest.param("docker.io/library/a/b", "library/a/b", id="library with two levels"),
        pytest.param("r.io/library/a", "r.io/library/a", id="library of another host"),
    ],
)
def test_the_familiar_form_leaves_out_the_hub(text: str, familiar: str) -> None:
    assert normalize(text).familiar() == familiar


@pytest.mark.parametrize(
    ("text", "defaulted", "pulled"),
    [
        pytest.param("r.io/a", "r.io/a:latest", "r.io/a:latest", id="neither"),
        pytest.param("r.io/a:1", "r.io/a:1", "r.io/a:1", id="tag"),
        pytest.param(f"r.io/a@{SHA256}", f"r.io/a@{SHA256}", f"r.io/a@{SHA256}", id="digest"),
        pytest.param(f"r.io/a:1@{SHA256}", f"r.io/a:1@{SHA256}", f"r.io/a@{SHA256}", id="both"),
    ],
)
def test_the_default_tag(text: str, defaulted: str, pulled: str) -> None:
    assert str(normalize(text).with_tag_default()) == defaulted
    assert normalize(text).with_tag_default().original == text
    assert str(docker_ref(text)) == pulled
    assert docker_ref(text).original == text


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        pytest.param(HEX_64, f"sha256:{HEX_64}", id="identifier"),
        pytest.param(SHA256, SHA256, id="sha256"),
        pytest.param(SHA512, SHA512, id="sha512"),
    ],
)
def test_a_digest_alone_is_told_apart(text: str, digest: str) -> None:
    assert parse_any(text) == digest


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nginx", id="name"),
        pytest.param(HEX_64[1:], id="63 digits"),
        pytest.param(SHA256[:-1], id="a digit short"),
        pytest.param(SHA256[:-1] + "g", id="a letter that is no digit"),
        pytest.param("md5:" + "0" * 32, id="another algorithm"),
    ],
)
def test_whatever_else_is_a_name(text: str) -> None:
    assert parse_any(text) == normalize(text)


FORMAT = " is not an image reference, expected [host[:port]/]path[:tag][@digest]"
UPPERCASE = " has uppercase letters outside host and tag"
EXAMPLE = "write a name, for example registry.example.com/app:1.0"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("", '""', EXAMPLE, id="nothing"),
        pytest.param(" a", '" a"', "remove the white space around it", id="space before"),
        pytest.param("a\n", r'"a\n"', "remove the white space around it", id="newline behind"),
        pytest.param("docker://a", '"docker://a"', 'leave out "docker://"', id="scheme"),
        pytest.param(
            "https://robot:s3cr@t@r.io/a@b",
            '"https://***@r.io/a@b"',
            'leave out "https://"',
            id="URL with a password",
        ),
        pytest.param("me:s3cr3t@r.io/a", '"***@r.io/a"', "", id="password without a scheme"),
        pytest.param("a b", '"a b"', 'no reference holds " "', id="space inside"),
        pytest.param("a:1+2", '"a:1+2"', 'no reference holds "+"', id="build metadata in the tag"),
        pytest.param("a:\u0661", '"a:\u0661"', 'no reference holds "\u0661"', id="digit not ASCII"),
        pytest.param("a\x1bb", r'"a\x1bb"', r'no reference holds "\x1b"', id="escape character"),
        pytest.param("a\ud800", r'"a\ud800"', r'no reference holds "\ud800"', id="surrogate"),
        pytest.param("a:", '"a:"', 'leave out the last ":", or write what follows it', id="colon"),
        pytest.param(
            "a@", '"a@"', 'leave out the last "@", or write what follows it', id="at sign"
        ),
        pytest.param("a//b", '"a//b"', 'a "/" stands between two names', id="two slashes"),
        pytest.param("/a", '"/a"', 'a "/" stands between two names', id="slash first"),
        pytest.param("a/", '"a/"', 'a "/" stands between two names', id="slash last"),
        pytest.param("a___b", '"a___b"', "", id="three underscores"),
        pytest.param("a:-t", '"a:-t"', "", id="tag begins with a hyphen"),
        pytest.param("a:" + "t" * 129, '"a:' + "t" * 129 + '"', "", id="tag too long"),
        pytest.param("a@x:" + "0" * 31, '"a@x:' + "0" * 31 + '"', "", id="digest of 31 digits"),
        pytest.param("r.io:/a", '"r.io:/a"', "", id="port without digits"),
        pytest.param("[g]/a", '"[g]/a"', "", id="IPv6 address with another letter"),
        pytest.param("a_b.c:1/d", '"a_b.c:1/d"', "", id="host with an underscore and a port"),
    ],
)
def test_a_text_outside_the_grammar(text: str, message: str, hint: str) -> None:
    assert failure(text) == ("invalid-format", message + FORMAT, hint)


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        pytest.param("Nginx", "uppercase", f'"Nginx"{UPPERCASE}', "", id="upper case"),
        pytest.param("r.io/A:b", "uppercase", f'"r.io/A:b"{UPPERCASE}', "", id="behind a host"),
        pytest.param(
            "A_b/c",
            "uppercase",
            f'"A_b/c"{UPPERCASE}',
            "",
            id="a host by its upper case that would be a path without",
        ),
        pytest.param(
            HEX_64,
            "identifier",
            f'"{HEX_64}" is 64 hex digits alone, which name an image on one machine only',
            "write the digest behind a name: name@sha256:...",
            id="identifier",
        ),
        pytest.param(
            "a_b.c/d",
            "empty-domain",
            '"a_b.c/d" has "_" in its registry host',
            "",
            id="a host that is none",
        ),
        pytest.param(
            "r.io/" + "a" * 256,
            "too-long",
            f'"r.io/{"a" * 195}..." has a path longer than 255 characters',
            "",
            id="path of 256",
        ),
        pytest.param(
            "r.io/a:" + "t" * 4090,
            "too-long",
            f'"r.io/a:{"t" * 193}..." is longer than 4096 characters',
            "",
            id="text of 4097",
        ),
        pytest.param(
            f"a@{SHA256}0",
            "digest-length",
            f'"a@{SHA256}0" has 65 hex digits in its sha256 digest, expected 64',
            "",
            id="digest too long",
        ),
        pytest.param(
            f"a@{SHA256[:-1]}F",
            "digest-format",
            f'"a@{SHA256[:-1]}F" has the hex digits of its digest in upper case',
            "",
            id="digits in upper case",
        ),
        pytest.param(
            f"a:1@SHA256:{HEX_64}",
            "digest-format",
            f'"a:1@SHA256:{HEX_64}" has its digest algorithm in upper case',
            "",
            id="algorithm in upper case",
        ),
        pytest.param(
            f"a@blake3:{HEX_64}",
            "digest-unsupported",
            f'"a@blake3:{HEX_64}" has a digest of another algorithm than sha256, sha384, sha512',
            "",
            id="another algorithm",
        ),
        pytest.param(
            f"a@a+b.c-d_e:{HEX_64[:32]}",
            "digest-unsupported",
            (
                f'"a@a+b.c-d_e:{HEX_64[:32]}" has a digest of another algorithm than sha256, '
                "sha384, sha512"
            ),
            "",
            id="another algorithm, shortest digest and every separator",
        ),
    ],
)
def test_what_else_is_no_reference(text: str, code: str, message: str, hint: str) -> None:
    assert failure(text) == (code, message, hint)


def test_parsing_names_the_empty_text() -> None:
    with pytest.raises(BadReference) as caught:
        parse("")
    assert (caught.value.code, caught.value.message, caught.value.hint) == (
        "empty",
        '"" is empty',
        EXAMPLE,
    )


@pytest.mark.parametrize("text", ["r.io/" + "a-" * 2045, "a_" * 2048, "a." * 2048, "a:" * 2048])
def test_a_long_text_does_not_make_matching_explode(text: str) -> None:
    with pytest.raises(BadReference, match="is not an image reference"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("nginx:$(TAG)", "$(TAG)", id="kustomize or Tekton"),
        pytest.param("${REGISTRY}/a:${TAG}", "${REGISTRY}", id="the first of two"),
        pytest.param("a:${TAG:-${DEFAULT}}", "${TAG:-${DEFAULT}}", id="default with a placeholder"),
        pytest.param('$(params["a(b)"])', '$(params["a(b)"])', id="brackets in brackets"),
        pytest.param("${{IMAGE}}", "${{IMAGE}}", id="OpenShift template"),
        pytest.param("r.io/a:$TAG-x", "$TAG", id="envsubst"),
        pytest.param("{{ .Values.image }}:1", "{{ .Values.image }}", id="Helm"),
        pytest.param("{{{image}}}", "{{{image}}}", id="Mustache"),
        pytest.param("{{ a }", None, id="not closed"),
        pytest.param("${A", None, id="brace not closed"),
        pytest.param("$(A", None, id="bracket not closed"),
        pytest.param("a:$1$", None, id="dollar without a name"),
        pytest.param("{a}", None, id="single braces"),
        pytest.param("a" * 64, None, id="plain text"),
        pytest.param("{{" * 100_000, None, id="a hundred thousand openings"),
    ],
)
def test_placeholders(text: str, found: str | None) -> None:
    assert placeholder(text) == found

from __future__ import annotations

import pytest

from transformer.find.likeness import (
    images,
    is_likely,
    is_named,
    is_reference,
    may_be_image,
    named_images,
)
from transformer.places.names import Meaning

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("quay.io/acme/app:1.0", id="a registry and a tag"),
        pytest.param(f"quay.io/acme/app@{DIGEST}", id="a registry and a digest"),
        pytest.param("localhost:5000/app:1", id="a registry with a port"),
        pytest.param("us.gcr.io/acme/app", id="a host that has images and little else"),
        pytest.param("quay.io/acme/app:v${X}-$(Y)", id="a tag that is filled in in parts"),
        pytest.param("quay.io/acme/app:${TAG}", id="a tag that is filled in"),
    ],
)
def test_what_is_likely(text: str) -> None:
    assert is_likely(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nginx", id="a word"),
        pytest.param("nginx:8080", id="a host and its port"),
        pytest.param("acme/app:1.0", id="no registry"),
        pytest.param("example.com/acme/web", id="no tag"),
        pytest.param("nginx:1.26", id="no path"),
        pytest.param("github.com/acme/app:v1", id="a host of sources"),
        pytest.param("quay.io/acme/app.png:1/x.png", id="a picture"),
        pytest.param("storage.k8s.io/v1", id="a registry that nobody knows, and no tag"),
        pytest.param("example.com", id="no more than a host"),
        pytest.param("example.com:8080", id="a host and a port"),
        pytest.param("https://quay.io/acme/app:1.0", id="no reference"),
        pytest.param("$X/nginx:1", id="a placeholder"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_likely(text: str) -> None:
    assert not is_likely(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("quay.io/a/b:1", ["quay.io/a/b:1"], id="the whole text"),
        pytest.param("--flag=quay.io/a/b:1", ["quay.io/a/b:1"], id="behind an equals sign"),
        pytest.param(
            '{"a": "quay.io/a/b:1", "b": ["quay.io/c:2"]}',
            ["quay.io/a/b:1", "quay.io/c:2"],
            id="in JSON",
        ),
        pytest.param("a=quay.io/a:1,b=quay.io/b:1", ["quay.io/a:1", "quay.io/b:1"], id="pairs"),
        pytest.param("x: |\n  run `quay.io/a:1`;\n", ["quay.io/a:1"], id="in a script"),
        pytest.param("image: acme/app:1\n", ["acme/app:1"], id="behind a key of that name"),
        pytest.param('"proxyImage" : "acme/app"', ["acme/app"], id="behind such a key in JSON"),
        pytest.param("IMAGE=acme/app\n", ["acme/app"], id="behind a variable of that name"),
        pytest.param("image: app", ["app"], id="a word behind such a key"),
        pytest.param("image: acme//app", [], id="no reference behind such a key"),
        pytest.param("app: acme/app:1", [], id="behind another key"),
        pytest.param("a: 1\n  # quay.io/a:1\nb: quay.io/b:1", ["quay.io/b:1"], id="a comment"),
        pytest.param("{{ .x }}/quay.io/a:1 quay.io/{{ .y }}:1", [], id="templates"),
        pytest.param("http://quay.io/a:1", [], id="a URL"),
        pytest.param("docker://quay.io/a:1", ["quay.io/a:1"], id="a scheme of registries"),
        pytest.param("oci://quay.io/a:1", [], id="an artifact"),
        pytest.param("image: oci://quay.io/a:1", ["quay.io/a:1"], id="an artifact that is one"),
        pytest.param("x --image a/b:1 -y", ["a/b:1"], id="behind a flag and a space"),
        pytest.param("run the image a/b:1", [], id="prose"),
        pytest.param("${IMAGE:-a/b:1}", ["a/b:1"], id="a default of a shell"),
        pytest.param("<image>a/b:1</image>", ["a/b:1"], id="XML"),
        pytest.param("IMAGE := a/b:1", ["a/b:1"], id="a makefile"),
        pytest.param("images=a/b:1, c/d:2;e/f", ["a/b:1", "c/d:2"], id="a list"),
        pytest.param('{"images": ["a/b:1", "c/d:2"]}', ["a/b:1", "c/d:2"], id="a list in JSON"),
        pytest.param("images: [a/b:1, c/d:2]", ["a/b:1", "c/d:2"], id="a list in one line"),
        pytest.param("--images=x=a/b:1,y=c/d:2", ["a/b:1", "c/d:2"], id="a mapping"),
        pytest.param("image: quay.io/a/b:{{ .x }}", ["quay.io/a/b:{{ .x }}"], id="a filled tag"),
        pytest.param(
            "image: quay.io/a/b:v${X}-y z quay.io/c:$TAG",
            ["quay.io/a/b:v${X}-y", "quay.io/c:$TAG"],
            id="tags of a shell",
        ),
        pytest.param("image: quay.io/a:$(b quay.io/b:1", ["quay.io/b:1"], id="a tag left open"),
        pytest.param("1.image: a/b:1", ["a/b:1"], id="a name behind a number"),
        pytest.param("docker push quay.io/a/b:1", [], id="pushed"),
        pytest.param(
            "crane copy quay.io/a/b:1 quay.io/c/d:1; run quay.io/e:1",
            ["quay.io/a/b:1", "quay.io/e:1"],
            id="copied",
        ),
        pytest.param("machineImage: quay.io/a/b:1", [], id="of a machine"),
        pytest.param("registry: quay.io/a\n", ["quay.io/a"], id="a registry"),
        pytest.param("registry: schema-registry.kafka:8081\n", [], id="a registry of schemas"),
        pytest.param(
            "image:\n  value: a/b:1\n  options:\n  - c/d:1\n  - e:2\n  tag: '1'\n",
            ["a/b:1", "c/d:1", "e:2"],
            id="below a key in YAML",
        ),
        pytest.param(
            "image:\n  repository: app\n  name: quay.io/app\n",
            ["app", "quay.io/app"],
            id="parts below a key in YAML",
        ),
        pytest.param("other:\n  - x:\n    - a/b:1\n", [], id="below other keys in YAML"),
        pytest.param("\n  - a/b:1\n", [], id="below nothing"),
        pytest.param("x.container.image a/b:1\ny z", ["a/b:1"], id="behind a setting and a space"),
        pytest.param("x.name a/b:1\n", [], id="behind another setting"),
        pytest.param("docker pull redis\n", ["redis"], id="behind a command"),
        pytest.param("podman rmi quay.io/a/b:1", [], id="behind a command that pulls nothing"),
        pytest.param('echo "image: a/b:1" >&2; run', [], id="a message"),
        pytest.param('>&2 echo "image: a/b:1"\n', [], id="a message that is told so first"),
        pytest.param("repository: a/b\ntag: '1'\n", ["a/b"], id="a repository and its tag"),
        pytest.param('{"repo": "a/b", "imageTag": "1"}', ["a/b"], id="the same in JSON"),
        pytest.param("repository: a/b\nbranch: main\n", [], id="a repository of something"),
    ],
)
def test_images_in_a_text(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in images(text)] == expected


def test_a_reference() -> None:
    assert is_reference("nginx")
    assert not is_reference("Nginx")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x: acme/app:1", True),
        ("x: oci://acme/app:1", True),
        ("x: acme/app", False),
        ("x: app:1", False),
        ("x: https://acme/app:1", False),
        ("x: /etc/app:/app", False),
    ],
)
def test_what_could_be_an_image_by_itself(line: str, expected: bool) -> None:
    assert may_be_image(line) == expected


def test_a_long_text_is_read_in_one_pass() -> None:
    text = "# x y\nfoo bar/baz:1\n" * 20_000
    assert list(images(text + "quay.io/a:1")) == [(len(text), len(text) + 11)]


def test_what_a_name_says_of_a_text_counts_where_nothing_in_it_says_more() -> None:
    text = "a/b:1\nc: d:2\ne"
    assert [text[start:end] for start, end in images(text, "image")] == ["a/b:1", "d:2"]


def test_only_what_is_named_an_image() -> None:
    text = "a: quay.io/a/b:1\nimage: c:27\nregistry: quay.io\n"
    assert [text[start:end] for start, end in named_images(text)] == ["c:27"]


@pytest.mark.parametrize(
    ("said", "text", "expected"),
    [
        ("image", "busybox:1", True),
        ("image", "redis:6379", False),
        ("image", "busybox", False),
        ("image", "image/png", False),
        ("image", "git.example.com/acme/app:1", True),
        ("repository", "acme/app", True),
        ("store", "quay.io/acme/app", True),
        ("store", "registry.example.com/acme/app", True),
        ("store", "example.com/acme/app", False),
        ("store", "acme/app:1", True),
        ("store", "acme/app", False),
        ("store", "app:1", False),
        ("store", "github.com/acme/app", False),
        ("registry", "quay.io", True),
        ("registry", "registry.example.com:5000", True),
        ("registry", "registry.kube-system.svc:5000", False),
        ("registry", "schema-registry:8081", False),
        ("registry", "eureka:8761", True),
        ("registry", "acme", False),
        ("registry", "acme/app:1", True),
        ("other", "quay.io/acme/app:1", False),
    ],
)
def test_what_a_name_makes_an_image(said: Meaning, text: str, expected: bool) -> None:
    assert is_named(text, said, alone=False) == expected


def test_a_word_alone_and_a_vague_name() -> None:
    assert is_named("busybox", "image", alone=True)
    assert not is_named("acme/app", "image", alone=False, vague=True)
    assert is_named("quay.io/app", "image", alone=False, vague=True)

from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, config, pod, run
from transformer.find.likeness import Known, is_reference

DIGEST = f"sha256:{'0' * 64}"


def known(*images: str) -> Known:
    rules = config(HUB, "unmatched: keep", "invalid: warn")
    return Known(run(pod(*images), rules).decisions)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("quay.io/acme/app:1.0", id="a registry and a tag"),
        pytest.param(f"quay.io/acme/app@{DIGEST}", id="a registry and a digest"),
        pytest.param("localhost:5000/app:1", id="a registry with a port"),
        pytest.param("library/nginx:1.26", id="an image of the run by another name"),
        pytest.param("quay.io/acme/app:${TAG}", id="a tag that is filled in"),
    ],
)
def test_what_is_likely(text: str) -> None:
    assert known("nginx:1.27", "gcr.io/acme/web:1").is_likely(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nginx", id="a word, although it is an image of the run"),
        pytest.param("nginx:8080", id="a host and its port"),
        pytest.param("acme/app:1.0", id="no registry"),
        pytest.param("gcr.io/acme/web", id="no tag, although it is an image of the run"),
        pytest.param("nginx:1.26", id="no path, although it is an image of the run"),
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
    assert not known("nginx:1.27", "$X", "gcr.io/acme/web:1").is_likely(text)


def test_a_run_that_is_told_what_is_no_reference_knows_nothing_by_it() -> None:
    assert not known("Nginx:1", "$X").is_likely("nginx:2")


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
    ],
)
def test_images_in_a_text(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in known().images(text)] == expected


def test_a_reference() -> None:
    assert is_reference("nginx")
    assert not is_reference("Nginx")


def test_a_long_text_is_read_in_one_pass() -> None:
    text = "# x y\nfoo bar/baz:1\n" * 20_000
    assert list(known().images(text + "quay.io/a:1")) == [(len(text), len(text) + 11)]

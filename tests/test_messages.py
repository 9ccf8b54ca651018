from __future__ import annotations

import pytest

from transformer.messages import closest, counted, named, quoted

SHA256 = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("nginx", '"nginx"', id="as it is"),
        pytest.param("", '""', id="empty"),
        pytest.param("é ☃", '"é ☃"', id="letters of any script"),
        pytest.param("a\nb\t\x1b[31m", r'"a\nb\t\x1b[31m"', id="what no terminal shows"),
        pytest.param("\u2028\ud800", r'"\u2028\ud800"', id="line separator, lone surrogate"),
        pytest.param("x" * 200, '"' + "x" * 200 + '"', id="longest text shown whole"),
        pytest.param("x" * 201, '"' + "x" * 200 + '..."', id="cut"),
        pytest.param("https://me:pw@r.io/a", '"https://***@r.io/a"', id="password with scheme"),
        pytest.param("https://token@r.io", '"https://***@r.io"', id="user name with scheme"),
        pytest.param("me:pw@r.io/a", '"***@r.io/a"', id="password without scheme"),
        pytest.param("me:p@w@r.io", '"***@r.io"', id="password with an at sign"),
        pytest.param("me:pw@r.io:50000/a", '"***@r.io:50000/a"', id="password before a port"),
        pytest.param("me:pw@r/a", '"***@r/a"', id="password before a short host"),
        pytest.param("a@", '"a@"', id="nothing behind the at sign"),
        pytest.param("me:pw@r:latest", '"***@r:latest"', id="password before a host and a tag"),
        pytest.param("nginx:1@sha256:12a", '"nginx:1@sha256:12a"', id="digest that is cut short"),
        pytest.param("a:1@SHA256:0f", '"a:1@SHA256:0f"', id="digest in upper case"),
        pytest.param("a:1@x+y:0123ab", '"a:1@x+y:0123ab"', id="another digest"),
        pytest.param(f"nginx@{SHA256}", f'"nginx@{SHA256}"', id="digest of a short name"),
        pytest.param(f"r.io/a@{SHA256}", f'"r.io/a@{SHA256}"', id="digest of a full name"),
        pytest.param(f"https://{SHA256}@{SHA256}", f'"https://***@{SHA256}"', id="digest as host"),
    ],
)
def test_quoting_fits_one_line_and_hides_secrets(text: str, shown: str) -> None:
    assert quoted(text) == shown


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("team@shop/web.yaml", "team@shop/web.yaml", id="no URL, no user name"),
        pytest.param("d/" * 150 + "web.yaml", "d/" * 150 + "web.yaml", id="never cut"),
        pytest.param("a\nb\udcff.yaml", r"a\nb\udcff.yaml", id="what no terminal shows"),
        pytest.param("https://me:pw@h.io/a.yaml", "https://***@h.io/a.yaml", id="password"),
    ],
)
def test_files_are_named_on_one_line(path: str, name: str) -> None:
    assert named(path) == name


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("mirors", "mirrors", id="missing letter"),
        pytest.param("lock_file", "lockFile", id="another way to join words"),
        pytest.param("target", "", id="nothing like it"),
    ],
)
def test_closest(word: str, meant: str) -> None:
    assert closest(word, ("mirrors", "mode", "lockFile")) == meant


def test_one_and_many() -> None:
    assert [counted(number, "image") for number in (0, 1, 2)] == ["0 images", "1 image", "2 images"]

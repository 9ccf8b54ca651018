"""What holds for every reference, and for every text that is none."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from transformer.image.reference import BadReference, Reference, normalize, parse, parse_any
from transformer.records import replace

LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + LOWER


def joined(parts: st.SearchStrategy[str], separators: list[str]) -> st.SearchStrategy[str]:
    tail = st.lists(st.tuples(st.sampled_from(separators), parts).map("".join), max_size=3)
    return st.tuples(parts, tail.map("".join)).map("".join)


runs = st.text(LOWER, min_size=1, max_size=6)
components = joined(runs, [".", "_", "__", "-", "---"])
paths = joined(components, ["/"])
labels = joined(st.text(LETTERS, min_size=1, max_size=6), ["-", "--"])
addresses = st.text("0123456789abcdefABCDEF:", min_size=1, max_size=20).map("[{}]".format)
hosts = joined(labels, ["."]) | addresses
ports = st.just("") | st.integers(0, 99_999).map(":{}".format)
domains = st.tuples(hosts, ports).map("".join)
tags = st.text(LETTERS + "_.-", min_size=1, max_size=128).filter(lambda tag: tag[0] not in ".-")
digests = st.sampled_from([("sha256", 64), ("sha384", 96), ("sha512", 128)]).flatmap(
    lambda known: st.text("0123456789abcdef", min_size=known[1], max_size=known[1]).map(
        lambda encoded: f"{known[0]}:{encoded}"
    )
)
nothing = st.just("")
suffixes = st.tuples(nothing | tags.map(":{}".format), nothing | digests.map("@{}".format)).map(
    "".join
)
names = paths | st.tuples(domains, paths).map("/".join)
references = st.tuples(names, suffixes).map("".join)
near_misses = st.text("aB0._-/:@[]$ \n\u0130\u0661", max_size=20)


@given(domain=domains, path=paths, tag=nothing | tags, digest=nothing | digests)
def test_the_parts_of_a_full_reference_come_back(
    domain: str, path: str, tag: str, digest: str
) -> None:
    text = f"{domain}/{path}" + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    assert parse(text) == Reference(original=text, domain=domain, path=path, tag=tag, digest=digest)


@given(references)
def test_parsing_and_printing_is_the_identity(text: str) -> None:
    assert str(parse(text)) == text


def attempt(text: str) -> Reference | BadReference:
    try:
        return normalize(text)
    except BadReference as error:
        return error


@given(references | near_misses | st.text())
def test_normalizing_is_idempotent_or_an_error_that_fits_on_one_line(text: str) -> None:
    outcome = attempt(text)
    if isinstance(outcome, BadReference):
        assert outcome.message.isprintable()
        assert outcome.hint.isprintable()
    else:
        assert outcome.domain
        assert outcome.original == text
        assert replace(normalize(str(outcome)), original=text) == outcome


@given(references)
def test_the_familiar_form_means_the_same_where_no_path_looks_like_a_host(text: str) -> None:
    reference = attempt(text)
    assume(isinstance(reference, Reference))
    assert isinstance(reference, Reference)
    first, slash, _ = reference.path.partition("/")
    assume(not slash or not ("." in first or first == "localhost"))
    assert str(normalize(reference.familiar())) == str(reference)


@pytest.mark.parametrize("path", ["localhost/a", "a.b/c", "library/" + "0123456789abcdef" * 4])
def test_the_familiar_form_of_these_is_for_the_eye_only(path: str) -> None:
    short = normalize(f"docker.io/{path}").familiar()
    assert parse_any(short) != normalize(f"docker.io/{path}")
    assert short == path.removeprefix("library/")

from __future__ import annotations

import pytest

from tests.helpers.runs import config, locked
from transformer.config.config import Digests
from transformer.decide.pin import Pin, pin, unpinned
from transformer.image.reference import normalize

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"

NGINX = "docker.io/library/nginx:1"
UPSTREAM = (NGINX,)


def digests(spec: str) -> Digests:
    return config(f"digests: {spec}").digests


def problem(it: Pin) -> str:
    return str(it.problem)


@pytest.mark.parametrize(
    ("mode", "image", "digest"),
    [
        pytest.param("off", "nginx:1", "", id="off, none"),
        pytest.param("off", f"nginx@{A}", A, id="off, its own"),
        pytest.param("require", f"nginx:1@{A}", A, id="require, its own"),
    ],
)
def test_without_a_lock_an_image_has_the_digest_that_is_written(
    mode: str, image: str, digest: str
) -> None:
    settings = digests(f'{{mode: "{mode}"}}')
    assert pin(normalize(image), UPSTREAM, settings, None) == Pin(digest=digest)


def test_a_name_of_two_locked_sources_must_carry_its_digest() -> None:
    lock = locked({NGINX: f"{{digest: {A}}}", "quay.io/y:1": f"{{digest: {B}}}"})
    it = pin(normalize("m.io/x:1"), (NGINX, "quay.io/y:1"), digests("{mode: lock}"), lock)
    assert it.digest == ""
    assert problem(it).startswith(
        'error: "m.io/x:1" has no digest, and the lock has more than one for it '
        "(ambiguous-source)\n"
        f"  hint: write the one that is meant: {A} ("
    )


@pytest.mark.parametrize(("missing", "severity"), [("fail", "error"), ("warn", "warning")])
def test_required_digests_must_be_there(missing: str, severity: str) -> None:
    settings = digests(f"{{mode: require, missing: {missing}}}")
    it = pin(normalize("nginx:1"), UPSTREAM, settings, None)
    assert it.digest == ""
    assert problem(it) == f'{severity}: "nginx:1" has no digest: expected one (no-digest)'


@pytest.mark.parametrize(
    ("image", "sources", "digest"),
    [
        pytest.param("nginx:1", UPSTREAM, A, id="by its name"),
        pytest.param("m.io/nginx:1", ("quay.io/x:1", NGINX), A, id="by a later name"),
        pytest.param(
            f"m.io/nginx:1@{B}", (NGINX, "quay.io/y:1"), B, id="written, and that of a later name"
        ),
        pytest.param(f"nginx:1@{A}", UPSTREAM, A, id="the one that is written"),
        pytest.param(f"redis:1@{B}", ("docker.io/library/redis:1",), B, id="written, not locked"),
        pytest.param(f"nginx@{B}", ("docker.io/library/nginx",), B, id="written, without tag"),
    ],
)
def test_the_lock_gives_the_digest_of_the_first_name_that_it_has(
    image: str, sources: tuple[str, ...], digest: str
) -> None:
    lock = locked({NGINX: f"{{digest: {A}}}", "quay.io/y:1": f"{{digest: {B}}}"})
    assert pin(normalize(image), sources, digests("{mode: lock}"), lock) == Pin(digest=digest)


@pytest.mark.parametrize(("missing", "severity"), [("fail", "error"), ("warn", "warning")])
def test_what_is_not_locked_is_named_by_its_first_name(missing: str, severity: str) -> None:
    settings = digests(f"{{mode: lock, missing: {missing}}}")
    it = pin(normalize("m.io/x:1"), ("quay.io/x:1", "m.io/x:1"), settings, locked({}))
    assert it.digest == ""
    assert problem(it) == (
        f'{severity}: "quay.io/x:1" is not in images.lock.yaml (not-locked)\n'
        "  hint: mirrorpin lock adds it; `digests.missing: warn` lets it out without a digest"
    )


def test_a_digest_that_contradicts_the_lock_is_an_error_whatever_is_missing() -> None:
    lock = locked({NGINX: f"{{digest: {A}}}"})
    settings = digests("{mode: lock, missing: warn}")
    it = pin(normalize(f"nginx:1@{B}"), UPSTREAM, settings, lock)
    assert it.digest == ""
    assert problem(it) == (
        f'error: "nginx:1@{B}" has another digest than the lock: expected "{A}" '
        "(images.lock.yaml:3:39) (digest-mismatch)\n"
        "  hint: update the lock, or the manifest"
    )


def platforms(wanted: str, listed: str, image: str = "nginx:1") -> Pin:
    extra = f", platforms: {listed}" if listed else ""
    lock = locked({NGINX: f"{{digest: {A}{extra}}}"})
    settings = digests(f"{{mode: lock, missing: warn, platforms: {wanted}}}")
    return pin(normalize(image), UPSTREAM, settings, lock)


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        pytest.param("[]", "", id="none wanted"),
        pytest.param("[linux/amd64]", f"{{linux/amd64: {B}}}", id="listed"),
        pytest.param("[linux/arm]", f"{{linux/arm/v7: {B}}}", id="any variant"),
        pytest.param(
            "[linux/arm64]", f"{{linux/arm64/v8: {B}}}", id="only variant of arm64, listed"
        ),
        pytest.param(
            "[linux/arm64/v8]", f"{{linux/arm64: {B}}}", id="only variant of arm64, wanted"
        ),
    ],
)
def test_platforms_that_are_listed_are_offered(wanted: str, listed: str) -> None:
    assert platforms(wanted, listed) == Pin(digest=A)


@pytest.mark.parametrize(
    ("wanted", "listed", "message"),
    [
        pytest.param(
            "[linux/amd64]",
            "",
            ("no platforms", "linux/amd64"),
            id="nothing recorded",
        ),
        pytest.param(
            "[linux/amd64]",
            "{}",
            ("no platforms", "linux/amd64"),
            id="nothing listed",
        ),
        pytest.param(
            "[linux/amd64, linux/arm/v7, linux/s390x]",
            f"{{linux/amd64: {B}, linux/arm/v6: {B}}}",
            ("linux/amd64, linux/arm/v6", "linux/arm/v7, linux/s390x"),
            id="two of three absent",
        ),
        pytest.param(
            "[linux/arm]",
            f"{{linux/arm64: {B}}}",
            ("linux/arm64", "linux/arm"),
            id="another architecture that begins alike",
        ),
        pytest.param(
            "[linux/amd64]",
            f'{{"windows/amd64\\e": {B}}}',
            (r"windows/amd64\x1b", "linux/amd64"),
            id="what no terminal shows",
        ),
    ],
)
@pytest.mark.parametrize("image", ["nginx:1", f"nginx:1@{A}"], ids=["pinned", "written"])
def test_a_platform_that_the_lock_does_not_list_is_an_error(
    wanted: str, listed: str, message: tuple[str, str], image: str
) -> None:
    it = platforms(wanted, listed, image)
    assert it.digest == A
    assert problem(it) == (
        f'error: "{image}" is locked for {message[0]} (images.lock.yaml:3:39): '
        f"expected {message[1]} (platform-missing)\n"
        "  hint: lock the image again, or leave the platform out of `digests.platforms`"
    )


def test_platforms_of_an_image_that_is_not_locked_are_unknown() -> None:
    settings = digests("{mode: lock, platforms: [linux/amd64]}")
    it = pin(normalize(f"redis@{B}"), ("docker.io/library/redis",), settings, locked({}))
    assert it == Pin(digest=B)


@pytest.mark.parametrize(
    ("unpinnable", "severity"), [("fail", "error"), ("warn", "warning"), ("info", "info")]
)
def test_a_field_that_takes_no_digest_says_so(unpinnable: str, severity: str) -> None:
    settings = digests(f"{{mode: require, unpinnable: {unpinnable}}}")
    it = unpinned(normalize("nginx:1"), "", settings)
    assert it.digest == ""
    assert problem(it) == (
        f'{severity}: not pinned, this field takes no digest: "nginx:1" (unpinnable)'
    )


def test_a_field_that_takes_no_digest_may_have_a_reason() -> None:
    it = unpinned(normalize("nginx:1"), "the tag is polled", digests("{mode: require}"))
    assert problem(it) == 'warning: not pinned, the tag is polled: "nginx:1" (unpinnable)'


@pytest.mark.parametrize(
    ("mode", "image", "digest"),
    [
        pytest.param("off", "nginx:1", "", id="nobody wants one"),
        pytest.param("require", f"nginx:1@{A}", A, id="it has one all the same"),
    ],
)
def test_nothing_is_said_of_a_field_that_takes_no_digest(
    mode: str, image: str, digest: str
) -> None:
    settings = digests(f'{{mode: "{mode}", unpinnable: fail}}')
    assert unpinned(normalize(image), "", settings) == Pin(digest=digest)

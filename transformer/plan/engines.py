"""The programs that copy images, and how each is told to copy one with all its platforms.

None of them is given credentials: each finds its own where `docker login` and the like keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from transformer.image.reference import Reference
from transformer.records import record


@record
class Engine:
    """A program on PATH. `copy` and `look` make the words of its commands.

    Both take references, the hosts that speak no TLS among them last; `look` prints the digest, or
    where it `hashes` the manifest, that a reference stands for. `home` says where to get it.
    """

    name: str
    home: str
    copy: Callable[[Reference, Reference, Set[str]], list[str]]
    look: Callable[[Reference, Set[str]], list[str]]
    hashes: bool = False


def _regctl(plain: Set[str], *references: Reference) -> list[str]:
    hosts = dict.fromkeys(it.domain for it in references if it.domain in plain)
    return ["regctl", *(f"--host=reg={host},tls=disabled" for host in hosts)]


def _regctl_copy(source: Reference, target: Reference, plain: Set[str]) -> list[str]:
    return [*_regctl(plain, source, target), "image", "copy", str(source), str(target)]


def _regctl_look(reference: Reference, plain: Set[str]) -> list[str]:
    return [*_regctl(plain, reference), "manifest", "head", str(reference)]


def _skopeo_copy(source: Reference, target: Reference, plain: Set[str]) -> list[str]:
    flags = [
        f"--{end}-tls-verify=false"
        for end, it in (("src", source), ("dest", target))
        if it.domain in plain
    ]
    names = [f"docker://{it}" for it in (source, target)]
    return ["skopeo", "copy", "--all", "--preserve-digests", *flags, *names]


def _skopeo_look(reference: Reference, plain: Set[str]) -> list[str]:
    flags = ["--tls-verify=false"] if reference.domain in plain else []
    return ["skopeo", "inspect", "--raw", *flags, f"docker://{reference}"]


def _crane(plain: Set[str], *references: Reference) -> list[str]:
    return ["--insecure"] if any(it.domain in plain for it in references) else []


def _crane_copy(source: Reference, target: Reference, plain: Set[str]) -> list[str]:
    return ["crane", "copy", *_crane(plain, source, target), str(source), str(target)]


def _crane_look(reference: Reference, plain: Set[str]) -> list[str]:
    return ["crane", "digest", *_crane(plain, reference), str(reference)]


def _oras_copy(source: Reference, target: Reference, plain: Set[str]) -> list[str]:
    flags = [
        f"--{end}-plain-http"
        for end, it in (("from", source), ("to", target))
        if it.domain in plain
    ]
    return ["oras", "cp", "--no-tty", *flags, str(source), str(target)]


def _oras_look(reference: Reference, plain: Set[str]) -> list[str]:
    flags = ["--plain-http"] if reference.domain in plain else []
    return ["oras", "resolve", *flags, str(reference)]


# In the order in which they are looked for.
ENGINES = (
    Engine(
        name="regctl",
        home="https://github.com/regclient/regclient",
        copy=_regctl_copy,
        look=_regctl_look,
    ),
    Engine(
        name="skopeo",
        home="https://github.com/containers/skopeo",
        copy=_skopeo_copy,
        look=_skopeo_look,
        hashes=True,
    ),
    Engine(
        name="crane",
        home="https://github.com/google/go-containerregistry",
        copy=_crane_copy,
        look=_crane_look,
    ),
    Engine(
        name="oras", home="https://github.com/oras-project/oras", copy=_oras_copy, look=_oras_look
    ),
)

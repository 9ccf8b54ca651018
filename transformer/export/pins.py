"""The lock as ConfigMaps, which are the parameters of a policy.

    kind: ConfigMap
    metadata:
      name: mirrorpin-lock
      namespace: kube-system
    data:
      docker.io..library..nginx_.1.27: sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3...

A key of a ConfigMap has no `/` and no `:`. What stands for them is in no name of an image, and in
no tag before the first of them, so no two keys of a lock become one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transformer.config.config import Digests
from transformer.decide.pin import pin
from transformer.errors import Problem
from transformer.image.reference import normalize
from transformer.lock.lock import Lock
from transformer.messages import quoted
from transformer.records import record, replace
from transformer.yamltext.scalars import written

NAME = "mirrorpin-lock"
# Where nobody but an administrator writes, and that every cluster has.
NAMESPACE = "kube-system"
LABEL = "mirrorpin.dev/lock"
PARTS = "mirrorpin.dev/parts"
FIRST = "mirrorpin.dev/first-key"
END = "mirrorpin.dev/end-key"

REPLACED = (("/", ".."), (":", "_."))

# Of an object name (RFC 1123), which a key must not be longer than, and of what etcd takes, which
# is 1.5 MiB with all that the API server adds: it notes each key again, with who has set it. A
# ConfigMap's keys and values are at most 1 MiB.
MAX_KEY = 253
MAX_BYTES = 1_200_000
_PUNCTUATION = 16


@record
class Pins:
    """Digests by the key of a ConfigMap, sorted, and what of the lock they do not have."""

    digests: Mapping[str, str]
    unsaid: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def pins_of(lock: Lock | None, digests: Digests) -> Pins:
    """The digest that is written for each image of a lock.

    An image that is not locked as `digests` wants it is left out with a warning, and one whose key
    no ConfigMap takes with an error.
    """
    found: dict[str, str] = {}
    unsaid: list[Problem] = []
    warnings: list[Problem] = []
    for name in lock or ():
        known = pin(normalize(name), (name,), digests, lock)
        if known.problem is not None:
            warnings.append(replace(known.problem, severity="warning"))
        elif len(key_of(name)) > MAX_KEY:
            unsaid.append(_too_long(name, lock))
        else:
            found[key_of(name)] = known.digest
    ordered = {key: found[key] for key in sorted(found)}
    return Pins(digests=ordered, unsaid=tuple(unsaid), warnings=tuple(warnings))


def key_of(name: str) -> str:
    """The key of a ConfigMap for a key of a lock."""
    for old, new in REPLACED:
        name = name.replace(old, new)
    return name


def parts_of(digests: Mapping[str, str]) -> list[dict[str, str]]:
    """Digests in as many parts as ConfigMaps are needed for them, at least one."""
    parts: list[dict[str, str]] = [{}]
    size = 0
    for key, digest in digests.items():
        more = 2 * len(key) + len(digest) + _PUNCTUATION
        if size + more > MAX_BYTES:
            parts.append({})
            size = 0
        parts[-1][key] = digest
        size += more
    return parts


def config_maps(parts: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The text of a ConfigMap for each part.

    Where there are several, each says from which key on it counts, and before which it ends.
    """
    starts = ["", *(next(iter(it)) for it in parts[1:]), ""]
    for index, (name, part) in enumerate(zip(names(len(parts)), parts, strict=True)):
        lines = ["apiVersion: v1", "kind: ConfigMap", "metadata:", f"  name: {name}"]
        if len(parts) > 1:
            lines.append("  labels:")
            lines += (f"    {name}: {value}" for name, value in labels(len(parts)).items())
            lines += ["  annotations:", f"    {FIRST}: {_text(starts[index])}"]
            lines.append(f"    {END}: {_text(starts[index + 1])}")
        lines += [f"  namespace: {NAMESPACE}", "data:" if part else "data: {}"]
        lines += (f"  {written(key, '')}: {digest}" for key, digest in part.items())
        yield "".join(f"{it}\n" for it in lines)


def names(count: int, name: str = NAME) -> list[str]:
    """The names of so many parts, or of what there is one of for each."""
    return [name] if count == 1 else [f"{name}-{index + 1}" for index in range(count)]


def labels(count: int) -> dict[str, str]:
    """What the parts of a lock are known by, as YAML."""
    return {LABEL: "mirrorpin", PARTS: f'"{count}"'}


def _text(text: str) -> str:
    return written(text, "") if text else '""'


def _too_long(name: str, lock: Lock | None) -> Problem:
    entry = lock.get(name) if lock is not None else None
    size = len(key_of(name))
    return Problem(
        code="not-exportable",
        message=f"a key of a ConfigMap has {size} characters, expected {MAX_KEY} at most: "
        f"{quoted(name)}",
        position=entry.position if entry is not None else None,
        hint="give it a shorter tag, or write its digest into the manifest",
    )

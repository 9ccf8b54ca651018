"""What stands at a field of the catalogue, form by form: as it is, and as it must become.

The values are built from the files' own data and the rules of each form, so that nothing of the
program takes part. What is expected of the image is one thing only: that `quay.io/` becomes
`m.io/quay/`, and that a digest is written where the field takes one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

Data: TypeAlias = "dict[str, Any]"
# What an object has at a path, in steps: keys, and 0 for the first item of a list.
Steps: TypeAlias = "tuple[str | int, ...]"
# A value as it is, without digests, and with digests.
Three: TypeAlias = "tuple[Any, Any, Any]"
Values: TypeAlias = "list[tuple[Steps, Three]]"

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"
TAGGED, PINNED, UNPINNED = (
    "quay.io/acme/app:1.0",
    f"m.io/quay/acme/app:1.0@{DIGEST}",
    "m.io/quay/acme/app:1.0",
)
UNTAGGED = f"m.io/quay/acme/app@{DIGEST}"

_STEP = re.compile(r'\["([^"]+)"\]|(\[\])|(\{\})|([^.\[\]{}]+)')


def steps_of(path: str) -> Steps:
    """The steps of a path, with the first item of each list, and one key of each mapping."""
    found = _STEP.findall(path)
    return tuple(quoted or key or (0 if each else "one") for quoted, each, _, key in found)


def put(root: Any, steps: Steps, value: object) -> None:  # noqa: ANN401 data of any shape
    """Set what stands at some steps, making what is missing on the way."""
    for step, following in pairwise(steps):
        inner: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if not root:
                root.append(inner)
            root = root[step]
        else:
            root = root.setdefault(step, inner)
    if isinstance(root, list) and not root:
        root.append(value)
    else:
        root[steps[-1]] = value


def new_object(group: str, kind: str) -> Data:
    version = "v1" if group in ("", "builtin") else f"{group}/v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "example"}}


def _image(field: Data) -> tuple[str, str, str]:
    pinned = {"none": UNPINNED, "tag": UNTAGGED}.get(field.get("digest", ""), PINNED)
    return TAGGED, UNPINNED, pinned


def _with_image(field: Data, make: Callable[[str], Any]) -> Values:
    before, plain, pinned = _image(field)
    return [((), (make(before), make(plain), make(pinned)))]


def _one(field: Data) -> Values:
    return _with_image(field, str)


def _containers(field: Data) -> Values:
    return _with_image(field, lambda it: [{"name": "a", "image": it}])


def _pod_spec(field: Data) -> Values:
    return _with_image(field, lambda it: {"containers": [{"name": "a", "image": it}]})


def _uri(field: Data) -> Values:
    scheme = field["schemes"][0]
    return _with_image(field, lambda it: f"{scheme}://{it}" if scheme else it)


def _repository(_: Data) -> Values:
    return [((), ("quay.io/acme/app", "m.io/quay/acme/app", "m.io/quay/acme/app"))]


def _registry(field: Data) -> Values:
    scheme = field.get("schemes", [""])[0]
    front = f"{scheme}://" if scheme else ""
    old, new = (f"{front}{it}/acme" for it in ("quay.io", "m.io/quay"))
    return [((), (old, new, new))]


def _keys(field: Data) -> Values:
    return _with_image(field, lambda it: {it: ["1.0"]})


def _pairs(field: Data) -> Values:
    separator = field.get("separator", "\n")
    return _with_image(field, lambda it: f"a={it}{separator}b")


def _split(field: Data) -> Values:
    parts = field["parts"]
    old = _old_parts(field)
    values: Values = []
    taking = field.get("digest") or _digest_of_parts(field)
    for name, paths in parts.items():
        path = paths.split("|")[0]
        before = old.get(name)
        after = before and before.replace("quay.io", "m.io/quay")
        pinned = _pinned_part(name, taking, after)
        if before is not None or pinned is not None:
            at = ("/", *steps_of(path[1:])) if path.startswith("/") else steps_of(path)
            values.append((at, (before, after, pinned)))
    return values


def _old_parts(field: Data) -> dict[str, str]:
    names = [it for it in ("registry", "repository", "name") if it in field["parts"]]
    texts = {1: ["quay.io/acme/app"], 2: ["quay.io", "acme/app"], 3: ["quay.io", "acme", "app"]}
    if names == ["repository", "name"]:
        texts[2] = ["quay.io/acme", "app"]
    elif field.get("join") == "istio":
        # A name with a slash would be a whole image.
        texts[2] = ["quay.io/acme", "app"]
    old = dict(zip(names, texts[len(names)], strict=True))
    if field.get("join") == "flux":
        old["repository"] = f"oci://{old['repository']}"
    if "tag" in field["parts"]:
        old["tag"] = "1.0"
    return old


def _digest_of_parts(field: Data) -> str:
    join = field.get("join", "plain")
    if join in ("argocd", "nvidia"):
        return "tag"
    if join == "colon":
        return "behind"
    if join in ("datadog", "istio", "aerospike"):
        return "none"
    if join in ("prometheus", "kiali"):
        return str(join)
    return "field" if "digest" in field["parts"] else "none"


def _pinned_part(name: str, taking: str, after: str | None) -> str | None:
    if name == "digest" and taking in ("field", "prometheus", "kiali"):
        return {"field": DIGEST, "prometheus": HEX, "kiali": "sha256"}[taking]
    if name == "tag" and taking in ("tag", "behind", "kiali"):
        return {"tag": DIGEST, "behind": f"{after}@{DIGEST}", "kiali": HEX}[taking]
    return after


def _document(field: Data) -> Values:
    inside = field["inside"]
    if inside == "podSpec":
        ((_, texts),) = _pod_spec({})
    elif inside == "manifests":
        ((_, specs),) = _pod_spec({})
        texts = _three([{**new_object("", "Pod"), "spec": it} for it in specs])
    else:
        is_list = inside[0]["path"].startswith("[]")
        texts = _three([[] if is_list else {} for _ in range(3)])
        for inner in inside:
            if inner.get("form") != "pullSecrets":
                put_all(texts, inner)
    return [((), _three([_TEXTS.get(field["form"], json.dumps)(it) for it in texts]))]


def _toml(data: Any) -> str:  # noqa: ANN401 data of any shape
    return "".join(f"{key} = {_toml_value(value)}\n" for key, value in data.items())


def _toml_value(data: Any) -> str:  # noqa: ANN401 data of any shape
    if isinstance(data, dict):
        return f"{{ {', '.join(f'{key} = {_toml_value(it)}' for key, it in data.items())} }}"
    return f"[{', '.join(map(_toml_value, data))}]" if isinstance(data, list) else json.dumps(data)


def _ini(data: Any) -> str:  # noqa: ANN401 data of any shape
    sections = (
        f"[{section}]\n{''.join(f'{key} = {value}{LINE}' for key, value in values.items())}"
        for section, values in data.items()
    )
    return "".join(sections)


LINE = "\n"
_TEXTS: dict[str, Callable[[Any], str]] = {"toml": _toml, "ini": _ini}


def _three(values: list[Any]) -> Three:
    before, plain, pinned = values
    return before, plain, pinned


FORMS: dict[str, Callable[[Data], Values]] = {
    "image": _one,
    "containers": _containers,
    "podSpec": _pod_spec,
    "uri": _uri,
    "repository": _repository,
    "registry": _registry,
    "keys": _keys,
    "pairs": _pairs,
    "split": _split,
    "document": _document,
    "toml": _document,
    "ini": _document,
    "none": lambda _: [((), (TAGGED, TAGGED, TAGGED))],
    "match": lambda _: [((), (TAGGED, TAGGED, TAGGED))],
}


def put_all(roots: Three, field: Data) -> None:
    """Put what stands at a field into three objects."""
    start = steps_of(field["path"])
    for at, values in FORMS[field.get("form", "image")](field):
        steps = at[1:] if at[:1] == ("/",) else (*start, *at)
        for root, value in zip(roots, values, strict=True):
            if value is not None:
                put(root, steps, value)

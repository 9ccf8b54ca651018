"""Inputs made to exhaust a reader: depth, repetition and size, beside an image or without one."""

from __future__ import annotations

from collections.abc import Callable

MAX_SECONDS = 2
MAX_MEMORY = 200 << 20

_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
  - name: app
    image: nginx:1.27
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\n"
_UNKNOWN = "apiVersion: example.com/v1\nkind: Unknown\n"


def _nested(brackets: str) -> str:
    return f"{_POD}x: {brackets * 100_000}"


def _image_aliases(count: int) -> str:
    items = (f"  - {{name: c{number}, image: *it}}\n" for number in range(count))
    return _POD.replace("image: ", "image: &it ") + "".join(items)


def _pod_aliases(count: int) -> str:
    # Each alias is a list item: a container of its own to whoever reads the list.
    return _POD.replace("- name", "- &it\n    name") + "  - *it\n" * count


def _laughs(first: str, repeat: str, levels: int = 11) -> str:
    lines = [f"a0: &a0 {first}\n"]
    for level in range(1, levels + 1):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} {repeat.format(aliases)}\n")
    return "".join(lines)


def _json_lines(count: int) -> str:
    pod = '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","image":"nginx:1"}]}}'
    return f"{pod}\n" * count


def _many_keys(count: int) -> str:
    return _POD + "data:\n" + "".join(f"  key{number}: x\n" for number in range(count))


_CONTAINER = "{name: app, image: nginx}"

INPUTS: dict[str, Callable[[], str]] = {
    "100,000 nested [": lambda: _nested("["),
    "100,000 nested {": lambda: _nested("{"),
    "100,000 nested {[": lambda: _nested("{[") + "x",
    "100,000 nested -": lambda: f"{_POD}x:\n{'- ' * 100_000}x\n",
    "100,000 nested ? in a key": lambda: f"{_POD}{'? ' * 100_000}x\n",
    "10,000 aliases": lambda: f"{_POD}a: &a {{b: c}}\nx: [{', '.join(['*a'] * 10_000)}]\n",
    "10,001 aliases": lambda: f"{_POD}a: &a {{b: c}}\nx: [{', '.join(['*a'] * 10_001)}]\n",
    "10,000 aliases of one image": lambda: _image_aliases(10_000),
    "10,000 aliases of one container": lambda: _pod_aliases(10_000),
    "50 MB scalar": lambda: f'{_CONFIG_MAP}data: "{"x" * 50_000_000}"\n',
    "50 MB scalar beside an image": lambda: f'{_POD}data: "{"x" * 50_000_000}"\n',
    "50 MB literal beside an image": lambda: f"{_POD}x: |\n" + f"  {'x' * 98}\n" * 500_000,
    "50 MB image": lambda: _POD.replace("nginx:1.27", "x" * 50_000_000),
    "1 MB line": lambda: f"{_POD}x: [{', '.join(['ab'] * 250_000)}]\n",
    "1 MB image": lambda: _POD.replace("nginx:1.27", "x" * 1_000_000),
    "billion laughs": lambda: _CONFIG_MAP + _laughs("[ha]", "[{}]"),
    "billion laughs beside an image": lambda: _POD + _laughs("[ha]", "[{}]"),
    "billion laughs of merge keys": lambda: (
        _laughs(_CONTAINER, "{{<<: [{}]}}") + _POD.replace("image: nginx:1.27", "<<: *a11")
    ),
    "billion laughs of containers": lambda: (
        f"{_UNKNOWN}{_laughs(f'[{_CONTAINER}]', '[{}]')}spec: {{containers: *a11}}\n"
    ),
    "billion laughs of pod specs": lambda: (
        _UNKNOWN + _laughs(f"{{containers: [{_CONTAINER}]}}", "[{}]")
    ),
    "100,000 keys beside an image": lambda: _many_keys(100_000),
    "100,000 empty documents": lambda: "---\n" * 100_000 + _POD,
    "20,000 JSON lines": lambda: _json_lines(20_000),
}

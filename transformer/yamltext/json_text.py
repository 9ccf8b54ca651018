"""Data as JSON on one line that every YAML reader takes for the same data."""

from __future__ import annotations

import re

# What YAML 1.1 cannot print (5.1), and what it takes for a line break or a byte order mark.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def json_text(value: object) -> str:
    """A value of JSON's types as JSON.

    Characters stand for themselves, since YAML readers refuse the pairs of surrogates that JSON
    escapes the rarer ones with; those that YAML must not hold are escaped.
    """
    import json

    return _UNSAFE.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"

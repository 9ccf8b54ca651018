"""Writing a scalar so that every YAML reader takes it for the same string.

Names and references are ASCII without quotes or backslashes, and need no escapes; the texts that
hold them, of which an alias gets a copy, may need some. Whatever a YAML 1.1 or 1.2 reader could
take for a number, boolean, null or date is quoted.
"""

from __future__ import annotations

from functools import cache

from transformer.yamltext.tree import Token

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:@-")
_ESCAPES = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    **{code: f"\\u{code:04x}" for code in (0x2028, 0x2029, 0xFEFF)},
    **{ord("\n"): "\\n", ord("\t"): "\\t", ord('"'): '\\"', ord("\\"): "\\\\"},
}
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})


@cache
def is_plain(text: str) -> bool:
    """True for text that needs no quotes: a reference with a `/`, or a name that begins like one.

    Without a slash it must begin with a letter and be no word that YAML 1.1 resolves
    (https://yaml.org/type/), and hold no colon (`y:1` in a flow mapping).
    """
    if not text or not text[0].isalnum() or not _PLAIN.issuperset(text) or text[-1] == ":":
        return False
    if "/" in text:
        return True
    return text[0].isalpha() and ":" not in text and text.lower() not in _WORDS


def written(text: str, style: str) -> str:
    """The text of a scalar in a style: '' (plain, quoted when it must be), `'` or `"`."""
    style = _safe_style(text, style)
    if not style:
        return text
    if style == "'":
        text = text.replace("'", "''")
    elif style and not (text.isprintable() and '"' not in text and "\\" not in text):
        text = text.translate(_ESCAPES)
    return f"{style}{text}{style}"


def token(text: str, style: str, anchor: str | None = None, tag: str | None = None) -> Token:
    """The token that `written` reads as, behind an anchor and tag if there are any."""
    style = _safe_style(text, style)
    if style or anchor or tag:
        return (text, style, anchor, tag)
    return text


def _safe_style(text: str, style: str) -> str:
    return style if style or is_plain(text) else '"'


def kept_token(text: str, style: str, anchor: str | None, tag: str | None) -> Token:
    """The token of a scalar that is edited inside, and so keeps the style it was written in."""
    return (text, style, anchor, tag) if style or anchor or tag else text

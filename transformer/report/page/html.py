"""A page as HTML: one file, whose style and script are named by their hashes in its policy.

https://html.spec.whatwg.org/, https://www.w3.org/TR/CSP3/: nothing may be loaded, sent or framed.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pkgutil import get_data

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from transformer.messages import one_line
from transformer.report.page import STATES, Page


def write(page: Page) -> str:
    """The file of a page. What it shows of others is escaped, whatever it is."""
    from transformer import __version__

    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_line)
    style, script = _data("page.css"), _data("page.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return environment.from_string(_data("page.html.j2")).render(
        page=page,
        states=STATES,
        version=__version__,
        policy=policy,
        # Of this package, and no text of anybody.
        style=Markup(style),
        script=Markup(script),
    )


def _line(value: object) -> object:
    return value if isinstance(value, Markup) else one_line(str(value))


def _data(name: str) -> str:
    data = get_data(__name__, name)
    assert data is not None
    return data.decode()


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

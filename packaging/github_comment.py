"""Keep one comment of a pull request up to date: what stdin has, or none where it is empty.

For action.yml, with the standard library alone. The environment is what GitHub gives a step, with
`NUMBER`, the pull request, and `GITHUB_TOKEN`. A token that may not comment, as that of a fork's
pull request, is a warning: the check itself has been done.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

MARK = "<!-- mirrorpin: what changed in the lock -->"
# What GitHub takes, in characters.
MAX_BODY = 65_000
A_PAGE = 100
MAX_PAGES = 30
TIMEOUT_S = 30


def main() -> int:
    """Comment what stdin has. Returns the exit code."""
    try:
        update(sys.stdin.read(), os.environ)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        print(f"::warning::mirrorpin could not comment the lock's changes: {reason}")
    return 0


def update(text: str, environment: Mapping[str, str]) -> None:
    """Write, change or take away the comment. Raises `OSError` where GitHub says no, and
    `ValueError` where its answer is none."""
    comments = f"{_repository(environment)}/issues/{environment['NUMBER']}/comments"
    known = next(_known(comments, environment), "")
    if not text.strip():
        if known:
            _ask("DELETE", known, environment)
        return
    body = {"body": f"{MARK}\n{_cut(text)}"}
    _ask("PATCH" if known else "POST", known or comments, environment, body)


def _repository(environment: Mapping[str, str]) -> str:
    return f"{environment['GITHUB_API_URL']}/repos/{environment['GITHUB_REPOSITORY']}"


def _cut(text: str) -> str:
    if len(text) <= MAX_BODY:
        return text
    return f"{text[:MAX_BODY].rpartition(chr(10))[0]}\n\n... and more: see the lock itself\n"


def _known(comments: str, environment: Mapping[str, str]) -> Iterator[str]:
    for page in range(1, MAX_PAGES + 1):
        found = _ask("GET", f"{comments}?per_page={A_PAGE}&page={page}", environment)
        yield from (it["url"] for it in found if str(it["body"]).startswith(MARK))
        if len(found) < A_PAGE:
            return


def _ask(method: str, url: str, environment: Mapping[str, str], body: object = None) -> Any:  # noqa: ANN401
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {environment['GITHUB_TOKEN']}",
            "Content-Type": "application/json",
        },
        method=method,
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        data = answer.read()
    return json.loads(data) if data else None


if __name__ == "__main__":
    sys.exit(main())

"""What an answer says, when it is not what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformer.messages import quoted, shown
from transformer.registry.auth.challenges import challenge_of
from transformer.registry.auth.credential import Secrets
from transformer.registry.faults import Reason, Refusal
from transformer.registry.foreign import Foreign, read_object, whole_number
from transformer.registry.http.exchange import retry_after
from transformer.registry.http.transport import NO_REGISTRY, Response

MAX_ERRORS = 3

WITHOUT = "compare its name, or give credentials, as by `docker login` or --auth-file"
WITH = "see whether the credentials are still good, and may pull this repository"


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that a body, which is bounded already, is; None for anything else."""
    try:
        return read_object(body, len(body))
    except Foreign:
        return None


def refusal_of(answer: Response, secrets: Secrets, *, anonymous: bool) -> Refusal:
    """Why an answer that is not 200 holds no manifest.

    Quotes what the registry says, but no secret that was sent to it.
    """
    code, state, hint = _meaning(answer, anonymous=anonymous)
    detail = said(answer, secrets)
    return Refusal(Reason(code=code, state=state, detail=detail, hint=hint, status=answer.status))


def said(answer: Response, secrets: Secrets) -> str:
    """The codes and messages of an error body (distribution specification, Error Codes)."""
    content = json_object(answer.body) or {}
    errors = content.get("errors")
    parts = []
    for error in (errors if isinstance(errors, list) else [])[:MAX_ERRORS]:
        if isinstance(error, dict):
            code, message = error.get("code"), error.get("message")
            parts.append(shown(secrets.masked(str(code))) if code else "")
            parts.append(quoted(secrets.masked(str(message))) if message else "")
    challenge = challenge_of(answer.challenges)
    if challenge is not None and not any(parts):
        parts = [shown(secrets.masked(challenge.get("error")))]
    return " ".join(filter(None, parts))


def _meaning(answer: Response, *, anonymous: bool) -> tuple[str, str, str]:
    if answer.status == 401:
        return "registry-unauthorized", _state(anonymous), WITHOUT if anonymous else WITH
    if answer.status == 403:
        return "registry-denied", _state(anonymous), WITHOUT if anonymous else WITH
    if answer.status == 404:
        hint = "compare its name and tag with those in the registry"
        return "registry-not-found", "is not there", hint
    if answer.status == 429:
        return "registry-rate-limit", "is beyond the rate limit", _limit_hint(answer)
    if answer.status >= 500:
        return "registry-unavailable", "is not answered by a working registry", "try again later"
    return "registry-answer", "is not answered as registries do", NO_REGISTRY


def _state(anonymous: bool) -> str:
    return f"is not open to {'anyone' if anonymous else 'the credentials given'}"


def _limit_hint(answer: Response) -> str:
    limit = _limit(answer.headers)
    if limit or b"pull rate limit" in answer.body:
        allowed = f"allows {limit}" if limit else "limits pulls"
        return f"the registry {allowed}: log in, ask the mirror instead, or wait"
    wait = retry_after(answer.headers)
    when = f"in {wait:.0f} s" if wait else "later"
    return f"try again {when}, or with fewer requests at once"


def _limit(headers: Mapping[str, str]) -> str:
    # As in 100;w=21600: so many pulls in so many seconds.
    parts = headers.get("ratelimit-limit", "").partition(";w=")[::2]
    count, window = map(whole_number, parts)
    if count is None or window is None:
        return ""
    return f"{count} pulls in {window / 3600:g} h"

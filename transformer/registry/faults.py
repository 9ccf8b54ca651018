"""Why a registry gave no answer, in words for the person who must do something about it."""

from __future__ import annotations

from transformer.messages import quoted
from transformer.records import record


class RegistryFault(Exception):
    """What one image could not be asked for.

    `code` is stable, `message` is one line with the image, the registry's host and the HTTP status,
    `hint` says what to try, or is empty; `status` is the HTTP status, 0 when there was no answer.
    None of them holds a secret.
    """

    def __init__(self, code: str, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status


@record
class Reason:
    """What went wrong, before it is known which images it concerns.

    `state` is what the image is or is not, `detail` what was seen of it.
    """

    code: str
    state: str
    detail: str = ""
    hint: str = ""
    status: int = 0

    def about(self, image: str, host: str) -> RegistryFault:
        """The fault of one image, asked at a host as its reference names it."""
        status = f"HTTP {self.status}" if self.status else ""
        parts = [f"{quoted(image)} at {host} {self.state}", status, self.detail]
        return RegistryFault(self.code, ", ".join(filter(None, parts)), self.hint, self.status)


class Refusal(Exception):
    """Stops one question. `retry`: the same request may succeed later.

    `whole_host`: no other request to the same registry can succeed either.
    """

    def __init__(self, reason: Reason, *, retry: bool = False, whole_host: bool = False) -> None:
        super().__init__(reason.state)
        self.reason = reason
        self.retry = retry
        self.whole_host = whole_host

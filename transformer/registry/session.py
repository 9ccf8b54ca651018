"""What lasts from one call of a client to the next: connections, addresses, tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from transformer.image.descriptor import Descriptor
from transformer.image.reference import Reference
from transformer.records import replace
from transformer.registry.attached import Attached
from transformer.registry.auth.authorization import Authorizer
from transformer.registry.auth.credential import Secrets
from transformer.registry.auth.credentials import Credentials
from transformer.registry.faults import Reason, Refusal, RegistryFault
from transformer.registry.http.addresses import Addresses
from transformer.registry.http.deadline import Deadline
from transformer.registry.http.exchange import Exchange
from transformer.registry.http.origins import Origins
from transformer.registry.http.transport import Transport
from transformer.registry.inquiry import Inquiry
from transformer.registry.resolver import Answer, Progress
from transformer.registry.settings import Settings
from transformer.registry.workers import work

Texts: TypeAlias = "tuple[str, ...]"
Found = TypeVar("Found")


class Session:
    """Resolves references over connections that are kept."""

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], credentials: Credentials
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._secrets = Secrets()
        self._addresses = Addresses()
        self._transport = Transport(settings, environment, self._addresses)
        self._origins = Origins(settings, self._transport)
        self._authorizer = Authorizer(settings, credentials, self._secrets)

    def resolve(
        self, references: Mapping[str, Reference], progress: Progress | None, *, platforms: bool
    ) -> dict[str, Answer]:
        """See `Client.resolve`. Takes normalised references under their texts."""

        def describe(inquiry: Inquiry, reference: Reference, deadline: Deadline) -> Descriptor:
            return inquiry.describe(reference, deadline, with_platforms=platforms)

        return self._each(references, progress, describe)

    def attached(
        self, references: Mapping[str, Reference], progress: Progress | None
    ) -> dict[str, Attached | RegistryFault]:
        """See `Client.attached`. Takes normalised references under their texts."""
        return self._each(references, progress, Inquiry.attached)

    def created(
        self, references: Mapping[str, Reference], progress: Progress | None
    ) -> dict[str, str | RegistryFault]:
        """See `Client.created`. Takes normalised references under their texts."""
        return self._each(references, progress, Inquiry.created)

    def _each(
        self,
        references: Mapping[str, Reference],
        progress: Progress | None,
        question: Callable[[Inquiry, Reference, Deadline], Found],
    ) -> dict[str, Found | RegistryFault]:
        deadline = Deadline(self._settings.deadline)
        exchange = Exchange(self._transport, self._addresses, self._settings, deadline)
        inquiry = Inquiry(exchange, self._origins, self._authorizer, self._secrets, self._settings)
        found: dict[str, Found | Reason] = {}
        down: dict[str, Reason] = {}

        def ask(texts: Texts) -> Found | Reason:
            reference = references[texts[0]]
            if reference.domain in down:
                return down[reference.domain]
            try:
                return question(inquiry, reference, deadline)
            except Refusal as refusal:
                reason = self._masked(refusal.reason)
                if refusal.whole_host:
                    down[reference.domain] = reason
                return reason

        def done(texts: Texts, outcome: Found | Reason) -> None:
            found.update(dict.fromkeys(texts, outcome))
            if progress is not None:
                progress(len(found), len(references))

        work(
            _groups(references),
            ask,
            done,
            concurrency=self._settings.concurrency,
            deadline=deadline,
            abort=self._abort,
        )
        late = deadline.reason
        return {text: _outcome(found.get(text, late), text, it) for text, it in references.items()}

    def close(self) -> None:
        self._transport.close()

    def _masked(self, reason: Reason) -> Reason:
        # What a registry sends back, in whatever part of an answer, may be what it was sent.
        detail, hint = map(self._secrets.masked, (reason.detail, reason.hint))
        return replace(reason, detail=detail, hint=hint)

    def _abort(self) -> None:
        self._transport.abort()
        self._credentials.abort()


def _groups(references: Mapping[str, Reference]) -> list[list[Texts]]:
    # By host, and what means the same manifest together: a tag beside a digest says nothing.
    groups: dict[str, dict[tuple[str, str], list[str]]] = {}
    for text, it in references.items():
        questions = groups.setdefault(it.domain, {})
        questions.setdefault((it.path, it.digest or it.tag), []).append(text)
    return [[tuple(texts) for texts in questions.values()] for questions in groups.values()]


def _outcome(found: Found | Reason, text: str, reference: Reference) -> Found | RegistryFault:
    return found.about(text, reference.domain) if isinstance(found, Reason) else found

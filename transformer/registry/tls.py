"""Whom to trust, and what to show, when a connection is encrypted."""

from __future__ import annotations

import ssl

from urllib3.util import create_urllib3_context

from transformer.registry.faults import Reason, Refusal
from transformer.registry.settings import Settings
from transformer.wording import quoted


def context_of(settings: Settings, *, own: bool) -> ssl.SSLContext:
    """The rules of TLS for a host; only a registry's `own` host sees the client's certificate.

    Raises `Refusal` when a file with certificates or the key cannot be used.
    """
    context = create_urllib3_context()
    context.load_default_certs()
    if settings.ca_file:
        try:
            context.load_verify_locations(settings.ca_file)
        except (OSError, ValueError) as error:
            raise _unusable("CA file", settings.ca_file, error) from None
    if own and settings.client_cert:
        try:
            # A key with a passphrase would ask for it on the terminal.
            context.load_cert_chain(
                settings.client_cert, settings.client_key or None, password=lambda: ""
            )
        except (OSError, ValueError) as error:
            raise _unusable("client certificate", settings.client_cert, error) from None
    return context


def _unusable(kind: str, name: str, error: Exception) -> Refusal:
    seen = error.strerror if isinstance(error, OSError) and error.strerror else ""
    detail = "it is not PEM, or does not fit its key" if isinstance(error, ssl.SSLError) else seen
    reason = Reason(
        code="registry-tls",
        demand=f"must be asked with a {kind} that can be read",
        detail=f"{quoted(name)}: {detail or 'it cannot be used'}",
    )
    return Refusal(reason, whole_host=True)

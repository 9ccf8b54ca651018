"""Whom to trust, and what to show, when a connection is encrypted."""

from __future__ import annotations

import ssl

from urllib3.util import create_urllib3_context

from transformer.intake import check_file
from transformer.messages import quoted
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.certificates import Certificates
from transformer.registry.settings import MAX_CERTIFICATES, Settings


def context_of(settings: Settings, certificates: Certificates, *, own: bool) -> ssl.SSLContext:
    """The rules of TLS for a host that has these certificates of its own.

    Only a registry's `own` host sees the client's certificate that is for every registry.

    Raises `Refusal` when a file with certificates or the key cannot be used.
    """
    context = create_urllib3_context()
    context.load_default_certs()
    for authority in (settings.ca_file, *certificates.authorities):
        try:
            if authority:
                check_file(authority, MAX_CERTIFICATES)
                context.load_verify_locations(authority)
        except (OSError, ValueError) as error:
            raise _unusable("CA file", authority, error) from None
    # The last one of a kind of key counts: what is for one host comes after what is for all.
    general = [(settings.client_cert, settings.client_key)] if own else []
    for certificate, key in (*general, *certificates.clients):
        try:
            if certificate:
                for name in filter(None, (certificate, key)):
                    check_file(name, MAX_CERTIFICATES)
                # A key with a passphrase would ask for it on the terminal.
                context.load_cert_chain(certificate, key or None, password=lambda: "")
        except (OSError, ValueError) as error:
            raise _unusable("client certificate", certificate, error) from None
    return context


def _unusable(kind: str, name: str, error: Exception) -> Refusal:
    seen = error.strerror if isinstance(error, OSError) and error.strerror else ""
    detail = "it is not PEM, or does not fit its key" if isinstance(error, ssl.SSLError) else seen
    reason = Reason(
        code="registry-tls",
        state=f"has a {kind} that cannot be read",
        detail=f"{quoted(name)}: {detail or 'it cannot be used'}",
    )
    return Refusal(reason, whole_host=True)

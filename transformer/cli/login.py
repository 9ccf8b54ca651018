"""`secrets --from-login`: the Secrets that are missing, made of Docker's own credentials.

Their text holds passwords, and goes to stdout alone; nothing here is said, logged or quoted but
names of hosts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.errors import Problem
from transformer.image.reference import Reference
from transformer.lock.lookup import registry_problem
from transformer.messages import quoted, shown
from transformer.pull_secrets.login import Login, secret_text
from transformer.pull_secrets.needs import Need
from transformer.registry import Credential, Credentials
from transformer.registry.faults import Refusal


def make_secrets(
    needs: Iterable[Need], credentials: Credentials
) -> tuple[list[str], tuple[Problem, ...]]:
    """The texts of a Secret for each need that has something to open, and what is to be said.

    A need without one of its logins is an error.
    """
    texts: list[str] = []
    problems: list[Problem] = []
    for need in needs:
        found = list(_logins(need, credentials))
        wrong = [it for it in found if isinstance(it, Problem)]
        logins = [it for it in found if not isinstance(it, Problem)]
        problems += wrong or ([] if logins else [_nothing(need)])
        if logins and not wrong:
            texts.append(secret_text(need, logins))
    # A helper or a file that fails does so for every image.
    return texts, tuple(dict.fromkeys(problems))


def _logins(need: Need, credentials: Credentials) -> Iterator[Login | Problem]:
    for image in need.images:
        try:
            credential = credentials.find(image.domain, image.path)
        except Refusal as refusal:
            yield registry_problem(refusal.reason.about(image.name, image.domain))
        else:
            fault = _fault(image, credential)
            yield fault or (image, _some(credential))


def _some(credential: Credential | None) -> Credential:
    assert credential is not None
    return credential


def _fault(image: Reference, credential: Credential | None) -> Problem | None:
    host = shown(image.domain)
    if credential is None:
        message = (
            f"there are no credentials for {host}: expected some, to pull {quoted(image.name)}"
        )
        hint = f"docker login {host}, or name a file that has them with --auth-file"
        return Problem(code="no-login", message=message, hint=hint)
    if not (credential.username and credential.password):
        message = f"credentials for {host} are a token: expected a user name and a password"
        hint = "the kubelet takes nothing else: log in as a robot or with an access token"
        return Problem(code="login-token", message=message, hint=hint)
    return None


def _nothing(need: Need) -> Problem:
    where = f" in namespace {quoted(need.namespace)}" if need.namespace else ""
    message = f"pull secret {quoted(need.name)}{where} is left out: nobody knows what it opens"
    hint = "no rule names it, and the images of its pods are opened by others"
    return Problem(code="unknown-secret", message=message, severity="warning", hint=hint)

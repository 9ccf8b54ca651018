"""What a registry asks for when it answers 401: the WWW-Authenticate header.

Specification: RFC 9110, 11.6.1, and the Bearer challenge of distribution's token authentication,
whose quoted scope may hold commas and spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from transformer.records import record

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf'({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))'
_scheme = re.compile(rf"[\s,]*({_TOKEN})(?=[\s,]|$)(?!\s*=)").match
_parameter = re.compile(rf"[\s,]*{_PARAMETER}").match


@record
class Challenge:
    """One way to be let in: `scheme` is basic or bearer, parameter names are in lower case."""

    scheme: str
    parameters: Mapping[str, str] = MappingProxyType({})

    def get(self, name: str) -> str:
        """A parameter; '' when it is absent."""
        return self.parameters.get(name, "")


def challenge_of(headers: Iterable[str]) -> Challenge | None:
    """The first Basic or Bearer challenge of some WWW-Authenticate headers; None without one."""
    for header in headers:
        for challenge in _read(header):
            if challenge.scheme in ("basic", "bearer"):
                return challenge
    return None


def _read(header: str) -> list[Challenge]:
    found = []
    scheme = _scheme(header)
    while scheme:
        at, parameters = scheme.end(), dict[str, str]()
        while pair := _parameter(header, at):
            quoted, bare = pair[2], pair[3]
            value = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            parameters[pair[1].lower()] = value
            at = pair.end()
        found.append(Challenge(scheme=scheme[1].lower(), parameters=parameters))
        scheme = _scheme(header, at)
    return found

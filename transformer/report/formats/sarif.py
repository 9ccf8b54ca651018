"""SARIF 2.1.0, as GitHub's code scanning and editors read it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/, within the limits of
https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads: of a run it
shows 5,000 results, each of them must have a line, and each rule a full description.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from transformer.messages import counted, json_page
from transformer.model import Result
from transformer.report.findings import (
    Findings,
    file_of,
    hint_of,
    message_of,
    place_of,
    subject_of,
)
from transformer.report.fingerprints import fingerprinted
from transformer.report.meanings import Meaning, address, meanings

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
HOME = "https://mirrorpin.dev"
MAX_RESULTS = 5000
LEVELS = {"error": "error", "warning": "warning", "info": "note"}

# What stands as it is in a path of a URI (RFC 3986, 3.3).
_PLAIN = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@"
)


def write(findings: Findings) -> str:
    """A run with a rule for each code that was met; of too many results the errors come first."""
    from transformer import __version__

    results = sorted(findings.results, key=_rank)
    shown = results[:MAX_RESULTS]
    codes = list(dict.fromkeys(it.problem.code for it in shown))
    known = meanings()
    driver = {
        "name": "mirrorpin",
        "version": __version__,
        "informationUri": HOME,
        "rules": [_rule(code, shown, known) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"mirrorpin/{findings.command.replace(' ', '')}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(len(results) - len(shown))],
        "results": [_result(fingerprint, it, codes) for fingerprint, it in fingerprinted(shown)],
    }
    return json_page({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rank(result: Result) -> int:
    return list(LEVELS).index(result.problem.severity)


def _invocation(left: int) -> dict[str, object]:
    # That something was found is no failure of the tool.
    whole: dict[str, object] = {"executionSuccessful": True}
    if not left:
        return whole
    text = f"{counted(left, 'more result')} left out: the log has all"
    return {**whole, "toolExecutionNotifications": [{"level": "warning", "message": _text(text)}]}


def _text(text: str) -> dict[str, str]:
    return {"text": text}


def _rule(code: str, results: Iterable[Result], known: Mapping[str, Meaning]) -> dict[str, object]:
    first = next(it for it in results if it.problem.code == code)
    meaning = known.get(code, Meaning(meaning=code.replace("-", " ")))
    return {
        "id": code,
        "shortDescription": _text(meaning.meaning),
        "fullDescription": _text(str(meaning)),
        "help": _text(f"{meaning}\n{address(code)}"),
        "helpUri": address(code),
        "defaultConfiguration": {"level": LEVELS[first.problem.severity]},
    }


def _result(fingerprint: str, result: Result, codes: Sequence[str]) -> dict[str, object]:
    hint, code = hint_of(result), result.problem.code
    message = f"{message_of(result)}\nhint: {hint}" if hint else message_of(result)
    return {
        "ruleId": code,
        "ruleIndex": codes.index(code),
        "level": LEVELS[result.problem.severity],
        "message": _text(_plain(message)),
        "locations": [_location(result)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }


def _plain(message: str) -> str:
    # No link (3.11.6). Braces stay single: what is pasted from a hint must be YAML where it is
    # shown, and no message has arguments that a placeholder could mean.
    return message.replace("[", "\\[").replace("]", "\\]") if "](" in message else message


def _location(result: Result) -> dict[str, object]:
    place = place_of(result)
    location: dict[str, object] = {
        "artifactLocation": {"uri": _uri(file_of(place) or "stdin")},
        "region": {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)},
    }
    name = subject_of(result).name
    if not name:
        return {"physicalLocation": location}
    whole = f"{name} at {result.field}" if result.field else name
    return {"physicalLocation": location, "logicalLocations": [{"fullyQualifiedName": whole}]}


def _uri(path: str) -> str:
    data = path.encode("utf-8", "backslashreplace")
    text = "".join(chr(it) if it in _PLAIN else f"%{it:02X}" for it in data)
    return f"file://{text}" if text.startswith("/") else text

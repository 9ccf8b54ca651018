"""The policy of a configuration: gates, and the waivers of those who may pass all the same.

policy:
  registries: {allowed: [registry.example.com]}           # level: fail | warn | off
  latest: fail                                            # off | warn | fail
  waivers:
  - {gate: latest, image: "docker.io/acme/*", namespace: legacy, until: "2026-12-31",
     reason: gone with the next release}
  - {code: no-pull-secret-field, kind: Prometheus, reason: its account has the secret}
"""

from __future__ import annotations

import re
from calendar import monthrange, timegm
from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from transformer.config.platforms import read_platforms
from transformer.errors import Position
from transformer.image.repository import BadName, Pattern, parse_source
from transformer.messages import closest, quoted
from transformer.records import record
from transformer.yamltext.values import Section, Setting

Gate: TypeAlias = Literal[
    "registries",
    "latest",
    "digest",
    "platforms",
    "age",
    "suspects",
    "pullSecrets",
    "repositories",
]
Level: TypeAlias = Literal["fail", "warn", "off"]

GATES: tuple[Gate, ...] = get_args(Gate)
# Of a gate with settings of its own, and of one without.
LEVELS: tuple[Level, ...] = ("fail", "warn", "off")
SWITCH: tuple[Level, ...] = ("off", "warn", "fail")

POLICY = (*GATES, "waivers")
REGISTRIES = ("level", "allowed")
PLATFORMS = ("level", "platforms")
AGE = ("level", "maxDays")
REPOSITORIES = ("level", "maxDepth", "allowed")
WAIVER = ("gate", "code", "image", "namespace", "kind", "name", "reason", "until")

_MAX_DEPTH = "[1-9][0-9]{0,2}"
_MAX_DAYS = "[1-9][0-9]{0,4}"


@record
class Waiver:
    """Who may pass a gate, or need not be warned: all that its globs match, until a day.

    It has a `gate` or the `code` of a warning. `until` is a day as 2026-12-31, '' for no end.
    """

    index: int
    position: Position
    gate: str
    code: str
    image: str
    namespace: str
    kind: str
    name: str
    reason: str
    until: str

    @property
    def label(self) -> str:
        return f"policy.waivers[{self.index}]"


@record
class Policy:
    """Gates by name with their levels, those that are off left out; what each allows; waivers."""

    levels: Mapping[Gate, Level]
    registries: tuple[Pattern, ...] = ()
    platforms: tuple[str, ...] = ()
    max_days: int = 0
    max_depth: int = 0
    repositories: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def needs_today(self) -> bool:
        """Whether what comes of it depends on the day."""
        return "age" in self.levels or any(it.until for it in self.waivers)


def is_date(text: str) -> bool:
    """Whether a text is a day of the calendar, as 2026-12-31."""
    found = re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def day_number(day: str) -> int:
    """The number of a day, as 2026-12-31, in a calendar that counts on."""
    year, month, number = map(int, day.split("-"))
    return timegm((year, month, number, 0, 0, 0)) // 86400


def read_policy(setting: Setting, digests: Section, suspects: Setting | None) -> Policy:
    """Read `policy`.

    Takes its setting, and what stands in `digests` and `suspects`. What is wrong is noted with the
    setting.
    """
    mode = digests.get("mode")
    has_lock = bool(digests.values) and (mode is None or mode.text() in ("lock", "resolve"))
    looks = suspects is None or suspects.text() != "ignore"
    section = setting.section(POLICY)
    registries = section.section("registries", REGISTRIES)
    platforms = section.section("platforms", PLATFORMS)
    age = section.section("age", AGE)
    repositories = section.section("repositories", REPOSITORIES)
    levels: dict[Gate, Level] = {
        "registries": _level(section, registries, "registries"),
        "latest": section.choice("latest", SWITCH),
        "digest": section.choice("digest", SWITCH),
        "platforms": _level(section, platforms, "platforms"),
        "age": _level(section, age, "age"),
        "suspects": section.choice("suspects", SWITCH),
        "pullSecrets": section.choice("pullSecrets", SWITCH),
        "repositories": _level(section, repositories, "repositories"),
    }
    of_lock: dict[Gate, tuple[Section, str]] = {
        "platforms": (platforms, "the platforms"),
        "age": (age, "when images were made"),
    }
    for gate, (own, what) in of_lock.items():
        if levels[gate] != "off" and not has_lock:
            state = f"is set without a lock, which knows {what}"
            own.setting.fail("contradiction", state, "set `digests.mode: lock`", at_key=True)
    if levels["suspects"] != "off" and not looks:
        state = "is set with `suspects: ignore`, which does not look for them"
        section.values["suspects"].fail("contradiction", state, at_key=True)
    return Policy(
        levels={gate: level for gate, level in levels.items() if level != "off"},
        registries=_registries(registries),
        platforms=_platforms(platforms),
        max_days=_days(age),
        max_depth=_depth(repositories),
        repositories=tuple(repositories.texts("allowed")),
        waivers=tuple(_waivers(section.items("waivers"))),
    )


def _level(section: Section, gate: Section, name: str) -> Level:
    return gate.choice("level", LEVELS) if name in section.values else "off"


def _registries(section: Section) -> tuple[Pattern, ...]:
    patterns: list[Pattern] = []
    if "level" in section.values or "allowed" in section.values:
        section.require("allowed")
    for text, item in section.texts("allowed").items():
        try:
            pattern = parse_source(text)
        except BadName as error:
            item.fail(error.code, error.message, error.hint)
            continue
        if pattern.tag or pattern.digest:
            item.fail("bad-source", f"is {quoted(text)}: expected no tag or digest")
        patterns.append(pattern)
    return tuple(patterns)


def _platforms(section: Section) -> tuple[str, ...]:
    if section.values:
        section.require("platforms")
    return read_platforms(section)


def _days(section: Section) -> int:
    setting = section.require("maxDays") if section.values else None
    text = setting.text() if setting is not None else ""
    if setting is not None and text and not re.fullmatch(_MAX_DAYS, text):
        setting.fail("bad-value", f"is {quoted(text)}: expected a number of days, 1 to 99999")
        return 0
    return int(text or 0)


def _depth(section: Section) -> int:
    setting = section.get("maxDepth")
    if setting is None:
        if section.values and "allowed" not in section.values:
            section.setting.fail("missing-key", "has neither maxDepth nor allowed: expected one")
        return 0
    text = setting.text()
    if text and not re.fullmatch(_MAX_DEPTH, text):
        setting.fail("bad-value", f"is {quoted(text)}: expected a number of parts, 1 to 999")
        return 0
    return int(text or 0)


def _waivers(settings: tuple[Setting, ...]) -> list[Waiver]:
    return [_waiver(index, setting.section(WAIVER)) for index, setting in enumerate(settings)]


def _waiver(index: int, section: Section) -> Waiver:
    gate, code, until = section.get("gate"), section.get("code"), section.get("until")
    if (gate is None) == (code is None):
        section.setting.fail("bad-waiver", "has both gate and code, or none: expected exactly one")
    if gate is not None and until is None:
        section.setting.fail("missing-key", "lacks the key `until`, the last day of it")
    if until is not None and (text := until.text()) and not is_date(text):
        until.fail("bad-date", f"is {quoted(text)}: expected a day, as 2026-12-31")
    reason = section.require("reason")
    return Waiver(
        index=index,
        position=section.setting.position,
        gate=gate.choice(GATES) if gate is not None else "",
        code=_code(code) if code is not None else "",
        image=_glob(section, "image"),
        namespace=_glob(section, "namespace"),
        kind=_glob(section, "kind"),
        name=_glob(section, "name"),
        reason=reason.text() if reason is not None else "",
        until=until.text() if until is not None else "",
    )


def _code(setting: Setting) -> str:
    from transformer.config.codes import codes

    text, known = setting.text(), codes()
    if text and text not in known:
        meant = closest(text, known)
        hint = f"did you mean {meant}?" if meant else "a message ends with its code"
        setting.fail("bad-value", f"is {quoted(text)}: expected a code of a message", hint)
    return text


def _glob(section: Section, key: str) -> str:
    setting = section.get(key)
    return setting.text() if setting is not None else "*"

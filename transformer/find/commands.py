"""What commands in a text do with the images behind them.

docker run --rm -v /a:/b acme/app:1     it is pulled
crictl rmi acme/app:1                   it is not
FROM alpine AS build                    it is pulled by whoever builds that
"""

from __future__ import annotations

import re

from transformer.places.names import Meaning

_TOOLS = ("buildah", "crictl", "ctr", "docker", "nerdctl", "podman")
_TOOL = re.compile(rf"\b(?:{'|'.join(_TOOLS)})[ \t]")

# What a file for a build has.
_BUILD = re.compile(r"^[ \t]*(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|LABEL|RUN|USER|WORKDIR)[ \t]", re.M)


_PULLS = frozenset({"from", "pull"})
_STARTS = frozenset({"create", "run"})
_NO_PULLS = frozenset(
    {"exec", "history", "images", "import", "inspect", "kill", "load", "logs", "manifest", "rm",
     "rmi", "save", "stop", "untag"}
)  # fmt: skip

# Flags without a value behind them; of others a word is the value.
_SWITCHES = frozenset(
    {"--all-tags", "--detach", "--init", "--interactive", "--privileged", "--publish-all",
     "--quiet", "--read-only", "--rm", "--tty"}
)  # fmt: skip
_SHORT = re.compile(r"-[aditPq]+")

# Where a command begins, and how much of one is read.
_BEGIN = re.compile(r"(?<!\\)\n|[;&|(]|&&")
_LONGEST = 500

_FROM = re.compile(r"(?:^|\n)[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?$")
_AS = re.compile(r"[ \t][aA][sS][ \t]+(\S+)[ \t]*$", re.MULTILINE)

# A command that pushes, and one that takes a source and a target.
_PUSH = re.compile(r"(?<![\w-])(?:push|tag|-t|--destination|--tag)[= \t]+[\"']?$")
_COPY = re.compile(r"\b(?:copy|cp|tag)\b")
_NAMED = 80


def has_commands(text: str) -> bool:
    """False for a text of which `said_by_command` has nothing to say."""
    return _TOOL.search(text) is not None or ("FROM " in text and _BUILD.search(text) is not None)


def said_by_command(text: str, start: int, end: int) -> Meaning:
    """What the command in front of a word of a text makes of it; '' where there is none.

    What is said to be an image is one also where it is a word alone.
    """
    begin = max(0, start - _LONGEST)
    before = text[begin:start]
    if _FROM.search(before) and _BUILD.search(text):
        stages = {"scratch", *_AS.findall(text)}
        return "other" if text[start:end] in stages else "image"
    words = _BEGIN.split(before)[-1].replace("\\\n", " ").split()
    names = [it.rpartition("/")[2].lstrip("`\"'") for it in words]
    tool = next((at for at, name in enumerate(names) if name in _TOOLS), None)
    # In prose a command stands between backticks.
    return "" if tool is None or "`" in words[tool] else _said_by(words[tool + 1 :])


def _said_by(words: list[str]) -> Meaning:
    for at, word in enumerate(words):
        if word in _NO_PULLS:
            # As in `docker image rm`, `ctr images pull`.
            if word == "images" and not _PULLS.isdisjoint(words[at:]):
                continue
            return "other"
        if word in _PULLS or word in _STARTS:
            free = _free(words[at + 1 :])
            return "image" if free == 0 or (free and word in _PULLS) else ""
    return ""


def _free(words: list[str]) -> int | None:
    # How many words are neither flags nor values of flags; None where the next one is a value.
    count, is_value = 0, False
    for word in words:
        if is_value:
            is_value = False
        elif word.startswith("-"):
            is_switch = word in _SWITCHES or _SHORT.fullmatch(word) is not None
            is_value = "=" not in word and not is_switch
        else:
            count += 1
    return None if is_value else count


def is_target(text: str, start: int, last: int) -> bool:
    """Whether what begins at `start` is pushed, or copied to; `last` is where an image ended.

    What is pushed is not pulled, and what is copied has one image before it.
    """
    begin = max(0, start - _NAMED)
    if _PUSH.search(text, begin, start):
        return True
    *_, command = _BEGIN.split(text[begin:start])
    return start - last < len(command) and _COPY.search(command) is not None

"""The command `lock`: which digest every image of the manifests has, written down once.

What the lock has stays as it is, byte for byte; what it lacks is asked for at the registries. The
lock is written when every image has an answer, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from transformer.cli.command import DONE, FAILED
from transformer.cli.files import replace_file
from transformer.cli.invocation import LOCK_KEY, Invocation, below, prepare, read_text
from transformer.cli.lock.check import check
from transformer.cli.lock.work import (
    Work,
    begin,
    contradiction,
    required_platforms,
    two_digests,
)
from transformer.cli.registries import DEADLINE, connect
from transformer.cli.shell import Shell
from transformer.config.mirrors import RenameFault
from transformer.config.template_language import Budget
from transformer.errors import Position, Problem
from transformer.image.descriptor import Descriptor
from transformer.image.platform import absent
from transformer.image.reference import normalize
from transformer.lock.diff import FORMATS, compare, entries
from transformer.lock.edit import change_lock
from transformer.lock.imports import parse_import
from transformer.lock.lock import parse_lock
from transformer.lock.lookup import Question, look_up
from transformer.lock.wanted import Wanted, of_key
from transformer.messages import counted, quoted
from transformer.places.glob import glob_matches
from transformer.records import replace

EVERYTHING = "*"


def lock(invocation: Invocation, shell: Shell) -> int:
    """Write, check, import or compare the lock. Returns the exit code."""
    options = invocation.registry
    if options.diff:
        return _show_difference(invocation, shell)
    work = begin(invocation, shell)
    if work is None:
        return FAILED
    if options.check:
        return check(work, invocation, shell)
    problems = list(_unmatched(work, options.update))
    changes = _imported(work, invocation, problems)
    if not options.imported:
        changes = _resolved(work, invocation, shell, problems)
    removed = _unused(work, problems) if options.prune else []
    if any(it.severity == "error" for it in problems):
        return _give_up(filter(invocation.tells, problems), work, shell)
    return _write(work, changes, removed, problems, invocation, shell)


def _resolved(
    work: Work, invocation: Invocation, shell: Shell, problems: list[Problem]
) -> dict[str, Descriptor]:
    options = invocation.registry
    whom = options.resolve_from or work.config.digests.resolve_from
    questions = list(_questions(work, invocation, problems))
    if not questions:
        return {}
    found = look_up(
        questions,
        whom,
        connect(shell, options, is_quiet=invocation.is_quiet, seconds=options.deadline or DEADLINE),
    )
    problems += (problem for _, problem in found.problems)
    return dict(found.pinned)


def _questions(work: Work, invocation: Invocation, problems: list[Problem]) -> Iterator[Question]:
    required = required_platforms(work.config, invocation)
    budget = Budget()
    for wanted in work.wanted.values():
        name = work.entry_key(wanted)
        if not name or _is_meant(name, invocation.registry.update):
            yield from _asked(work, name, wanted, invocation, problems)
        elif problem := contradiction(wanted, work.entry(name)):
            problems.append(problem)
        elif absent(required, work.entry(name).platforms):
            yield _by_digest(work, name, wanted, required)
    for name in work.lock:
        if name not in work.used and _is_meant(name, invocation.registry.update):
            position = work.entry(name).position
            try:
                wanted = of_key(name, position, work.config, budget)
            except RenameFault as fault:
                problems.append(_of_entry(fault.code, fault.message, position, fault.hint))
            else:
                yield from _asked(work, name, wanted, invocation, problems)


def _asked(
    work: Work, name: str, wanted: Wanted, invocation: Invocation, problems: list[Problem]
) -> Iterator[Question]:
    problem = two_digests(wanted)
    if problem is not None:
        problems.append(problem)
        return
    yield Question(
        wanted=replace(wanted, key=name or wanted.key),
        digest=wanted.digests[0][0] if wanted.digests else "",
        required=required_platforms(work.config, invocation),
        noted=tuple(work.entry(name).platforms) if name else (),
    )


def _by_digest(work: Work, name: str, wanted: Wanted, required: tuple[str, ...]) -> Question:
    # What the lock says stays, and is only completed: the tag may stand for something else by now.
    entry = work.entry(name)
    noted = tuple(entry.platforms)
    return Question(
        wanted=replace(wanted, key=name), digest=entry.digest, required=required, noted=noted
    )


def _unmatched(work: Work, pattern: str) -> Iterator[Problem]:
    names = list(dict.fromkeys((*work.lock, *work.wanted)))
    if pattern in ("", EVERYTHING) or any(_is_meant(name, pattern) for name in names):
        return
    message = f"`--update` must mean an image: {quoted(pattern)}"
    hint = f"a pattern is compared with whole names: {names[0]}" if names else ""
    position = Position(file=work.path)
    yield Problem(
        code="no-match", message=message, position=position, hint=hint, severity="warning"
    )


def _is_meant(name: str, pattern: str) -> bool:
    return bool(pattern) and (
        glob_matches(pattern, name) or glob_matches(pattern, normalize(name).familiar())
    )


def _of_entry(code: str, message: str, position: Position, hint: str = "") -> Problem:
    return Problem(code=code, message=message, position=position, hint=hint)


def _unused(work: Work, problems: list[Problem]) -> list[str]:
    if not work.wanted:
        message = "manifests must hold an image for --prune, which would empty the lock"
        position = Position(file=work.path)
        problems.append(_of_entry("no-images", message, position, "delete the lock instead"))
    return [name for name in work.lock if name not in work.used]


def _imported(work: Work, invocation: Invocation, problems: list[Problem]) -> dict[str, Descriptor]:
    if not invocation.registry.imported:
        return {}
    path = invocation.registry.imported
    noted = parse_import(*read_text(path, is_named=True))
    found = [(it.key, it.pinned, it.position) for it in noted]
    for wanted in work.wanted.values():
        if problem := two_digests(wanted):
            problems.append(problem)
        for digest, site in wanted.digests[:1]:
            position = site.document.position(site.spot.start)
            found.append(
                (work.entry_key(wanted) or wanted.key, Descriptor(digest=digest), position)
            )
    changes: dict[str, Descriptor] = {}
    for name, pinned, position in found:
        known = changes.get(name) or _known(work, name, invocation.registry.update)
        if known is None:
            changes[name] = pinned
        elif known.digest != pinned.digest:
            message = (
                f"{quoted(name)} must not have two digests: {known.digest} so far, here "
                f"{pinned.digest}"
            )
            hint = f"see which is right; --update={name} takes the place of the lock's"
            problems.append(_of_entry("two-digests", message, position, hint))
    return changes


def _known(work: Work, name: str, pattern: str) -> Descriptor | None:
    entry = work.lock.get(name)
    if entry is None or _is_meant(name, pattern):
        return None
    return Descriptor(digest=entry.digest)


def _write(
    work: Work,
    changes: Mapping[str, Descriptor],
    removed: Iterable[str],
    problems: Iterable[Problem],
    invocation: Invocation,
    shell: Shell,
) -> int:
    text = (work.data or b"").decode()
    changed = change_lock(work.path, text, changes, set(removed))
    data = changed.encode()
    if data != work.data:
        replace_file(work.path, data, work.data)
    after = parse_lock(work.path, changed)
    differences = compare(entries(work.lock), entries(after))
    shell.write(FORMATS[invocation.output_format](differences).encode())
    say = shell.note if invocation.is_quiet else shell.say
    for problem in problems:
        (say if invocation.tells(problem) else shell.note)(problem)
    counts = dict.fromkeys(("added", "updated", "changed", "removed"), 0)
    for difference in differences:
        counts[difference.kind] += 1
    words = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    say(f"{work.path}: {words or 'nothing changed'}; {counted(len(list(after)), 'image')}")
    return DONE


def _give_up(problems: Iterable[Problem], work: Work, shell: Shell) -> int:
    told = list(problems)
    for problem in told:
        shell.say(problem)
    errors = sum(it.severity == "error" for it in told)
    shell.say(f"{work.path} was not written: {counted(errors, 'error')}")
    return FAILED


def _show_difference(invocation: Invocation, shell: Shell) -> int:
    invocation = replace(invocation, needs_inputs=False)
    job = prepare(invocation, shell)
    path = below(job.config, LOCK_KEY, job.config.digests.lock_file, must_exist=False)
    old = invocation.registry.diff
    before = parse_lock(*read_text(old, is_named=True))
    differences = compare(entries(before), entries(parse_lock(*read_text(path))))
    shell.write(FORMATS[invocation.output_format](differences).encode())
    return DONE

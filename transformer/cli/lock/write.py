"""The command `lock`: which digest every image of the manifests has, written down once.

What the lock has stays as it is, byte for byte; what it lacks is asked for at the registries. The
lock is written when every image has an answer, or not at all; with `--keep-going` it gets those
that there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transformer.cli.command import DONE, FAILED
from transformer.cli.files import replace_file
from transformer.cli.invocation import Invocation, prepare, read_text
from transformer.cli.lock.check import check
from transformer.cli.lock.questions import is_meant, questions, unmatched
from transformer.cli.lock.signatures import verified
from transformer.cli.lock.work import (
    FAILS,
    Failure,
    Work,
    begin,
    entry_key,
    required_platforms,
    two_digests,
)
from transformer.cli.paths import lock_path
from transformer.cli.registries import connect, dating
from transformer.cli.reports import reported
from transformer.cli.shell import Shell
from transformer.cli.voice import tell
from transformer.config.config import ResolveFrom
from transformer.errors import Position, Problem, usage_error
from transformer.image.descriptor import Descriptor
from transformer.lock.diff import FORMATS, Change, compare, entries
from transformer.lock.edit import change_lock
from transformer.lock.imports import parse_import
from transformer.lock.lock import Lock, parse_lock
from transformer.lock.lookup import Question, date, look_up
from transformer.messages import counted, listed, quoted
from transformer.records import record, replace
from transformer.registry.resolver import Date, Resolve
from transformer.report.findings import Findings


@record
class _Update:
    """What the lock is to say by key, which keys it loses, and all that is to be said of it."""

    pinned: Mapping[str, Descriptor]
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> int:
        return sum(it.severity == "error" for it in self.problems)


def lock(invocation: Invocation, shell: Shell) -> int:
    """Write, check, import or compare the lock. Returns the exit code."""
    options = invocation.registry
    if options.check and not options.diff:
        return reported("lock --check", lambda: _checked(invocation, shell), invocation, shell)
    if invocation.output_format not in FORMATS:
        raise usage_error(
            f"`--format {invocation.output_format}` is used alone: expected `--check` beside it"
        )
    if options.diff:
        return _show_difference(invocation, shell)
    work = begin(invocation, shell)
    if isinstance(work, Failure):
        return FAILED
    resolve = _asking(invocation, shell)
    if options.imported:
        change = _imported(work, options.imported, options.update)
    else:
        whom = options.resolve_from or work.config.digests.resolve_from
        must = required_platforms(work.config, invocation)
        asked = list(questions(work, options.update, must, whom, is_dated=options.created))
        change = _resolved(asked, whom, resolve, dating(shell, options))
    if options.verify_signatures:
        change = _verified(work, change, invocation, shell)
    change = _with_warnings(work, change, options.update, is_pruned=options.prune)
    if change.errors and not options.keep_going:
        tell(filter(invocation.tells, change.problems), invocation, shell, failed=True)
        shell.say(f"{work.path} was not written: {counted(change.errors, 'error')}")
        return FAILED
    differences, summary = _write(work, change)
    shell.write(FORMATS[invocation.output_format](differences).encode())
    tell(change.problems, invocation, shell, failed=bool(change.errors))(summary)
    return FAILED if change.errors else DONE


def _checked(invocation: Invocation, shell: Shell) -> Findings:
    work = begin(invocation, shell)
    if isinstance(work, Work):
        return check(work, invocation, shell, _asking(invocation, shell))
    return Findings(
        command="lock --check", failed=True, results=work.results, subjects=(), summary=FAILS
    )


def _asking(invocation: Invocation, shell: Shell) -> Resolve:
    return connect(shell, invocation.registry, is_quiet=invocation.is_quiet)


def _with_warnings(work: Work, change: _Update, update: str, *, is_pruned: bool) -> _Update:
    problems = (*unmatched(work, update), *change.problems)
    if not is_pruned:
        return replace(change, problems=problems)
    if work.is_bare:
        message = "manifests hold no image: expected one for --prune, which would empty the lock"
        hint = "delete the lock instead"
        position = Position(file=work.path)
        empty = Problem(code="no-images", message=message, position=position, hint=hint)
        return replace(change, problems=(*problems, empty))
    unused = tuple(name for name in work.lock if name not in work.used)
    return replace(change, problems=problems, removed=unused)


def _verified(work: Work, change: _Update, invocation: Invocation, shell: Shell) -> _Update:
    pinned, faults = verified(work, change.pinned, invocation, shell)
    return replace(change, pinned=pinned, problems=(*change.problems, *faults))


def _resolved(
    asked: Sequence[Question | Problem], whom: ResolveFrom, resolve: Resolve, ask_date: Date
) -> _Update:
    right = [it for it in asked if isinstance(it, Question)]
    wrong = [it for it in asked if isinstance(it, Problem)]
    if not right:
        return _Update(pinned={}, problems=tuple(wrong))
    found = look_up(right, whom, resolve)
    if any(it.is_dated for it in right):
        found = date(right, found, ask_date)
    told = (problem for _, problem in found.problems)
    return _Update(pinned=found.pinned, problems=(*wrong, *told))


def _imported(work: Work, path: str, update: str) -> _Update:
    noted = parse_import(*read_text(path, is_named=True))
    found = [(it.key, it.pinned, it.position) for it in noted]
    problems: list[Problem] = list(filter(None, map(two_digests, work.wanted.values())))
    for wanted in work.wanted.values():
        for digest, site in wanted.digests[:1]:
            position = site.position
            found.append(
                (work.entry_key(wanted) or wanted.key, Descriptor(digest=digest), position)
            )
    pinned: dict[str, Descriptor] = {}
    for name, descriptor, position in found:
        known = pinned.get(name) or _known(work, name, update)
        if known is None:
            pinned[name] = descriptor
        elif known.digest != descriptor.digest:
            message = (
                f"{quoted(name)} has two digests: {known.digest} so far, here {descriptor.digest}"
            )
            hint = f"see which is right; --update={name} takes the place of the lock's"
            problems.append(
                Problem(code="two-digests", message=message, position=position, hint=hint)
            )
    return _Update(pinned=pinned, problems=tuple(problems))


def _known(work: Work, name: str, pattern: str) -> Descriptor | None:
    entry = work.lock.get(name)
    if entry is None or is_meant(name, pattern):
        return None
    return Descriptor(digest=entry.digest)


def _write(work: Work, change: _Update) -> tuple[list[Change], str]:
    # Returns what has changed, and that in a line.
    text = (work.data or b"").decode()
    changed = change_lock(work.path, text, change.pinned, set(change.removed))
    data = changed.encode()
    # A lock of nothing is no beginning of one.
    if data != work.data and (change.pinned or change.removed or not change.errors):
        replace_file(work.path, data, work.data)
    after = parse_lock(work.path, changed)
    differences = compare(entries(work.lock), entries(after))
    missing = [it.key for it in work.wanted.values() if not entry_key(after, it)]
    return differences, f"{work.path}: {'; '.join(_summary(differences, after, missing))}"


def _summary(differences: Sequence[Change], after: Lock, missing: Sequence[str]) -> Iterator[str]:
    counts = dict.fromkeys(("added", "updated", "changed", "removed"), 0)
    for difference in differences:
        counts[difference.kind] += 1
    yield ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or (
        "nothing changed"
    )
    yield counted(len(list(after)), "image")
    signed = sum(bool(entry and entry.descriptor.signers) for entry in map(after.get, after))
    if signed:
        yield f"{signed} known to be signed"
    if missing:
        yield f"{len(missing)} not locked: {listed(missing)}"


def _show_difference(invocation: Invocation, shell: Shell) -> int:
    invocation = replace(invocation, needs_inputs=False)
    job = prepare(invocation, shell)
    path = lock_path(job.config, must_exist=False)
    old = invocation.registry.diff
    before = parse_lock(*read_text(old, is_named=True))
    differences = compare(entries(before), entries(parse_lock(*read_text(path))))
    shell.write(FORMATS[invocation.output_format](differences).encode())
    return DONE

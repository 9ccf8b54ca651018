"""The command `lock`: which digest every image of the manifests has, written down once.

What the lock has stays as it is, byte for byte; what it lacks is asked for at the registries. The
lock is written when every image has an answer, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from transformer import pipeline
from transformer.config import Config
from transformer.connecting import DEADLINE, connect
from transformer.digests import Lock, LockEntry, parse_lock
from transformer.errors import Position, Problem
from transformer.invocation import LOCK_KEY, Invocation, Job, below, prepare, read_text
from transformer.lockdiff import FORMATS, compare, entries
from transformer.lockfile import change_lock
from transformer.lockform import HEADER, Pinned
from transformer.lockimport import parse_import
from transformer.lookups import Question, look_up
from transformer.mirrors import RenameFault
from transformer.records import record, replace
from transformer.reference import normalize
from transformer.shell import Shell
from transformer.source import decode
from transformer.storage import read_if_there, replace_file
from transformer.wanted import Wanted, of_key, wanted_images
from transformer.wording import quoted

DONE, FAILED = 0, 1


@record
class Work:
    """Everything that the command works on: the lock as it is, and the images of the manifests.

    `used` has those that the lock has, by the key of their entry.
    """

    job: Job
    path: str
    data: bytes | None
    lock: Lock
    wanted: Mapping[str, Wanted]
    used: Mapping[str, Wanted]

    @property
    def config(self) -> Config:
        return self.job.config

    def entry_key(self, wanted: Wanted) -> str:
        """The key under which the lock has an image; '' where it has none."""
        return _entry_key(self.lock, wanted)

    def entry(self, name: str) -> LockEntry:
        """An entry that is there."""
        entry = self.lock.get(name)
        assert entry is not None
        return entry


def _entry_key(lock: Lock, wanted: Wanted) -> str:
    keys = (wanted.key, *wanted.others)
    return next((name for name in keys if lock.get(name) is not None), "")


def run(invocation: Invocation, shell: Shell) -> int:
    """Write, check, import or compare the lock. Returns the exit code."""
    options = invocation.registry
    if options.diff:
        return _show_difference(invocation, shell)
    work = _begin(invocation, shell)
    if work is None:
        return FAILED
    if options.check:
        from transformer.lockcheck import check

        return check(work, invocation, shell)
    problems: list[Problem] = []
    changes = _imported(work, invocation, problems)
    if not options.imported:
        changes = _resolved(work, invocation, shell, problems)
    removed = _unused(work, problems) if options.prune else []
    if any(it.severity == "error" for it in problems):
        return _give_up(problems, work, shell)
    return _write(work, changes, removed, problems, invocation, shell)


def _begin(invocation: Invocation, shell: Shell) -> Work | None:
    # None where the manifests fail, and every problem has been said.
    options = invocation.registry
    alone = not invocation.paths and (options.imported or options.update)
    if alone and (options.imported or shell.stdin is None or shell.stdin.isatty()):
        invocation = replace(invocation, needs_inputs=False)
    job = prepare(invocation, shell)
    outcome = find_images(job, invocation)
    for result in outcome.results:
        if result.problem.severity != "info":
            shell.say(str(result.problem))
    if outcome.failed:
        shell.say("nothing was written: the manifests fail")
        return None
    path = below(job.config, LOCK_KEY, job.config.digests.lock_file, must_exist=False)
    data = read_if_there(path)
    lock = parse_lock(path, decode(path, data or b"").text or HEADER)
    wanted = wanted_images(outcome.decisions, job.config)
    used = {name: it for it in wanted.values() if (name := _entry_key(lock, it))}
    return Work(job=job, path=path, data=data, lock=lock, wanted=wanted, used=used)


def find_images(job: Job, invocation: Invocation) -> pipeline.Outcome:
    """Decide every image of the manifests, and pin none."""
    digests = replace(job.config.digests, mode="off")
    return pipeline.transform(
        job.inputs,
        replace(job.config, digests=digests),
        options=replace(invocation.options, verify="off"),
        known=job.envelope.take if job.envelope is not None else None,
    )


def _resolved(
    work: Work, invocation: Invocation, shell: Shell, problems: list[Problem]
) -> dict[str, Pinned]:
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
    for wanted in work.wanted.values():
        name = work.entry_key(wanted)
        if not name or _is_meant(name, invocation.registry.update):
            yield from _asked(work, name, wanted, invocation, problems)
        elif problem := contradiction(wanted, work.entry(name)):
            problems.append(problem)
    for name in work.lock:
        if name not in work.used and _is_meant(name, invocation.registry.update):
            position = work.entry(name).position
            try:
                wanted = of_key(name, position, work.config)
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


def required_platforms(config: Config, invocation: Invocation) -> tuple[str, ...]:
    """What every image must offer: the configuration's platforms and the command line's."""
    return tuple(dict.fromkeys((*config.digests.platforms, *invocation.registry.platforms)))


def two_digests(wanted: Wanted) -> Problem | None:
    """What is wrong with an image to which the manifests give more than one digest."""
    if len(wanted.digests) < 2:
        return None
    (digest, _), (other, site) = wanted.digests[:2]
    message = f"{quoted(wanted.key)} must not have two digests: {digest}, and here {other}"
    position = site.document.position(site.spot.start)
    return Problem(code="two-digests", message=message, position=position)


def contradiction(wanted: Wanted, entry: LockEntry) -> Problem | None:
    """What is wrong with an image that has another digest in the manifests than in the lock."""
    for digest, site in wanted.digests:
        if digest != entry.digest:
            message = (
                f"digest must be the one in the lock, {quoted(entry.digest)} ({entry.position}): "
                f"{quoted(site.value)}"
            )
            hint = f"change the manifest, or take its digest with --update={wanted.key}"
            position = site.document.position(site.spot.start)
            return Problem(code="digest-mismatch", message=message, position=position, hint=hint)
    return None


def _is_meant(name: str, pattern: str) -> bool:
    return bool(pattern) and (
        fnmatchcase(name, pattern) or fnmatchcase(normalize(name).familiar(), pattern)
    )


def _of_entry(code: str, message: str, position: Position, hint: str = "") -> Problem:
    return Problem(code=code, message=message, position=position, hint=hint)


def _unused(work: Work, problems: list[Problem]) -> list[str]:
    if not work.wanted:
        message = "manifests must hold an image for --prune, which would empty the lock"
        position = Position(file=work.path)
        problems.append(_of_entry("no-images", message, position, "delete the lock instead"))
    return [name for name in work.lock if name not in work.used]


def _imported(work: Work, invocation: Invocation, problems: list[Problem]) -> dict[str, Pinned]:
    if not invocation.registry.imported:
        return {}
    path = invocation.registry.imported
    noted = parse_import(*read_text(path))
    found = [(it.key, it.pinned, it.position) for it in noted]
    for wanted in work.wanted.values():
        if problem := two_digests(wanted):
            problems.append(problem)
        for digest, site in wanted.digests[:1]:
            position = site.document.position(site.spot.start)
            found.append((work.entry_key(wanted) or wanted.key, Pinned(digest=digest), position))
    changes: dict[str, Pinned] = {}
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


def _known(work: Work, name: str, pattern: str) -> Pinned | None:
    entry = work.lock.get(name)
    if entry is None or _is_meant(name, pattern):
        return None
    return Pinned(digest=entry.digest)


def _write(
    work: Work,
    changes: Mapping[str, Pinned],
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
        say(str(problem))
    counts = dict.fromkeys(("added", "updated", "changed", "removed"), 0)
    for difference in differences:
        counts[difference.kind] += 1
    words = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    say(f"{work.path}: {words or 'nothing changed'}; {len(list(after))} images")
    return DONE


def _give_up(problems: Iterable[Problem], work: Work, shell: Shell) -> int:
    told = list(problems)
    for problem in told:
        shell.say(str(problem))
    errors = sum(it.severity == "error" for it in told)
    shell.say(f"{work.path} was not written: {errors} error{'' if errors == 1 else 's'}")
    return FAILED


def _show_difference(invocation: Invocation, shell: Shell) -> int:
    invocation = replace(invocation, needs_inputs=False)
    job = prepare(invocation, shell)
    path = below(job.config, LOCK_KEY, job.config.digests.lock_file, must_exist=False)
    old = invocation.registry.diff
    locks = (parse_lock(*read_text(name)) for name in (old, path))
    differences = compare(*map(entries, locks))
    shell.write(FORMATS[invocation.output_format](differences).encode())
    return DONE

"""What the command `lock` works on: the lock as it is, and the images of the manifests."""

from __future__ import annotations

from collections.abc import Mapping

from transformer.cli.files import read_if_there
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.named import named_images, says_images
from transformer.cli.paths import lock_path
from transformer.cli.run import find_images, with_suspects
from transformer.cli.shell import Shell
from transformer.cli.unrendered import check_rendered
from transformer.cli.voice import say_problems, tell, voice
from transformer.config.config import Config
from transformer.errors import Problem, UsageError
from transformer.image.descriptor import Descriptor
from transformer.image.platform import own_digest
from transformer.lock.entries import HEADER
from transformer.lock.lock import Lock, LockEntry, parse_lock
from transformer.lock.wanted import Wanted, wanted_images
from transformer.messages import quoted
from transformer.model import Result
from transformer.records import record, replace
from transformer.yamltext.documents import decode

FAILS = "nothing was written: the manifests fail"


@record
class Work:
    """Everything that the command works on: the lock as it is, and the images of the manifests.

    `used` has those that the lock has, by the key of their entry; `is_bare` is true where the
    manifests hold none, whatever else names one. `results` are those of the manifests, and were
    said.
    """

    job: Job
    path: str
    data: bytes | None
    lock: Lock
    wanted: Mapping[str, Wanted]
    used: Mapping[str, Wanted]
    is_bare: bool
    results: tuple[Result, ...] = ()

    @property
    def config(self) -> Config:
        return self.job.config

    def entry_key(self, wanted: Wanted) -> str:
        """The key under which the lock has an image; '' where it has none."""
        return entry_key(self.lock, wanted)

    def entry(self, name: str) -> LockEntry:
        """An entry that is there."""
        entry = self.lock.get(name)
        assert entry is not None
        return entry

    def known(self, name: str) -> Descriptor | None:
        """What the lock says of a key, if it has it."""
        entry = self.lock.get(name)
        return entry.descriptor if entry is not None else None


def entry_key(lock: Lock, wanted: Wanted) -> str:
    """The key under which a lock has an image; '' where it has none."""
    keys = (wanted.key, *wanted.others)
    return next((name for name in keys if lock.get(name) is not None), "")


@record
class Failure:
    """Why there is nothing to work on: what the manifests fail by, which was said."""

    results: tuple[Result, ...]


def begin(invocation: Invocation, shell: Shell) -> Work | Failure:
    """Read and find what there is to work on."""
    options = invocation.registry
    says_what = (
        options.imported or options.update or (says_images(invocation) and not options.check)
    )
    alone = not invocation.paths and says_what
    if alone and (options.imported or shell.stdin is None or shell.stdin.isatty()):
        invocation = replace(invocation, needs_inputs=False)
    job = _prepared(invocation, shell)
    if not options.check:
        tell(check_rendered(job, "lock", invocation), invocation, shell, failed=False)
    outcome = with_suspects(find_images(job, invocation, named_images(job, invocation)), invocation)
    say = voice(invocation, shell, failed=outcome.failed)
    say_problems(outcome.results, say, every=invocation.is_verbose)
    told = tuple(it for it in outcome.results if it.problem.severity != "info")
    if outcome.failed:
        shell.say(FAILS)
        return Failure(results=told)
    path = lock_path(job.config, must_exist=False)
    data = read_if_there(path)
    lock = parse_lock(path, decode(path, data or b"").text or HEADER)
    wanted = of_manifests = wanted_images(outcome.decisions, job.config)
    if outcome.named:
        wanted = wanted_images((*outcome.decisions, *outcome.named), job.config)
    used = {name: it for it in wanted.values() if (name := entry_key(lock, it))}
    return Work(
        job=job,
        path=path,
        data=data,
        lock=lock,
        wanted=wanted,
        used=used,
        is_bare=not of_manifests,
        results=told,
    )


def _prepared(invocation: Invocation, shell: Shell) -> Job:
    try:
        return prepare(invocation, shell)
    except UsageError as error:
        (problem, *_) = error.problems
        name = problem.position.file if problem.position else ""
        if not (invocation.registry.update and problem.code == "unreadable" and "*" in name):
            raise
        hint = f"a pattern is written behind `=`: --update={name}"
        raise UsageError(replace(problem, hint=hint)) from None


def required_platforms(config: Config, invocation: Invocation) -> tuple[str, ...]:
    """What every image must offer: the configuration's platforms and the command line's."""
    return tuple(dict.fromkeys((*config.digests.required, *invocation.registry.platforms)))


def two_digests(wanted: Wanted) -> Problem | None:
    """What is wrong with an image to which the manifests give more than one digest."""
    if len(wanted.digests) < 2:
        return None
    (digest, _), (other, site) = wanted.digests[:2]
    message = f"{quoted(wanted.key)} has two digests: {digest}, and here {other}"
    position = site.position
    return Problem(code="two-digests", message=message, position=position)


def contradiction(wanted: Wanted, entry: LockEntry, platform: str) -> Problem | None:
    """What is wrong with an image that has another digest in the manifests than in the lock.

    Takes the platform whose own digest may stand there as well, '' for none.
    """
    own = own_digest(platform, entry.platforms) if platform else ""
    for digest, site in wanted.digests:
        if digest not in (entry.digest, own):
            message = (
                f"{quoted(site.value)} has another digest than the lock: expected "
                f"{quoted(entry.digest)} ({entry.position})"
            )
            hint = f"change the manifest, or take its digest with --update={wanted.key}"
            position = site.position
            return Problem(code="digest-mismatch", message=message, position=position, hint=hint)
    return None

"""`lock --verify-signatures`: cosign is asked whether images are signed as their rules demand.

Keys, certificates and the way to registries are cosign's: it is told what a rule says, and nothing
of ours. No cryptography is done here.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence

from transformer.cli.children import Ended, lines_of, run_all, without_ours
from transformer.cli.invocation import Invocation
from transformer.cli.lock.questions import of_entry
from transformer.cli.lock.work import Work
from transformer.cli.paths import below
from transformer.cli.shell import Shell
from transformer.cli.signing_keys import key_of
from transformer.config.config import ResolveFrom
from transformer.config.rule import Rule
from transformer.config.signers import Signer
from transformer.config.template_language import Budget
from transformer.errors import Position, Problem, UsageError
from transformer.image.descriptor import Descriptor
from transformer.image.reference import Reference
from transformer.lock.cosign import HOME, PROGRAM, command, noted_name, options
from transformer.lock.lookup import used_at
from transformer.lock.wanted import Wanted
from transformer.messages import quoted
from transformer.records import record, replace

JOBS = 4

Images = Mapping[str, tuple[Wanted, Descriptor]]


@record
class Demand:
    """An image, by its key of the lock, and who must have signed it: a name for people, and one for
    the lock. `words` are the command that asks for it."""

    key: str
    wanted: Wanted
    reference: Reference
    who: str
    signer: str
    words: tuple[str, ...]


def verified(
    work: Work, pinned: Mapping[str, Descriptor], invocation: Invocation, shell: Shell
) -> tuple[dict[str, Descriptor], list[Problem]]:
    """What the lock is to say by key, with who has signed, and all that is not signed as it must.

    Takes what it is to say otherwise. What it says already is checked as well, as whoever can write
    it can write what it notes. Of what is not signed so, what it said before stays, without the
    note. Raises as `demands` and `verify` do.
    """
    if not any(rule.signed_by for rule in work.config.rules):
        return dict(pinned), [_nothing_demanded(work)]
    asked = demands(work, _used(work) | _asked(work, pinned), invocation)
    faults = list(zip(asked, verify(asked, shell), strict=True))
    refused = {it.key for it, fault in faults if fault is not None}
    after = {name: it for name, it in pinned.items() if name not in refused}
    for demand, fault in faults:
        name = demand.key
        known = after.get(name) or work.known(name)
        if known is None or known.digest != demand.reference.digest:
            continue
        others = {it: by for it, by in known.signers.items() if it != demand.signer}
        signers = {**others, demand.signer: PROGRAM} if fault is None else others
        if signers != known.signers:
            after[name] = replace(known, signers=signers)
    return after, [fault for _, fault in faults if fault is not None]


def _nothing_demanded(work: Work) -> Problem:
    return Problem(
        code="no-signer",
        message="no rule says by whom an image is signed: nothing was verified",
        position=Position(file=work.config.name),
        hint="write `signedBy: {key: cosign.pub}` into one",
        severity="warning",
    )


def _used(work: Work) -> dict[str, tuple[Wanted, Descriptor]]:
    return {name: (it, work.entry(name).descriptor) for name, it in work.used.items()}


def _asked(work: Work, pinned: Mapping[str, Descriptor]) -> dict[str, tuple[Wanted, Descriptor]]:
    wanted = {work.entry_key(it) or it.key: it for it in work.wanted.values()}
    budget = Budget()
    found = {name: wanted.get(name) or of_entry(work, name, budget) for name in pinned}
    return {name: (it, pinned[name]) for name, it in found.items() if isinstance(it, Wanted)}


def missing(work: Work, invocation: Invocation) -> Iterator[Problem]:
    """What is wrong with images of which the lock does not say who has signed them."""
    images = _used(work)
    for it in demands(work, images, invocation):
        if it.signer not in images[it.key][1].signers:
            message = f"entry {quoted(it.key)} does not say that it is signed by {it.who}"
            hint = "mirrorpin lock --verify-signatures has that checked, and notes it"
            position = it.wanted.places[0]
            yield Problem(code="not-verified", message=message, position=position, hint=hint)


def demands(work: Work, images: Images, invocation: Invocation) -> tuple[Demand, ...]:
    """Who must have signed images, given by key of the lock with what it is to say of them.

    An image is looked at where it is pulled from, or at the source where that alone is asked.
    Raises `ConfigError` for a key that cannot be used.
    """
    whom = invocation.registry.resolve_from or work.config.digests.resolve_from
    return tuple(_demands(work, images, whom, frozenset(invocation.registry.plain_http)))


def _demands(
    work: Work, images: Images, whom: ResolveFrom, plain: frozenset[str]
) -> Iterator[Demand]:
    known: dict[int, tuple[str, tuple[str, ...]]] = {}
    for key, (wanted, descriptor) in images.items():
        reference = _place(wanted, descriptor, whom)
        for rule in wanted.signing:
            assert rule.signed_by is not None
            if rule.index not in known:
                known[rule.index] = _told(work, rule, rule.signed_by)
            signer, words = known[rule.index]
            yield Demand(
                key=key,
                wanted=wanted,
                reference=reference,
                who=rule.signed_by.key or signer,
                signer=signer,
                words=tuple(command(words, reference, plain)),
            )


def _place(wanted: Wanted, descriptor: Descriptor, whom: ResolveFrom) -> Reference:
    chain = wanted.chains[0]
    way = next((it for it in chain if it.notes.items() <= descriptor.targets.items()), chain[0])
    final = wanted.source if whom == "source" else way.final
    return replace(final, tag="", digest=descriptor.digest)


def _told(work: Work, rule: Rule, signer: Signer) -> tuple[str, tuple[str, ...]]:
    # What the lock calls a signer, and how cosign is told of it.
    key = key_of(work.config, rule, signer)
    name = f"{rule.path}.signedBy.trustedRoot"
    file = signer.trusted_root
    root = below(work.config, name, file, signer.position) if file else ""
    noted = noted_name(signer, key.fingerprint if key else "")
    return noted, options(signer, key.path if key else "", root)


def verify(asked: Sequence[Demand], shell: Shell) -> tuple[Problem | None, ...]:
    """Ask cosign, and say all that it says of what it does not verify.

    Returns for each what is wrong with it, None where nothing is. Raises `UsageError` without
    cosign.
    """
    if asked and not shutil.which(PROGRAM, path=shell.environment.get("PATH", "")):
        message = f"{PROGRAM} is not on PATH: expected it, to check signatures"
        raise UsageError(Problem(code="no-engine", message=message, hint=f"install it, {HOME}"))
    # Rules that demand the same of an image ask once.
    commands = {it.words: it.words for it in asked}
    with contextlib.closing(
        run_all(commands.items(), JOBS, without_ours(shell.environment))
    ) as outcomes:
        ended = dict(outcomes)
    for words in commands:
        if ended[words].fault:
            _say(words, ended[words], shell)
    return tuple(_unsigned(it) if ended[it.words].fault else None for it in asked)


def _say(words: Sequence[str], ended: Ended, shell: Shell) -> None:
    shell.say(f"{shlex.join(words)}: {ended.fault}")
    for line in lines_of(ended.said):
        shell.say(f"  | {line}")


def _unsigned(demand: Demand) -> Problem:
    message = (
        f"{quoted(str(demand.reference))} is signed otherwise or by nobody: expected {demand.who}"
    )
    hint = f"what {PROGRAM} said stands above"
    if demand.reference.name != demand.wanted.source.name:
        hint += "; mirrorpin sync --referrers brings signatures to the mirror"
    return used_at(Problem(code="not-verified", message=message, hint=hint), demand.wanted.places)

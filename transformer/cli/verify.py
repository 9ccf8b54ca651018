"""The command `verify`: that what the cluster will pull is there, and that it may pull it.

Takes manifests, whose final images it makes as `transform` would, or a lock. An image with a digest
is asked for by its digest, as a container runtime does, so that its tag may have moved on. Where
the pull secrets are a bare Docker configuration, registries are asked with it and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.cli.invocation import Invocation, Job, lock_of, prepare, read_text
from transformer.cli.named import named_images, unless_piped
from transformer.cli.registries import connect
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.unrendered import check_objects
from transformer.cli.voice import tell
from transformer.config.config import Config
from transformer.config.mirrors import RenameFault, compile_rules
from transformer.config.template_language import Budget
from transformer.errors import Position, Problem
from transformer.image.reference import Reference, normalize
from transformer.lock.lock import is_lock, parse_lock
from transformer.lock.lookup import registry_problem, used_at
from transformer.lock.wanted import final_of
from transformer.messages import counted, quoted
from transformer.model import Decision, Keep, Result, Rewrite, final_image
from transformer.pipeline import Outcome
from transformer.pull_secrets.secrets import Secret, missing_hint, parse_secrets
from transformer.records import record, replace
from transformer.registry import RegistryFault
from transformer.registry.resolver import Resolve
from transformer.report.findings import Findings, Subject, of_problems, subjects_of
from transformer.yamltext.documents import decode


@record
class _Final:
    """One image as it is pulled, and where it is used."""

    reference: Reference
    places: tuple[Position, ...]


def verify(invocation: Invocation, shell: Shell) -> Findings:
    """Ask for every final image, and look at the pull secrets; what is found is said."""
    job = prepare(unless_piped(invocation, shell), shell)
    files = [name for name, _ in job.inputs]
    problems: list[Problem] = []
    results: list[Result] = []
    decisions: Sequence[Decision] = ()
    secrets: Sequence[Secret] = ()
    path = invocation.registry.secrets
    if path:
        secrets = parse_secrets(*read_text(path, is_named=True))
    if job.inputs and all(is_lock(data) for _, data in job.inputs):
        found = [it for name, data in job.inputs for it in _of_lock(name, data, job.config)]
        finals = [it for it in found if isinstance(it, _Final)]
        problems += (it for it in found if isinstance(it, Problem))
    else:
        problems += check_objects(job, "verify", invocation)
        job = replace(job, lock=lock_of(job.config))
        outcome = transformed(job, invocation, shell, named_images(job, invocation))
        decisions = outcome.decisions
        results += of_problems(problems)
        results += (it for it in outcome.results if it.problem.severity != "info")
        problems = []
        if outcome.failed:
            return _said(results, 0, subjects_of(files, decisions), invocation, shell)
        finals = list(_of_decisions((*outcome.decisions, *outcome.named)))
        if secrets:
            problems += _unauthorised(outcome, secrets, path)
    alone = any(not it.name for it in secrets)
    problems += _absent(finals, _asking(invocation, shell, alone=alone))
    if invocation.own["referrers"]:
        problems += _unattached(job, invocation, shell)
    results += of_problems(problems)
    return _said(results, len(finals), subjects_of(files, decisions), invocation, shell)


def _said(
    results: Sequence[Result],
    count: int,
    subjects: tuple[Subject, ...],
    invocation: Invocation,
    shell: Shell,
) -> Findings:
    problems = [it.problem for it in results]
    errors = sum(it.severity == "error" for it in problems)
    say = tell(problems, invocation, shell, failed=bool(errors))
    failed = f"verify failed: {counted(errors, 'error')}"
    passed = f"verify passed: {counted(count, 'image')} {'is' if count == 1 else 'are'} there"
    summary = failed if errors else passed
    say(summary)
    return Findings(
        command="verify",
        failed=bool(errors),
        results=tuple(it for it in results if invocation.tells(it.problem)),
        subjects=subjects,
        summary=summary,
    )


def _of_lock(name: str, data: bytes, config: Config) -> Iterator[_Final | Problem]:
    mirrors, budget = compile_rules(config.rules), Budget()
    lock = parse_lock(name, decode(name, data).text)
    for image in lock:
        entry = lock.get(image)
        assert entry is not None
        at = entry.position
        try:
            final, _ = final_of(image, mirrors, budget, entry.targets)
        except RenameFault as fault:
            yield Problem(code=fault.code, message=fault.message, position=at, hint=fault.hint)
        else:
            yield _Final(reference=replace(final, digest=entry.digest), places=(at,))


def _of_decisions(decisions: Iterable[Decision]) -> Iterator[_Final]:
    places: dict[str, list[Position]] = {}
    for site, verdict in decisions:
        # A name without its tag, or the beginning of one, is nothing that can be there.
        if isinstance(verdict, Rewrite | Keep) and site.names == "image":
            image = final_image(site, verdict)
            places.setdefault(image, []).append(site.position)
    for image, used in places.items():
        yield _Final(reference=normalize(image).with_tag_default(), places=tuple(used))


def _asking(invocation: Invocation, shell: Shell, *, alone: bool) -> Resolve:
    options = invocation.registry
    if alone:
        # What the pods have is what must do, and not what the user of this machine has.
        options = replace(options, auth_files=(), mounted_secrets=(options.secrets,))
    return connect(shell, options, is_quiet=invocation.is_quiet, searches=not alone)


def _absent(finals: Sequence[_Final], resolve: Resolve) -> Iterator[Problem]:
    if not finals:
        return
    # A runtime that has a digest does not look at the tag.
    asked = [
        replace(it.reference, tag="" if it.reference.digest else it.reference.tag) for it in finals
    ]
    answers = resolve(asked, False)
    for final, reference in zip(finals, asked, strict=True):
        answer = answers[str(reference)]
        if isinstance(answer, RegistryFault):
            yield used_at(registry_problem(answer), final.places)
        elif reference.digest not in ("", answer.digest):
            message = f"{quoted(str(reference))} is at the mirror with another digest: there is"
            problem = Problem(code="wrong-digest", message=f"{message} {answer.digest}")
            yield used_at(problem, final.places)


def _unattached(job: Job, invocation: Invocation, shell: Shell) -> Iterator[Problem]:
    from transformer.cli.plan import of_job, with_belongings
    from transformer.cli.registries import attending
    from transformer.plan.attached import unlike

    found = of_job(job, invocation)
    # What else there is to be said of the images has been said.
    yield from (it for it in found.problems if it.code == "unknown-source")
    whole = with_belongings(found.copies, invocation, shell)
    yield from whole.problems
    yield from unlike(whole.copies, attending(shell, invocation.registry))


def _unauthorised(outcome: Outcome, secrets: Sequence[Secret], path: str) -> Iterator[Problem]:
    # One problem for an image in a namespace, with all its places.
    found: dict[Problem, list[Position]] = {}
    for site, verdict in outcome.decisions:
        if not isinstance(verdict, Rewrite | Keep) or not verdict.pull_secrets or not site.pod:
            continue
        names = (*site.pod.secrets.names, *verdict.pull_secrets)
        namespace = site.resource.namespace
        image = final_image(site, verdict)
        problem = _authorisation(normalize(image), names, namespace, secrets, path)
        if problem is not None:
            position = site.position
            found.setdefault(problem, []).append(position)
    for problem, places in found.items():
        yield used_at(problem, tuple(places))


def _authorisation(
    reference: Reference,
    names: Iterable[str],
    namespace: str,
    secrets: Sequence[Secret],
    path: str,
) -> Problem | None:
    wanted = tuple(dict.fromkeys(names))
    held = [it for it in secrets if _is_held(it, wanted, namespace)]
    if any(it.authorises(reference) for it in held):
        return None
    shown = ", ".join(map(quoted, wanted))
    where = f' in namespace "{namespace}"' if namespace else ""
    if not held:
        message = f"pod{where} finds none of its pull secrets in {path}: expected {shown}"
        return Problem(code="no-secret", message=message)
    matched = [key for it in held for key in it.matches(reference)]
    message = f"pull secrets, {shown}{where}, do not authorise {quoted(reference.name)}"
    if matched:
        message = f"{message}: {quoted(matched[0])} names no user"
        hint = "the kubelet takes a user name and password, no identity token and no helper"
        return Problem(code="unauthorised", message=message, hint=hint)
    hint = missing_hint(key for it in held for key in it.keyring.entries)
    return Problem(code="unauthorised", message=message, hint=hint)


def _is_held(secret: Secret, names: Sequence[str], namespace: str) -> bool:
    if not secret.name:
        return True
    return secret.name in names and (
        "" in (secret.namespace, namespace) or secret.namespace == namespace
    )

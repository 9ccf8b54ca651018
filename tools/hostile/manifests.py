"""Mutated manifests, each held against every promise about manifests.

What is refused is refused with a documented error; what is accepted comes out the same twice and
with both depths of the check, and to an independent reader differs where the run says, only.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from tests.helpers.shared import ROOT
from tools.hostile.findings import Finding, Plan, Summary
from tools.hostile.limit import MAX_SECONDS, Slow, bounded
from tools.hostile.minimal import minimal
from tools.hostile.mutations import mutation
from tools.hostile.reading import Pointer, data_of, differences, pointers, unannounced
from transformer import Config, Options, Outcome, TransformError, parse_config, transform
from transformer.errors import Problem
from transformer.records import record
from transformer.yamltext.documents import documents
from transformer.yamltext.path import pointer

MAX_SEED = 12_000
BLOCK = 250
# The findings of a block that are made small; more are mostly the same fault.
MAX_FOUND = 5

_RULES = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {source: docker.io, target: mirror.example/docker.io, pullSecrets: [pull-a]}
  - {source: quay.io, target: mirror.example/quay.io, pullSecrets: [pull-b]}
  - {source: ghcr.io, target: mirror.example/ghcr.io, pullSecrets: [pull-c, pull-a]}
  - {source: gcr.io, target: mirror.example/gcr.io}
  - {source: registry.k8s.io, target: mirror.example/registry.k8s.io}
  - {source: "*.example.com", template: "mirror.example/{{ host | slug }}/{{ repository }}"}
  unmatched: keep
  invalid: warn
"""
CONFIGS = tuple(
    _RULES + more
    for more in (
        "",
        "  pullSecrets: {attachTo: serviceAccounts}\n",
        "  pullSecrets: {attachTo: both, names: [pull-all]}\n",
        "  report: {originalImages: true}\n",
        "  suspects: rewrite\n  strings: {env: ['*_IMAGE'], args: [--image]}\n",
    )
)


@record
class Verdict:
    """What came of one manifest; `faults` are the promises that it breaks."""

    kind: Literal["refused", "same", "changed"]
    faults: tuple[str, ...] = ()
    details: str = ""


def run(plan: Plan) -> Summary:
    """Try the mutations of a plan, in blocks that the cores share."""
    last = plan.start + plan.mutations
    blocks = [range(it, min(it + BLOCK, last)) for it in range(plan.start, last, BLOCK)]
    seen: Counter[str] = Counter()
    findings: list[Finding] = []
    # Started anew and not forked: a fork of a process with threads may hang.
    with ProcessPoolExecutor(plan.jobs, mp_context=get_context("spawn")) as pool:
        tried = pool.map(partial(try_block, plan.seed), blocks)
        try:
            for counted, found in tried:
                seen += counted
                findings += found
        except BrokenProcessPool:
            at = plan.start + sum(seen.values())
            findings.append(Finding(title=f"a process died behind mutation {at}", files={}))
    return Summary(tried=sum(seen.values()), seen=dict(seen), findings=findings)


def try_block(seed: int, numbers: range) -> tuple[Counter[str], list[Finding]]:
    """Try mutations by their numbers. Returns the verdicts counted, and what was found."""
    seen: Counter[str] = Counter()
    findings: list[Finding] = []
    for number in numbers:
        data, rng = mutation(seed, number, seeds())
        config = rng.randrange(len(CONFIGS))
        verdict = judge(data, configs()[config])
        seen[verdict.kind] += 1
        if verdict.faults and len(findings) < MAX_FOUND:
            findings.append(_finding(f"seed {seed}, number {number}", data, config, verdict))
    return seen, findings


def _finding(origin: str, data: bytes, config: int, verdict: Verdict) -> Finding:
    fault = verdict.faults[0]
    smaller = minimal(data, lambda text: fault in judge(text, configs()[config]).faults)
    return Finding(
        title=fault,
        details=f"{origin}\n{verdict.details}",
        files={
            "input.yaml": smaller,
            "mutation.yaml": data,
            "config.yaml": CONFIGS[config].encode(),
        },
    )


@cache
def seeds() -> tuple[bytes, ...]:
    """The inputs of the fixtures, and the shared manifests where they are, but for long ones."""
    files = sorted((ROOT / "tests" / "fixtures").glob("*/input.*"))
    files += sorted(it for it in _corpus().rglob("*") if it.suffix in (".yaml", ".yml", ".json"))
    found = [it.read_bytes() for it in files if it.stat().st_size <= MAX_SEED]
    return tuple(found)


def _corpus() -> Path:
    import os

    return Path(os.environ.get("MIRRORPIN_SHARED") or ROOT.parent / "shared") / "corpus"


@cache
def configs() -> tuple[Config, ...]:
    return tuple(parse_config("config.yaml", text, "") for text in CONFIGS)


def judge(data: bytes, config: Config) -> Verdict:
    """Run one manifest, and hold what comes of it against every promise."""
    try:
        with bounded():
            outcome = _run(data, config, "full")
            faults = tuple(_faults(data, outcome, config))
    except TransformError as error:
        if error.exit_code == 1:
            return Verdict(kind="refused", faults=tuple(_raw(error.problems)))
        return Verdict(kind="refused", faults=(f"exit code {error.exit_code}",), details=str(error))
    except Slow:
        return Verdict(kind="refused", faults=(f"more than {MAX_SECONDS} s",))
    except Exception as error:
        fault = f"raises {type(error).__name__}"
        return Verdict(kind="refused", faults=(fault,), details=traceback.format_exc())
    if outcome.failed:
        return Verdict(kind="refused", faults=faults)
    return Verdict(kind="same" if outcome.outputs[0] == data else "changed", faults=faults)


def _run(data: bytes, config: Config, verify: str) -> Outcome:
    return transform([("stdin", data)], config, options=Options(verify=verify))


def _faults(data: bytes, outcome: Outcome, config: Config) -> Iterator[str]:
    yield from _raw([it.problem for it in outcome.results])
    (output,) = outcome.outputs
    if outcome.failed:
        if output != data:
            yield "an output though the run fails"
    elif output != data:
        yield from twice(output, config)
        if _run(data, config, "events").outputs != outcome.outputs:
            yield "another output with the other depth of the check"
        yield from read_alike(data, output, outcome)


def _raw(problems: Sequence[Problem]) -> Iterator[str]:
    # A hint has a line of its own; no other text may make one.
    lines = [line for it in problems for line in str(it).split("\n  hint: ", bool(it.hint))]
    if not all(map(str.isprintable, lines)):
        yield "something raw in a message"


def twice(output: bytes, config: Config) -> Iterator[str]:
    """What is wrong with an output when it comes in again."""
    try:
        again = _run(output, config, "full")
    except TransformError as error:
        yield f"the second run fails: {error.problems[0].code}"
        return
    if again.failed:
        codes = {it.problem.code for it in again.results if it.problem.severity == "error"}
        yield f"the second run fails: {', '.join(sorted(codes))}"
    elif again.outputs[0] != output:
        yield "the second run changes what the first one wrote"


def read_alike(data: bytes, output: bytes, outcome: Outcome) -> Iterator[str]:
    """What an independent reader sees in an output that the run does not say."""
    before = data_of(data)
    if before is None:
        return
    after = data_of(output)
    if after is None or len(after) != len(before):
        yield "an output that the independent reader refuses"
        return
    announced = _announced(outcome, len(before))
    for index, pair in enumerate(zip(before, after, strict=True)):
        extra = unannounced(differences(*pair), announced[index])
        if extra:
            yield f"the independent reader sees another change: /{'/'.join(map(str, extra[0]))}"


def _announced(outcome: Outcome, count: int) -> list[list[Pointer]]:
    """The places that change, of each of so many documents."""
    of_document: list[list[Pointer]] = [[] for _ in range(count)]
    # Markers behind line breaks that only YAML knows part documents for one of the two readers.
    is_same_count = sum(1 for _ in documents(outcome.sources[0])) == count
    for document, resource, operation in outcome.changes:
        start = pointer(resource.steps)
        moved = {key: start + operation[key] for key in {"path", "from"} & operation.keys()}
        for index in [document.index] if is_same_count else range(count):
            of_document[index] += pointers([moved])
    return of_document

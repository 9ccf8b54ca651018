"""`transform` the other way round: the images, digests, pull secrets and notes that it changed.

The same stages: read, find, decide, edit, check; and the same promises: nothing but the text of
what it takes back is touched, and with one error the outputs are the inputs. What is restored and
transformed again is what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.config.config import Config
from transformer.config.options import Options
from transformer.edit.originals import (
    PATH,
    Note,
    noted_images,
    places_in_note,
    without,
)
from transformer.edit.output import carry_out
from transformer.edit.plans import make_plans
from transformer.edit.removals import Removal
from transformer.errors import Problem
from transformer.lock.lock import Lock
from transformer.messages import counted, quoted, shown
from transformer.model import Decision, Result, Rewrite, SecretField, Site
from transformer.pipeline import Outcome
from transformer.pull_secrets.generated import rename
from transformer.records import record, replace
from transformer.report.results import NOTHING, decision_results
from transformer.survey import Survey, survey
from transformer.undo.images import restore_images
from transformer.undo.names import added_names
from transformer.yamltext.documents import decode
from transformer.yamltext.items import Known
from transformer.yamltext.path import Steps, field_path


@record
class _Notes:
    # By the number of a site: what the note of its object says that it was, '' for nothing, and
    # what it is called there; and by object, the numbers of its sites.
    images: dict[int, str]
    numbers: dict[tuple[int, Steps], list[int]]
    places: list[str]


@record
class Restored:
    """What a run of `restore` came to, and what it took out beside the images."""

    outcome: Outcome
    lists: int
    notes: int

    @property
    def summary(self) -> str:
        """The last line of a run: what was done, in numbers; or that nothing was."""
        results, decisions = self.outcome.results, self.outcome.decisions
        errors = sum(it.problem.severity == "error" for it in results)
        images = counted(len(decisions), "image")
        if errors:
            return f"{NOTHING}: {counted(errors, 'error')}, {images}"
        back = sum(isinstance(verdict, Rewrite) for _, verdict in decisions)
        counts = f"{back} restored, {len(decisions) - back} left as they are"
        lists, notes = counted(self.lists, "pull secret list"), counted(self.notes, "note")
        return f"{images}: {counts}; {lists} and {notes} taken back"


def restore(
    inputs: Iterable[tuple[str, bytes]],
    config: Config,
    *,
    lock: Lock | None = None,
    options: Options | None = None,
    known: Known | None = None,
) -> Restored:
    """Give images their upstream names, and take out what a run has added to them.

    Takes the inputs as (name for messages, bytes), the configuration and the lock that they were
    transformed with, options, and who knows the tree of a text that was read before. Raises as
    `transform` does.
    """
    options = options or Options()
    config = _as_they_are(config, lock)
    sources = known.sources if known else tuple(decode(name, data) for name, data in inputs)
    run = survey(sources, replace(config, original_images=True), options, known, by_item=True)
    notes = _read_notes(run)
    decisions, decided = restore_images(run.sites, notes.images, config, lock)
    followed, spent = _spent(run, notes, decisions)
    named = rename(decided, config.secret_names, run.secrets)
    added = added_names(
        run.pods, run.accounts, named.decisions, config.pull_secrets.attach_to, named.order
    )
    removals = (*added.removals, *spent)
    run.results += (*decision_results(decisions), *_left(added.left))
    failed = any(it.problem.severity == "error" for it in run.results)
    made = make_plans(decisions, (), followed, run.shadows, removals)
    # Where a key or an item ends was not noted when the document was read.
    written = carry_out(made, sources, {}, options, failed=failed)
    outcome = Outcome(
        chunks=written.chunks(inputs),
        decisions=tuple(decisions),
        grants=(),
        results=(*run.results, *written.conflicts),
        sources=sources,
        notes=followed,
        lock=lock,
    )
    return Restored(outcome=outcome, lists=len(added.removals), notes=len(followed) + len(spent))


def _as_they_are(config: Config, lock: Lock | None) -> Config:
    # Only the images that the rules have made are of interest, whatever else there is.
    digests, suspects = config.digests, config.suspects
    suspects = suspects if suspects == "rewrite" else "ignore"
    if digests.mode in ("lock", "resolve"):
        digests = replace(digests, mode="lock" if lock is not None else "off", missing="warn")
    else:
        digests = replace(digests, mode="off")
    return replace(
        config, unmatched="keep", invalid="warn", policy=None, suspects=suspects, digests=digests
    )


def _read_notes(run: Survey) -> _Notes:
    numbers: dict[tuple[int, Steps], list[int]] = {}
    for number, site in enumerate(run.sites):
        numbers.setdefault(_object_of(site), []).append(number)
    images: dict[int, str] = {}
    places = [""] * len(run.sites)
    for at in run.note_places:
        said = noted_images(at.place.value)
        own = numbers[id(at.document), at.resource.steps]
        for number, place in zip(own, places_in_note([run.sites[it] for it in own]), strict=True):
            places[number] = place
            if said:
                images[number] = said.get(place, "")
    return _Notes(images=images, numbers=numbers, places=places)


def _object_of(site: Site) -> tuple[int, Steps]:
    return id(site.document), site.resource.steps


def _spent(
    run: Survey, notes: _Notes, decisions: Sequence[Decision]
) -> tuple[tuple[Note, ...], tuple[Removal, ...]]:
    # The notes of which something stays, and those that go.
    shorter: list[Note] = []
    gone: list[Removal] = []
    for at in run.note_places:
        own = notes.numbers[id(at.document), at.resource.steps]
        done = {notes.places[it] for it in own if _follows(decisions[it][1], notes.images.get(it))}
        rest = without(at.place.value, done)
        if done and rest:
            shorter.append(Note(at=at, value=rest))
        elif done:
            gone.append(Removal(document=at.document, resource=at.resource, steps=PATH, most=2))
    return tuple(shorter), tuple(gone)


def _follows(verdict: object, note: str | None) -> bool:
    return isinstance(verdict, Rewrite) and verdict.image == note


def _left(fields: Iterable[SecretField]) -> Iterator[Result]:
    for field in fields:
        names = ", ".join(map(quoted, field.secrets.names))
        path = field_path(field.steps)
        problem = Problem(
            code="not-restored",
            message=f"`{shown(path)}` stays, as it holds pull secrets in a text: {names}",
            severity="warning",
            position=field.document.position(field.secrets.spot.spot.start),
        )
        yield Result(problem=problem, resource=field.resource, field=path)

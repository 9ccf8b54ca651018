"""The page of a run: its images by registry and namespace, and what became of each, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from transformer.find.suspects import Sighting
from transformer.image.prefix import full_name
from transformer.image.reference import normalize
from transformer.messages import counted
from transformer.model import (
    Decision,
    Fail,
    Grant,
    Keep,
    Result,
    Rewrite,
    Site,
    Skip,
    Verdict,
    final_image,
)
from transformer.report.images import Image, list_images
from transformer.report.page import Column, Figure, Page, Row, State, Table
from transformer.report.results import summary
from transformer.report.told import by_place, folded

TITLE = "Images of the manifests"

_IMAGE, _PLACES = Column(name="image", kind="image"), Column(name="places", kind="places")
_IMAGES, _COUNT = Column(name="images", kind="number"), Column(name="places", kind="number")


def page_of(
    decisions: Sequence[Decision],
    results: Sequence[Result],
    grants: Sequence[Grant],
    suspects: Sequence[Sighting],
    more: Iterable[Table] = (),
) -> Page:
    """The page of a run.

    Takes its decisions, all that is to be said, who gets pull secrets, what only looks like an
    image, and tables that others have of it.
    """
    errors = sum(it.problem.severity == "error" for it in results)
    images = list_images(decisions)
    states = {id(site): state_of(verdict) for site, verdict in decisions}
    listed = [(it, states[id(it.sites[0])]) for it in images]
    said = [it for it in folded(by_place(results)) if it.problem.severity != "info"]
    return Page(
        title=TITLE,
        lead=summary(decisions, grants, errors),
        figures=tuple(_figures([state for _, state in listed], said)),
        tables=(
            _registries(decisions),
            _namespaces(decisions),
            _changed(listed),
            _left(listed),
            *((_suspects(suspects),) if suspects else ()),
            *more,
            said_table(said),
        ),
    )


def state_of(verdict: Verdict) -> State:
    """What became of an image, in a word."""
    if isinstance(verdict, Rewrite):
        return "changed"
    if isinstance(verdict, Fail):
        return "failed"
    problems = (verdict.problem,) if isinstance(verdict, Skip) else verdict.problems
    return "warned" if any(it.severity == "warning" for it in problems) else "left"


def _figures(states: Sequence[State], said: Sequence[Result]) -> Iterator[Figure]:
    counts = Counter(states)
    yield Figure(number=len(states), label="distinct images")
    yield Figure(number=counts["changed"], label="changed", state="changed")
    yield Figure(number=counts["left"] + counts["warned"], label="left alone")
    for severity, state in _SEVERITIES.items():
        number = sum(it.problem.severity == severity for it in said)
        yield Figure(number=number, label=f"{severity}s", state=state if number else "left")


_SEVERITIES: dict[str, State] = {"warning": "warned", "error": "failed"}


def _registries(decisions: Iterable[Decision]) -> Table:
    images: dict[tuple[str, str], set[str]] = {}
    places: Counter[tuple[str, str]] = Counter()
    hosts: dict[tuple[str, str], str] = {}
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite | Keep):
            final = final_image(site, verdict)
            memo = (site.names, final)
            if memo not in hosts:
                hosts[memo] = _host(site, final)
            key = (verdict.source.partition("/")[0], hosts[memo])
            images.setdefault(key, set()).add(final)
            places[key] += 1
    rows = (
        Row(
            cells=(*key, str(len(images[key])), str(places[key])),
            state="left" if key[0] == key[1] else "changed",
        )
        for key in sorted(images)
    )
    return Table(
        title="By registry",
        anchor="registries",
        columns=(Column(name="comes from"), Column(name="is pulled from"), _IMAGES, _COUNT),
        rows=tuple(rows),
        note="Where images come from, and where they are pulled from when the run is done.",
        empty="No image that could be read.",
    )


def _host(site: Site, final: str) -> str:
    name = full_name(final) if site.names == "prefix" else normalize(final).name
    return name.partition("/")[0]


def _namespaces(decisions: Iterable[Decision]) -> Table:
    images: dict[str, set[str]] = {}
    objects: dict[str, set[tuple[str, str]]] = {}
    states: dict[str, Counter[State]] = {}
    for site, verdict in decisions:
        name = site.resource.namespace
        images.setdefault(name, set()).add(site.written)
        objects.setdefault(name, set()).add((site.resource.kind, site.resource.name))
        states.setdefault(name, Counter())[state_of(verdict)] += 1
    rows = (_namespace(it, len(objects[it]), len(images[it]), states[it]) for it in sorted(images))
    names = ("objects", "images", "places changed", "left alone", "failed")
    return Table(
        title="By namespace",
        anchor="namespaces",
        columns=(Column(name="namespace"), *(Column(name=it, kind="number") for it in names)),
        rows=tuple(rows),
        empty="No image.",
    )


def _namespace(name: str, objects: int, images: int, states: Counter[State]) -> Row:
    left = states["left"] + states["warned"]
    numbers = (objects, images, states["changed"], left, states["failed"])
    worst: tuple[State, ...] = ("failed", "warned", "changed")
    return Row(
        cells=(name or "(none is written)", *map(str, numbers)),
        state=next((it for it in worst if states[it]), "left"),
    )


def _changed(listed: Iterable[tuple[Image, State]]) -> Table:
    rows = (
        Row(cells=(it.written, it.final, it.code, it.rule, places(it.sites)), state=state)
        for it, state in listed
        if state == "changed"
    )
    becomes, how = Column(name="becomes", kind="image"), Column(name="how", kind="state")
    return Table(
        title="What changed",
        anchor="changed",
        columns=(_IMAGE, becomes, how, Column(name="rule", kind="word"), _PLACES),
        rows=tuple(rows),
        empty="No image: each is as the rules want it, or left alone.",
    )


def _left(listed: Iterable[tuple[Image, State]]) -> Table:
    rows = (
        Row(
            cells=(it.written or "(empty)", it.code, it.reason, it.rule, places(it.sites)),
            state=state,
        )
        for it, state in listed
        if state != "changed"
    )
    return Table(
        title="What was left alone, and why",
        anchor="left",
        columns=(
            _IMAGE,
            Column(name="code", kind="state"),
            Column(name="why"),
            Column(name="rule", kind="word"),
            _PLACES,
        ),
        rows=tuple(rows),
        empty="No image.",
    )


def _suspects(suspects: Iterable[Sighting]) -> Table:
    rows = (
        Row(
            cells=(it.image, it.reason, (f"{it.position} {it.resource} {it.field}",)),
            state="warned",
        )
        for it in suspects
    )
    return Table(
        title="What only looks like an image",
        anchor="suspects",
        columns=(_IMAGE, Column(name="seen in"), _PLACES),
        rows=tuple(rows),
        note="It is in no known place, and left as it is.",
    )


def places(sites: Iterable[Site]) -> tuple[str, ...]:
    """Where images are written: place, object and field of each."""
    return tuple(f"{it.position} {it.resource} {it.field}" for it in sites)


def said_table(said: Sequence[Result]) -> Table:
    """What was said, errors first: each problem once, with all of its places."""
    ordered = sorted(said, key=lambda it: list(_ORDER).index(it.problem.severity))
    columns = (
        Column(name="severity", kind="state"),
        Column(name="what"),
        Column(name="hint"),
        Column(name="code", kind="word"),
        _PLACES,
    )
    errors = sum(it.problem.severity == "error" for it in said)
    return Table(
        title="What was said",
        anchor="said",
        columns=columns,
        rows=tuple(map(_said, ordered)),
        note=f"{counted(errors, 'error')}, {counted(len(said) - errors, 'warning')}.",
        empty="No error and no warning.",
    )


_ORDER: dict[str, State] = {"error": "failed", "warning": "warned", "info": "left"}


def _said(it: Result) -> Row:
    problem = it.problem
    where = tuple(str(place) for place in (problem.position, *it.others) if place is not None)
    if it.resource is not None and where:
        where = (f"{where[0]} {it.resource} {it.field}".rstrip(), *where[1:])
    return Row(
        cells=(problem.severity, problem.message, problem.hint, problem.code, where),
        state=_ORDER[problem.severity],
    )

"""A plan as a bill of materials, and as a page: what will be at the mirrors, and where from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transformer.messages import counted
from transformer.plan.copies import Copy
from transformer.records import replace
from transformer.report.bills import Item, merged, writer
from transformer.report.page import Column, Figure, Page, Row, State, Table

TITLE = "Images to be at the mirrors"


def as_bill(name: str, copies: Sequence[Copy]) -> str:
    """The images by the names that they will have, in a format of `report.bills`; without a day."""
    return writer(name)(merged(map(_item, copies)), "")


def _item(copy: Copy) -> Item:
    facts = (
        ("source", str(copy.source)),
        ("rule", copy.rule.label),
        *(("platform", it) for it in copy.platforms),
        *((("subject", copy.subject),) if copy.subject else ()),
        *(("place", str(it)) for it in copy.places),
    )
    return Item(image=replace(copy.target, digest=copy.digest), facts=facts)


def as_page(copies: Sequence[Copy]) -> str:
    """The page of a plan."""
    from transformer.report.page import html

    hosts = {it.target.domain for it in copies}
    pinned = sum(bool(it.digest) for it in copies)
    by_tag: State = "left" if pinned == len(copies) else "warned"
    page = Page(
        title=TITLE,
        lead=f"{counted(len(copies), 'image')} for {counted(len(hosts), 'mirror')}",
        figures=(
            Figure(number=len(copies), label="images to be there"),
            Figure(number=pinned, label="by their digest", state="changed"),
            Figure(number=len(copies) - pinned, label="by their tag alone", state=by_tag),
            Figure(number=len(hosts), label="mirrors"),
        ),
        tables=(_registries(copies), _images(copies)),
    )
    return html.write(page)


def _registries(copies: Sequence[Copy]) -> Table:
    groups: dict[tuple[str, str], list[Copy]] = {}
    for it in copies:
        groups.setdefault((it.source.domain, it.target.domain), []).append(it)
    rows = (
        Row(cells=(*key, str(len(groups[key]))), state=_state(groups[key]))
        for key in sorted(groups)
    )
    columns = (
        Column(name="comes from"),
        Column(name="goes to"),
        Column(name="images", kind="number"),
    )
    return Table(title="By registry", anchor="registries", columns=columns, rows=tuple(rows))


def _state(copies: Sequence[Copy]) -> State:
    return "changed" if all(it.digest for it in copies) else "warned"


def _images(copies: Sequence[Copy]) -> Table:
    return Table(
        title="What goes where",
        anchor="images",
        columns=(
            Column(name="comes from", kind="image"),
            Column(name="goes to", kind="image"),
            Column(name="rule", kind="word"),
            Column(name="platforms"),
            Column(name="places", kind="places"),
        ),
        rows=tuple(_rows(copies)),
        note="With a tag alone, what is copied is what the tag stands for by then.",
        empty="No image: nothing has to be there.",
    )


def _rows(copies: Sequence[Copy]) -> Iterator[Row]:
    for it in copies:
        of = (f"belongs to {it.subject}",) if it.subject else ()
        platforms = ", ".join((*it.platforms, *of))
        places = tuple(map(str, it.places))
        yield Row(
            cells=(str(it.source), str(it.target), it.rule.label, platforms, places),
            state=_state((it,)),
        )

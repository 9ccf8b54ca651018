"""The formats of a plan: one table, by the names that the command line knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Literal, TypeAlias

from transformer.plan.copies import Copy
from transformer.plan.engines import ENGINES, Engine
from transformer.plan.files import as_hauler, as_oc_mirror, as_regsync, as_skopeo_sync, as_zarf
from transformer.plan.harbor import as_harbor
from transformer.plan.listing import as_json, as_text, as_tsv
from transformer.plan.report import as_bill, as_page
from transformer.plan.scripts import as_script

By: TypeAlias = Literal["target", "registry"]
BY: tuple[By, ...] = ("target", "registry")

_Groups: TypeAlias = "Sequence[tuple[str, Sequence[Copy]]]"
Format: TypeAlias = "Callable[[_Groups, Set[str]], str]"


def grouped(copies: Sequence[Copy], by: By | Literal[""]) -> list[tuple[str, list[Copy]]]:
    """The copies by the registry that they go to or come from, in the order of their names.

    Each group comes with that registry; without `by` there is one, in the order of the plan.
    """
    if not by:
        return [("", list(copies))]
    groups: dict[str, list[Copy]] = {}
    for copy in copies:
        host = copy.target.domain if by == "target" else copy.source.domain
        groups.setdefault(host, []).append(copy)
    return sorted(groups.items())


def _flat(write: Callable[[Sequence[Copy], Set[str]], str]) -> Format:
    return lambda groups, plain: write([it for _, copies in groups for it in copies], plain)


def _script(engine: Engine) -> Format:
    return lambda groups, plain: as_script(groups, engine, plain)


# Each takes copies in groups, and the hosts that speak no TLS. Raises `PlanError` for what it
# cannot say.
FORMATS: Mapping[str, Format] = {
    "text": lambda groups, _: as_text(groups),
    "json": _flat(lambda copies, _: as_json(copies)),
    "tsv": _flat(lambda copies, _: as_tsv(copies)),
    "regsync": _flat(as_regsync),
    **{engine.name: _script(engine) for engine in ENGINES},
    "skopeo-sync": _flat(as_skopeo_sync),
    "oc-mirror": _flat(as_oc_mirror),
    "hauler": _flat(as_hauler),
    "zarf": _flat(as_zarf),
    "harbor": _flat(as_harbor),
    "cyclonedx": _flat(lambda copies, _: as_bill("cyclonedx", copies)),
    "spdx": _flat(lambda copies, _: as_bill("spdx", copies)),
    "html": _flat(lambda copies, _: as_page(copies)),
}

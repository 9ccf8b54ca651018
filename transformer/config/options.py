"""How a run works, whatever its rules say."""

from __future__ import annotations

from transformer.records import record


@record
class Options:
    """How to work: the YAML parser ('' for the fastest), the depth of the check, and `strict`.

    `verify` is `events` (read every changed document again), `full` (also compare the data with
    the plan applied by `jsonpatch`) or `off`. `strict` reads every document, and `with_compose`
    looks into Compose files. `today` is the day on which waivers of a policy are judged, as
    2026-12-31.
    """

    parser: str = ""
    verify: str = "events"
    strict: bool = False
    with_compose: bool = False
    today: str = ""

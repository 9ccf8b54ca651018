"""The command `fields`: where images are looked for, what applies to manifests, what could be.

mirrorpin fields --kind Prometheus              # what is known
mirrorpin fields --for manifests.yaml           # what of it applies
mirrorpin fields --from-crd crd.yaml            # what could be named in `spec.fields`
"""

from __future__ import annotations

from transformer.cli.arguments import Option
from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, prepare
from transformer.cli.options import COMMON, CONFIGURATION, HOSTS, MANIFESTS, format_option
from transformer.cli.shell import Shell
from transformer.cli.voice import voice
from transformer.errors import usage_error
from transformer.messages import json_page
from transformer.records import replace
from transformer.yamltext.documents import decode

OPTIONS = (
    Option(
        name="for",
        variable="MIRRORPIN_FOR",
        metavar="FILE",
        elsewhere=HOSTS,
        help="list what applies to manifests: a file, a folder, or - for stdin",
    ),
    Option(
        name="from-crd",
        variable="MIRRORPIN_FROM_CRD",
        metavar="FILE",
        help="propose places for the kinds that CustomResourceDefinitions define",
    ),
    Option(
        name="group",
        variable="MIRRORPIN_GROUP",
        metavar="GLOB",
        help="list places of some API groups only, `core` for the core group",
    ),
    Option(
        name="kind",
        variable="MIRRORPIN_KIND",
        metavar="GLOB",
        help="list places of some kinds only",
    ),
    format_option("text", "json", "yaml"),
)


def run(invocation: Invocation, shell: Shell) -> int:
    """List what is known, or what applies to the manifests of `--for`, or proposals for a CRD.

    Raises as `prepare` does, and `UsageError` for options that do not go together.
    """
    manifests, definitions = invocation.own.get("for", ""), invocation.own.get("from-crd", "")
    if manifests and definitions:
        raise usage_error("`--for` and `--from-crd` are both given: expected one of them")
    if manifests:
        return _met(replace(invocation, paths=(manifests, *invocation.paths)), shell)
    if definitions:
        return _proposed(replace(invocation, paths=(definitions, *invocation.paths)), shell)
    if invocation.paths:
        hint = "--for FILE looks into manifests, --from-crd FILE into definitions"
        raise usage_error("`fields` has files alone: expected an option in front of them", hint)
    return _known(invocation, shell)


def _known(invocation: Invocation, shell: Shell) -> int:
    from transformer.places.known_fields import as_data, as_text, known_places
    from transformer.places.listing import snippet

    job = prepare(replace(invocation, needs_inputs=False, no_empty=False), shell)
    own = invocation.own
    places = known_places(job.config.fields, own.get("group", ""), own.get("kind", ""))
    if invocation.output_format == "json":
        shell.write(_json("fields", as_data(places)))
    elif invocation.output_format == "yaml":
        shell.write(snippet(it for it in places if it.form != "account").encode())
    else:
        shell.write(as_text(places).encode())
    return DONE


def _met(invocation: Invocation, shell: Shell) -> int:
    from transformer.places.listing import snippet
    from transformer.report.places import as_data, as_text, met_fields, places_of

    job = prepare(invocation, shell)
    sources = [decode(name, data) for name, data in job.inputs]
    met = met_fields(sources, job.config, invocation.options)
    failed = any(it.problem.severity == "error" for it in met.results)
    say = voice(invocation, shell, failed=failed)
    for result in met.results:
        (say if invocation.tells(result.problem) else shell.note)(result)
    objects = [
        it for it in met.objects if _is_wanted(invocation, it.resource.group, it.resource.kind)
    ]
    if invocation.output_format == "json":
        shell.write(_json("objects", as_data(objects)))
    elif invocation.output_format == "yaml":
        shell.write(snippet(it for it in places_of(objects) if it.form != "account").encode())
    else:
        shell.write(as_text(objects).encode())
    return FAILED if failed else DONE


def _proposed(invocation: Invocation, shell: Shell) -> int:
    from transformer.report.proposals import as_data, as_yaml, propose

    inputs = shell.read_inputs(invocation.paths)
    sources = [decode(name, data) for name, data in inputs]
    proposals = [
        it
        for it in propose(sources, invocation.options.parser)
        if _is_wanted(invocation, it.place.group, it.place.kind)
    ]
    if invocation.output_format == "json":
        shell.write(_json("fields", as_data(proposals)))
    else:
        shell.write(as_yaml(proposals).encode())
    return DONE


def _is_wanted(invocation: Invocation, group: str, kind: str) -> bool:
    from transformer.places.known_fields import is_wanted

    own = invocation.own
    return is_wanted(group, kind, own.get("group", ""), own.get("kind", ""))


def _json(name: str, items: list[dict[str, object]]) -> bytes:
    return json_page({name: items}).encode()


COMMAND = Command(
    help="list where images are looked for, and what applies to manifests",
    example="mirrorpin fields --for manifests/ --group 'monitoring.*'",
    run=run,
    sections=(
        Section(title="what is listed", options=OPTIONS),
        *(CONFIGURATION, MANIFESTS, COMMON),
    ),
    needs_config=False,
    needs_lock=False,
)

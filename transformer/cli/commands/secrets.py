"""The command `secrets`: which pull secrets namespaces need, and manifests that bring them.

mirrorpin secrets manifests/                                  # what is needed, and what is there
mirrorpin secrets --from-login manifests/ | kubectl apply -f -
mirrorpin secrets --template=external.yaml.j2 manifests/      # for a controller, as transform's
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from transformer.cli.arguments import Option
from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, Job, RegistryOptions, prepare, read_text
from transformer.cli.options import COMMON, CONFIGURATION, MANIFESTS, format_option
from transformer.cli.registry_options import AUTH_FILE, MOUNTED_SECRET
from transformer.cli.shell import Shell
from transformer.cli.unrendered import check_rendered
from transformer.cli.voice import say_problems, tell, voice
from transformer.config.rules import LABEL, MAX_LABEL
from transformer.errors import Problem, usage_error
from transformer.messages import counted, quoted
from transformer.yamltext.documents import documents

if TYPE_CHECKING:
    from transformer.pipeline import Outcome
    from transformer.pull_secrets.needs import Need

CONFIGURED = "*"

OPTIONS = (
    Option(
        name="from-login",
        help="print the missing Secrets, with the passwords of `docker login` and its helpers",
    ),
    Option(
        name="template",
        variable="MIRRORPIN_TEMPLATE",
        metavar="FILE",
        bare=CONFIGURED,
        help="print what a template renders for them, alone those of `pullSecrets.templates`",
    ),
    Option(
        name="namespace",
        variable="MIRRORPIN_NAMESPACE",
        metavar="NAME",
        help="of one namespace only, which is that of objects that write none",
    ),
    format_option("text", "json"),
)


def run(invocation: Invocation, shell: Shell) -> int:
    """List the pull secrets that are needed, or print what brings those that are missing.

    Raises as `prepare` does, and `UsageError` for options that do not go together.
    """
    own = invocation.own
    template, is_login = own.get("template", ""), bool(own.get("from-login"))
    if template and is_login:
        raise usage_error("`--template` and `--from-login` are both given: expected one of them")
    if (template or is_login) and invocation.output_format == "json":
        used = "--template" if template else "--from-login"
        raise usage_error(
            f"`--format json` is used with `{used}`: expected it without, as that prints manifests"
        )
    namespace = _namespace(own.get("namespace", ""))
    job = prepare(invocation, shell)
    tell(check_rendered(job, "secrets", invocation), invocation, shell, failed=False)
    outcome = _found(job, invocation)
    # What is missing where is what this command tells.
    said = (it for it in outcome.results if it.problem.code != "secret-elsewhere")
    say = voice(invocation, shell, failed=outcome.failed)
    say_problems(said, say, every=invocation.is_verbose)
    if outcome.failed:
        return FAILED
    needs = _needs(outcome, job.config.secret_names, namespace)
    missing = [it for it in needs if not it.held]
    if is_login:
        texts, problems = _made(missing, invocation.registry, shell.environment)
        errors = sum(it.severity == "error" for it in problems)
        shell.write(*(it.encode() for it in texts if not errors))
        say = tell(problems, invocation, shell, failed=bool(errors))
        say(_summary(errors, len(texts), len(needs) - len(missing)))
        return FAILED if errors else DONE
    if template:
        shell.write(_rendered(missing, _templates(job, template)).encode())
        return DONE
    from transformer.report.secrets import as_json, as_text

    as_format = as_json if invocation.output_format == "json" else as_text
    shell.write(as_format(needs).encode())
    return DONE


def _namespace(text: str) -> str:
    # RFC 1123, as Kubernetes has it for namespaces: a label.
    if text and (len(text) > MAX_LABEL or not re.fullmatch(LABEL, text)):
        wanted = "expected a namespace, of lower-case letters, digits and -"
        raise usage_error(f"`--namespace` is {quoted(text)}: {wanted}")
    return text


def _found(job: Job, invocation: Invocation) -> Outcome:
    from transformer.cli.run import find_images

    return find_images(job, invocation)


def _needs(outcome: Outcome, order: Sequence[str], namespace: str) -> list[Need]:
    from transformer.pull_secrets.held import held_secrets
    from transformer.pull_secrets.needs import needs

    held = held_secrets(document for source in outcome.sources for document in documents(source))
    return needs(outcome.decisions, outcome.grants, order, held, namespace)


def _made(
    missing: Sequence[Need], options: RegistryOptions, environment: Mapping[str, str]
) -> tuple[list[str], tuple[Problem, ...]]:
    from transformer.cli.login import make_secrets
    from transformer.registry import Credentials

    credentials = Credentials(
        environment, files=options.auth_files, kubernetes=options.mounted_secrets
    )
    return make_secrets(missing, credentials)


def _summary(errors: int, made: int, held: int) -> str:
    if errors:
        return f"nothing was printed: {counted(errors, 'error')}"
    there = f"; {held} among the manifests" if held else ""
    return f"{counted(made, 'secret')} printed{there}"


def _templates(job: Job, name: str) -> Sequence[tuple[str, str]]:
    if name != CONFIGURED:
        return (read_text(name, is_named=True),)
    if not job.templates:
        hint = "name a file behind `=`: --template=pull-secret.yaml.j2"
        raise usage_error(
            "`--template` is used alone, and the configuration has none: expected a file", hint
        )
    return job.templates


def _rendered(missing: Sequence[Need], templates: Sequence[tuple[str, str]]) -> str:
    from transformer.config.template_language import Budget
    from transformer.pull_secrets.objects import render_objects

    names: dict[str, list[str]] = {}
    for need in missing:
        names.setdefault(need.namespace, []).append(need.name)
    return "".join(f"---\n{it.text}" for it in render_objects(templates, names.items(), Budget()))


COMMAND = Command(
    help="list the pull secrets that are needed, or print the missing ones",
    example="mirrorpin secrets --from-login manifests/ | kubectl apply -f -",
    run=run,
    sections=(
        Section(title="the output", options=OPTIONS),
        Section(title="credentials", options=(AUTH_FILE, MOUNTED_SECRET)),
        *(CONFIGURATION, MANIFESTS, COMMON),
    ),
    needs_lock=False,
)

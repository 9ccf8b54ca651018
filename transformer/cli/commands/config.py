"""The command `config`: the configuration as it counts, with the place of every value."""

from __future__ import annotations

import os

from transformer.cli.command import DONE, Command, Section
from transformer.cli.defaults import CONFIG_VARIABLE
from transformer.cli.invocation import Invocation, loading, no_config, read_text
from transformer.cli.options import COMMON, CONFIG, ROOT, format_option
from transformer.cli.shell import Shell
from transformer.cli.upwards import find_config


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the configuration on top of those that it extends.

    Raises `UsageError` where there is none, and `ConfigError` for one that must not be used.
    """
    from transformer.config.config import parse_config, specification
    from transformer.report.configuration import as_json, as_yaml
    from transformer.yamltext.load import read_one

    named = invocation.config or shell.environment.get(CONFIG_VARIABLE, "")
    path = named or find_config(invocation.root)
    if not path:
        raise no_config()
    name, text = read_text(path, is_named=bool(named))
    home = os.path.dirname(path) or "."
    load = loading(home, invocation.root)
    parse_config(name, text, home, load=load)
    document, slot = read_one(name, text)
    spec = specification(slot, document, load=load)
    as_format = as_json if invocation.output_format == "json" else as_yaml
    shell.write(as_format(spec, name).encode())
    return DONE


COMMAND = Command(
    help="print the configuration with all that it extends, and where",
    example="mirrorpin config -c overlays/prod/mirrorpin.yaml",
    run=run,
    sections=(
        Section(title="the output", options=(format_option("yaml", "json"),)),
        Section(title="the rules", options=(CONFIG, ROOT)),
        COMMON,
    ),
    operands="",
)

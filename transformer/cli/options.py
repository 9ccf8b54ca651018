"""The options that several commands have, and their variables."""

from __future__ import annotations

from transformer.cli.arguments import Option
from transformer.cli.command import Section
from transformer.cli.defaults import CONFIG_VARIABLE
from transformer.yamltext.tree import PARSERS

ENGINES = ("regctl", "skopeo", "crane", "oras")
# Bills of materials: a module each in `report.bills`.
BILLS = ("cyclonedx", "spdx")
PLANS = (
    *("text", "json", "tsv", "regsync"),
    *ENGINES,
    *("skopeo-sync", "oc-mirror", "hauler", "zarf", "harbor"),
    *BILLS,
    "html",
)
# What commands that judge print: a module each in `report.formats`, but for text.
REPORTS = ("text", "json", "github", "gitlab", "sarif", "junit", "markdown")
FORMATS = ("unified", "jsonpatch", "markdown", "yaml", "csv", *PLANS, *REPORTS[2:6])
VERIFY = ("events", "full", "off")
HOSTS = ("kustomize", "argocd", "helm")
DIGESTS = ("off", "require", "lock")
COLORS = ("auto", "always", "never")

HELP = Option(name="help", short="h", help="print this text")
VERSION = Option(name="version", short="V", help="print the version")

CONFIG = Option(
    name="config",
    short="c",
    variable=CONFIG_VARIABLE,
    metavar="FILE",
    help="the configuration, if not given the nearest mirrorpin.yaml in the repository",
)

ROOT = Option(
    name="root",
    variable="MIRRORPIN_ROOT",
    metavar="DIR",
    help="what the configuration must not lead out of, the repository if not given",
)
LOCK = Option(
    name="lock",
    variable="MIRRORPIN_LOCK",
    metavar="FILE",
    help="the lock, instead of `digests.lockFile`",
)

READING = (
    Option(
        name="no-empty",
        variable="MIRRORPIN_NO_EMPTY",
        help="fail when no manifest comes in, as from a pipe that broke",
    ),
    Option(
        name="strict",
        variable="MIRRORPIN_STRICT",
        help="read every document, also those that cannot hold an image",
    ),
    Option(
        name="compose",
        variable="MIRRORPIN_COMPOSE",
        help="look into Compose files as well: the images of services that are not built",
    ),
    Option(
        name="parser",
        variable="MIRRORPIN_PARSER",
        metavar="NAME",
        choices=tuple(PARSERS),
        help=f"the YAML parser, {' or '.join(PARSERS)}; the fastest if not given",
    ),
)

PIN = Option(
    name="digests",
    variable="MIRRORPIN_DIGESTS",
    metavar="MODE",
    choices=DIGESTS,
    help="off, require or lock, instead of `digests.mode`",
)
CHECKS = (
    Option(
        name="verify",
        variable="MIRRORPIN_VERIFY",
        metavar="DEPTH",
        choices=VERIFY,
        help="the agreement check: events (if not given), full or off",
    ),
    Option(name="no-verify", sets=("verify", "off"), help="the same as --verify off"),
)
EDITING = (
    PIN,
    *CHECKS,
    Option(
        name="today",
        variable="MIRRORPIN_TODAY",
        metavar="DATE",
        help="the day for waivers and ages, as 2026-12-31; that of the clock if not given",
    ),
)

MANIFESTS = Section(title="the manifests", options=READING)
CONFIGURATION = Section(title="the rules", options=(CONFIG, ROOT, LOCK))
REFERRERS = Option(
    name="referrers",
    variable="MIRRORPIN_REFERRERS",
    help="also signatures, attestations and SBOMs of each image and of its platforms",
)
ALLOW_EMPTY = Option(
    name="allow-empty",
    variable="MIRRORPIN_ALLOW_EMPTY",
    help="pass also where no Kubernetes object comes in; an error otherwise (of lock with --check, "
    "of transform with --write)",
)
RULES = Section(
    title="the rules, and what they make of manifests", options=(CONFIG, ROOT, LOCK, *EDITING)
)

COMMON = Section(
    title="what is said",
    options=(
        Option(
            name="verbose",
            short="v",
            variable="MIRRORPIN_VERBOSE",
            help="say what becomes of each image, also in results",
        ),
        Option(name="quiet", short="q", variable="MIRRORPIN_QUIET", help="say nothing on success"),
        Option(
            name="color",
            variable="MIRRORPIN_COLOR",
            metavar="WHEN",
            choices=COLORS,
            help="auto (on a terminal, if not given), always or never",
        ),
        Option(
            name="log-file",
            variable="MIRRORPIN_LOG_FILE",
            metavar="FILE",
            help="append everything that is said to a file",
        ),
        HELP,
        VERSION,
    ),
)


OUTPUT = Option(
    name="output",
    short="o",
    variable="MIRRORPIN_OUTPUT",
    metavar="FILE",
    help="a file to write in place of stdout, as a whole or not at all",
)
WRITE = Option(
    name="write",
    variable="MIRRORPIN_WRITE",
    help="change the files that are named, and those of folders: all of them or none",
)


def format_option(*choices: str) -> Option:
    """The option for output formats; the first is the usual."""
    return Option(
        name="format",
        variable="MIRRORPIN_FORMAT",
        metavar="FORMAT",
        choices=choices,
        elsewhere=FORMATS,
        help=f"{', '.join(choices[:-1])} or {choices[-1]}; {choices[0]} if not given",
    )

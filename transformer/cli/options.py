"""The options of the command line, and their variables."""

from __future__ import annotations

from transformer.cli.arguments import Option
from transformer.cli.defaults import CONFIG_VARIABLE
from transformer.cli.registry_options import REGISTRY_OPTIONS
from transformer.yamltext.tree import PARSERS

FORMATS = ("unified", "jsonpatch", "text", "markdown", "json", "yaml")
VERIFY = ("events", "full", "off")
DIGESTS = ("off", "require", "lock")
HOSTS = ("kustomize", "argocd", "helm")

INIT_OPTIONS = (
    Option(
        name="registry",
        variable="MIRRORPIN_REGISTRY",
        metavar="HOST[/PATH]",
        commands=("init",),
        help="what to mirror images under",
    ),
    Option(
        name="output",
        variable="MIRRORPIN_OUTPUT",
        metavar="FILE",
        commands=("init",),
        help="a new file to write, not stdout; a new folder for argocd and helm",
    ),
    Option(
        name="for",
        variable="MIRRORPIN_FOR",
        metavar="HOST|FILE",
        choices=HOSTS,
        free=("fields",),
        commands=("init", "fields"),
        help="write what a host must have: kustomize, argocd or helm; or look into manifests",
    ),
)

FIELDS_OPTIONS = (
    Option(
        name="group",
        variable="MIRRORPIN_GROUP",
        metavar="GLOB",
        commands=("fields",),
        help="list places of some API groups only, `core` for the core group",
    ),
    Option(
        name="kind",
        variable="MIRRORPIN_KIND",
        metavar="GLOB",
        commands=("fields",),
        help="list places of some kinds only",
    ),
    Option(
        name="from-crd",
        variable="MIRRORPIN_FROM_CRD",
        metavar="FILE",
        commands=("fields",),
        help="propose places for the kinds that CustomResourceDefinitions define",
    ),
)

IMAGES_OPTIONS = (
    Option(
        name="maybe",
        variable="MIRRORPIN_MAYBE",
        commands=("images",),
        help="list also what else looks like an image, and is never changed",
    ),
)

CHECK_OPTIONS = (
    Option(
        name="allow-empty",
        variable="MIRRORPIN_ALLOW_EMPTY",
        commands=("check", "verify", "lock"),
        help="pass also where no Kubernetes object comes in; an error otherwise (lock: --check)",
    ),
)

# Of one command or of a few each.
OWN_OPTIONS = (*IMAGES_OPTIONS, *CHECK_OPTIONS, *INIT_OPTIONS, *FIELDS_OPTIONS)

OPTIONS = (
    Option(
        name="config",
        short="c",
        variable=CONFIG_VARIABLE,
        metavar="FILE",
        help="the configuration, mirrorpin.yaml if not given",
    ),
    Option(
        name="format",
        variable="MIRRORPIN_FORMAT",
        metavar="FORMAT",
        choices=FORMATS,
        help="unified or jsonpatch for diff, otherwise text, json, markdown (lock), yaml (fields)",
    ),
    Option(
        name="verify",
        variable="MIRRORPIN_VERIFY",
        metavar="DEPTH",
        choices=VERIFY,
        help="the agreement check: events (if not given), full or off",
    ),
    Option(name="no-verify", sets=("verify", "off"), help="the same as --verify off"),
    Option(
        name="strict",
        variable="MIRRORPIN_STRICT",
        help="read every document, also those that cannot hold an image",
    ),
    Option(
        name="digests",
        variable="MIRRORPIN_DIGESTS",
        metavar="MODE",
        choices=DIGESTS,
        help="off, require or lock, instead of `digests.mode`",
    ),
    Option(
        name="no-empty",
        variable="MIRRORPIN_NO_EMPTY",
        help="fail when no manifest comes in, as from a pipe that broke",
    ),
    Option(
        name="parser",
        variable="MIRRORPIN_PARSER",
        metavar="NAME",
        choices=tuple(PARSERS),
        help=f"the YAML parser, {' or '.join(PARSERS)}; the fastest if not given",
    ),
    Option(
        name="log-file",
        variable="MIRRORPIN_LOG_FILE",
        metavar="FILE",
        help="append everything that is said to a file",
    ),
    Option(
        name="verbose",
        short="v",
        variable="MIRRORPIN_VERBOSE",
        help="say what becomes of each image, also in results",
    ),
    Option(name="quiet", short="q", variable="MIRRORPIN_QUIET", help="say nothing on success"),
    *REGISTRY_OPTIONS,
    *OWN_OPTIONS,
    Option(name="help", short="h", help="print this text"),
    Option(name="version", help="print the version"),
)

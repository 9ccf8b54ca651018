"""The two forms of a configuration: our own kind, and a ConfigMap.

    apiVersion: mirrorpin.dev/v1alpha1      apiVersion: v1
    kind: ImageTransformer                  kind: ConfigMap
    spec:                                   data:
      unmatched: warn                         unmatched: warn
      digests: {mode: lock}                   digests: |
                                                mode: lock

The `data` of a ConfigMap, which is what kpt makes of `configMap`, has the keys of `spec`, each with
a string of YAML. Problems within such a string have the position of its key.
"""

from __future__ import annotations

from transformer.errors import ConfigError, Position
from transformer.messages import quoted
from transformer.records import replace
from transformer.yamltext.load import read_root
from transformer.yamltext.nodes import offset_of
from transformer.yamltext.values import Section, Setting

API_VERSION = "mirrorpin.dev/v1alpha1"
KIND = "ImageTransformer"
CONFIG_MAP = "ConfigMap"

TOP = ("apiVersion", "kind", "metadata")


def read_envelope(root: Setting, known: tuple[str, ...]) -> Section:
    """Unwrap a configuration.

    Takes its root and the keys that a specification can have. Returns the specification,
    without any keys where there is none; what is wrong with the envelope is noted.
    """
    values = root.values()
    if not values:
        if not root.problems:
            root.fail("empty", "is empty: expected a value")
        return Section(root, {})
    kind = values["kind"].text() if "kind" in values else ""
    body = "data" if kind == CONFIG_MAP else "spec"
    top = root.section((*TOP, body))
    is_known = _check_identity(top, kind)
    if "metadata" in top.values:
        top.values["metadata"].values()
    setting = top.require(body)
    if setting is None or not is_known:
        return Section(root, {})
    return _data(setting, known) if kind == CONFIG_MAP else setting.section(known)


def _check_identity(top: Section, kind: str) -> bool:
    version, kind_setting = top.require("apiVersion"), top.require("kind")
    if version is None or kind_setting is None or not kind:
        return False
    if kind not in (KIND, CONFIG_MAP):
        kind_setting.fail("bad-kind", f"is {quoted(kind)}: expected {KIND} or {CONFIG_MAP}")
        return False
    text = version.text()
    wanted = "v1" if kind == CONFIG_MAP else API_VERSION
    if text and text != wanted:
        version.fail("bad-version", f"is {quoted(text)}: expected {wanted}")
    return text == wanted


def _data(data: Setting, known: tuple[str, ...]) -> Section:
    values: dict[str, Setting] = {}
    for name, value in data.values().items():
        before = len(data.problems)
        text = value.text(may_be_empty=True)
        if len(data.problems) == before:
            inner = nested(value, text)
            if inner is not None:
                values[name] = inner
    return Section(data, values, known)


def nested(value: Setting, text: str) -> Setting | None:
    """The YAML in a string; None after noting that it is none. All in it is where its key is."""
    position = value.locate(offset_of(value.key))

    def at_key(_: int) -> Position:
        return position

    try:
        setting = Setting(at_key, value.problems, value.path, read_root(text, at_key))
    except ConfigError as error:
        value.problems += (
            replace(problem, message=f"`{value.path}` {problem.message}")
            for problem in error.problems
        )
        return None
    setting.check_keys()
    return setting

"""The list `images` of a kustomization: `name` becomes `newName`, and nothing else of it is a rule.

Specification: kustomize, api/types/image.go. A name there is compared as it is written.
"""

from __future__ import annotations

from transformer.config.imports.mapped import Mapped
from transformer.image.reference import BadReference, normalize
from transformer.messages import quoted
from transformer.yamltext.values import Setting

IMAGE = ("name", "newName", "newTag", "digest", "tagSuffix")


def read(root: Setting) -> list[Mapped]:
    """What a kustomization says of images; the rest of it is not looked at."""
    found: list[Mapped] = []
    images = root.values().get("images")
    for item in images.items() if images else ():
        section = item.section(IMAGE)
        for key in IMAGE[2:]:
            setting = section.get(key)
            if setting is not None:
                state = "is set: a rule changes the name, and neither tag nor digest"
                setting.fail("not-importable", state, at_key=True)
        name, new = section.require("name"), section.require("newName")
        if name is None or new is None:
            continue
        source, target = _name(name), _name(new)
        chained = next((it for it in found if it.mirrors == (source,)), None)
        if chained is not None and source:
            state = f"{quoted(name.text())} is what an earlier entry makes"
            name.fail("contradiction", state, "kustomize renames it twice")
        elif source and target:
            mirrors = () if source == target else (target,)
            found.append(Mapped(source=source, position=item.position, mirrors=mirrors))
    return found


def _name(setting: Setting) -> str:
    text = setting.text()
    if not text:
        return ""
    try:
        reference = normalize(text)
    except BadReference as error:
        setting.fail(
            "not-importable", f"is {quoted(text)}: expected the name of an image", error.hint
        )
        return ""
    if reference.tag or reference.digest:
        setting.fail("not-importable", f"is {quoted(text)}: expected a name alone")
        return ""
    return reference.name

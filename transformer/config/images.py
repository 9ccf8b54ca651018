"""Images that no manifest names, as programs start them: listed by a configuration, or by a chart.

    images:
    - image: quay.io/acme/runner:2.1
      platforms: [linux/amd64]
      for: what the operator starts for each build

A chart lists them in annotations of its Chart.yaml, each a string of YAML. A `condition` keeps no
image away, and the `platforms` that its publisher offers are none that must be there: both are
notes. Other keys are not looked at:

    annotations:
      artifacthub.io/images: |        # artifacthub.io/docs/topics/annotations/helm
        - {name: runner, image: "quay.io/acme/runner:2.1", platforms: [linux/arm64]}
      helm.sh/images: |               # as Zarf, Big Bang and Helm's HIP-0015 have it
        - {name: runner, image: "quay.io/acme/runner:2.1", condition: runner.enabled}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from transformer.config.envelope import KIND, nested
from transformer.config.platforms import read_platforms
from transformer.errors import Position, Problem
from transformer.image.reference import BadReference, normalize
from transformer.records import record
from transformer.yamltext.load import Lines, plain_data, read_one
from transformer.yamltext.values import Setting, raise_problems

IMAGE = ("image", "platforms", "for")
CHART = "Chart"
_NOTED = ("condition", "platforms")
ANNOTATIONS = ("artifacthub.io/images", "helm.sh/images")


@record
class NamedImage:
    """An image that must be there although no manifest names it, and where it is listed.

    `platforms` are those that it must offer, beside what every image must. `note` says what it is
    for, or when it is needed. `kind` and `name` are of what lists it, and `field` is the path to it
    in there.
    """

    image: str
    position: Position
    field: str
    platforms: tuple[str, ...] = ()
    note: str = ""
    kind: str = KIND
    name: str = ""


def read_images(settings: Iterable[Setting]) -> tuple[NamedImage, ...]:
    """Read the items of `images`, in order; those with something wrong are noted and left out."""
    found: list[NamedImage] = []
    for setting in settings:
        before = len(setting.problems)
        section = setting.section(IMAGE)
        image, note = section.require("image"), section.get("for")
        made = NamedImage(
            image=_reference(image),
            position=image.position if image else setting.position,
            field=f"{setting.path}.image",
            platforms=read_platforms(section),
            note=note.text() if note else "",
        )
        if len(setting.problems) == before:
            found.append(made)
    return tuple(found)


def chart_images(name: str, text: str) -> tuple[NamedImage, ...]:
    """The images that a chart lists in its annotations.

    Takes the name of its Chart.yaml for messages, and its text. Raises `ConfigError` with all that
    is wrong: no YAML, annotations of another form, or images that are none.
    """
    document, slot = read_one(name, text)
    problems: list[Problem] = []
    chart = Setting(Lines(document), problems, "", slot).values()
    label = chart["name"].text() if "name" in chart else ""
    annotations = chart["annotations"].values() if "annotations" in chart else {}
    found = tuple(
        image
        for key in ANNOTATIONS
        if key in annotations
        for image in _annotated(annotations[key], label)
    )
    raise_problems(problems)
    return found


def _annotated(annotation: Setting, chart: str) -> Iterator[NamedImage]:
    text = annotation.text(may_be_empty=True)
    listed = nested(annotation, text) if text else None
    for item in listed.items() if listed else ():
        values = item.values()
        if "image" not in values:
            item.fail("missing-key", "lacks the key `image`")
            continue
        yield NamedImage(
            image=_reference(values["image"]),
            position=item.position,
            field=f"{item.path}.image",
            note=_note(values),
            kind=CHART,
            name=chart,
        )


def _note(values: Mapping[str, Setting]) -> str:
    condition, platforms = (
        plain_data(values[key].slot) if key in values else None for key in _NOTED
    )
    said = [f"if {condition}"] if isinstance(condition, str) and condition else []
    if isinstance(platforms, list) and platforms:
        said.append(f"offered for {', '.join(map(str, platforms))}")
    return ", ".join(said)


def _reference(setting: Setting | None) -> str:
    text = setting.text() if setting else ""
    if setting and text:
        try:
            normalize(text)
        except BadReference as error:
            setting.fail(error.code, error.message, error.hint)
    return text

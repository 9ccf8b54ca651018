from __future__ import annotations

from tests.helpers.runs import HUB, config
from transformer.decide.decide import decide
from transformer.find.named import named_sites
from transformer.report.results import decision_results


def test_an_image_that_no_manifest_names_is_judged_as_any_other() -> None:
    settings = config(
        HUB, "images: [{image: nginx:1.27, platforms: [linux/amd64]}, {image: q.io/x}]"
    )
    (first, second) = sites = named_sites(settings.images)
    assert (first.platforms, first.pod, first.field) == (
        ("linux/amd64",),
        None,
        "spec.images[0].image",
    )
    assert str(second.document.position(0)) == "mirrorpin.yaml:5:67"
    assert str(second.document.position(2)) == "mirrorpin.yaml:5:69"
    found = decide(sites, settings, None)
    assert [getattr(verdict, "image", "") for _, verdict in found.decisions] == [
        "m.io/hub/library/nginx:1.27",
        "",
    ]
    assert [str(it) for it in decision_results(found.decisions)] == [
        'mirrorpin.yaml:5:67: error: no rule covers "q.io/x" (q.io/x) in ImageTransformer at '
        "`spec.images[1].image` (no-rule)\n"
        "  hint: add a rule to `spec.mirrors`: {source: q.io, target: ...}"
    ]

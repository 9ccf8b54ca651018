from __future__ import annotations

import pytest

from tests.helpers.placed import HEAD, RULES, at, rules
from tests.helpers.reading import each_parser
from tests.helpers.runs import HUB, SECRET, config, pod, run, sites, stream
from tests.helpers.searching import search
from transformer.config.config import Config
from transformer.config.template_language import Budget
from transformer.decide.decide import decide
from transformer.edit.check import check_plan
from transformer.edit.edits import apply_edits
from transformer.edit.output import Output
from transformer.edit.plans import Plan, add_objects, make_plans
from transformer.errors import AgreementError
from transformer.pipeline import Outcome
from transformer.places.place import Place
from transformer.pull_secrets.objects import render_objects
from transformer.records import replace
from transformer.yamltext.agreement import fingerprint
from transformer.yamltext.documents import BOM, Source, decode, documents
from transformer.yamltext.edit import Edit
from transformer.yamltext.tree import read

SECRET_TEXT = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
ADDED = render_objects([("t.j2", SECRET_TEXT)], [("", ("s",))], Budget())


def plans_of(text: str, settings: Config) -> list[Plan]:
    decisions = decide(sites(text), settings, None).decisions
    made = list(make_plans(decisions, (), ()))
    assert [it for _, conflicts in made for it in conflicts] == []
    return [plan for plan, _ in made if plan.edits]


def planned(text: str) -> Plan:
    (only,) = plans_of(text, config(HUB))
    return only


def changed(plan: Plan, old: str, new: str) -> Plan:
    assert old in plan.edited
    plan.edited = plan.edited.replace(old, new)
    return plan


def problem(plan: Plan, verify: str = "events", parser: str = "") -> str:
    with pytest.raises(AgreementError) as caught:
        check_plan(plan, None, verify, parser)
    (only,) = caught.value.problems
    assert caught.value.exit_code == 3
    assert only.code == "disagreement"
    assert only.hint == "this is a fault of mirrorpin, please report it with the document"
    return f"{only.position}: {only.message}"


def test_only_documents_that_change_have_a_plan() -> None:
    text = stream(pod("nginx"), pod("m.io/hub/library/a"), pod("redis", "b"))
    plans = plans_of(text, config(HUB))
    assert [(it.document.index, len(it.edits)) for it in plans] == [(0, 1), (2, 2)]
    assert all(it.edited == apply_edits(it.document.text, it.edits) for it in plans)


@each_parser
@pytest.mark.parametrize("verify", ["events", "full", "off"])
def test_a_plan_that_was_carried_out_passes(verify: str, parser: str) -> None:
    plan = planned(pod("nginx", "redis"))
    check_plan(plan, None, verify, parser)
    spots = [site.spot for site, _ in plan.decisions]
    check_plan(plan, fingerprint(read(plan.document.text).tokens, spots), verify, parser)


@each_parser
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param("kind: Pod", "kind: Pot", "its events differ", id="another value"),
        pytest.param("hub/library/nginx", "hub/nginx", "its events differ", id="another image"),
        pytest.param("kind: Pod\n", "", "its events differ", id="something is gone"),
        pytest.param("kind: Pod", "kind: 'Pod'", "its events differ", id="another style"),
        pytest.param("kind: Pod", "kind: [Pod", "is not YAML: ", id="no YAML"),
    ],
)
def test_what_was_not_planned_is_a_fault(old: str, new: str, why: str, parser: str) -> None:
    text = stream("a: b\n", pod("nginx"))
    found = problem(changed(planned(text), old, new), parser=parser)
    assert found.startswith(
        f"in.yaml:2:1: the edited document does not say what was planned: {why}"
    )


def test_nothing_is_checked_when_it_is_off() -> None:
    check_plan(changed(planned(pod("nginx")), "Pod", "["), None, "off", "")


def test_edits_that_do_not_follow_from_the_decisions_are_found_by_the_full_check() -> None:
    plan = planned(pod("nginx", "redis"))
    plan.cells.simple.pop()
    check_plan(plan, None, "events", "")
    assert problem(plan, "full").endswith("its data differs")


def with_objects(text: str, *before: str) -> Plan:
    sources = [Source("in.yaml", it) for it in (*before, text)]
    *_, (last, _) = add_objects([], sources, ADDED)
    assert last.document.source is sources[-1]
    return last


@pytest.mark.parametrize(
    ("text", "appendix"),
    [
        pytest.param("a: b\n", f"---\n{SECRET_TEXT}", id="document"),
        pytest.param("a: b\n---\nc: d", f"\n---\n{SECRET_TEXT}", id="stream"),
        pytest.param("", f"---\n{SECRET_TEXT}", id="nothing"),
        pytest.param("kind: PodList\nitems: []\n", f"---\n{SECRET_TEXT}", id="typed list"),
        pytest.param(
            "a: b\n---\nkind: List\nitems: []\n", f"---\n{SECRET_TEXT}", id="list in a stream"
        ),
    ],
)
@pytest.mark.parametrize("verify", ["events", "full"])
def test_objects_are_added_behind_the_last_document(text: str, appendix: str, verify: str) -> None:
    plan = with_objects(text, "x: y\n")
    assert (plan.appendix, plan.edits) == (appendix, [])
    check_plan(plan, None, verify, "")
    output = Output(plan.document.source)
    output.add(plan)
    assert b"".join(output.end()).decode() == text + appendix
    (edit,) = plan.all_edits
    assert apply_edits(plan.document.text, [edit]) == plan.document.text + appendix


@pytest.mark.parametrize("verify", ["events", "full"])
def test_objects_are_added_as_items_beside_other_edits(verify: str) -> None:
    item = pod("nginx").replace("\n", "\n  ").rstrip(" ")
    text = f"apiVersion: v1\nkind: List\nitems:\n- {item}"
    plan = planned(text)
    other = planned(pod("redis"))
    found = add_objects([(plan, []), (other, [])], [plan.document.source], ADDED)
    assert found == [(other, []), (plan, [])]
    assert plan.appendix == ""
    assert len(plan.all_edits) == 2
    assert plan.edited.endswith("nginx\n- " + SECRET_TEXT.replace("\n", "\n  ").rstrip(" "))
    check_plan(plan, None, verify, "")


def test_a_document_must_end_its_last_line_as_it_did() -> None:
    plan = planned(pod("nginx"))
    plan.edited = plan.edited.removesuffix("\n")
    assert problem(plan).endswith("what follows it differs")


def test_what_new_documents_do_to_the_last_one_is_a_fault() -> None:
    # The literal would get the line break that it did not have.
    assert problem(with_objects("a: |\n  b")) == (
        "in.yaml:1:1: the edited document does not say what was planned: what follows it differs"
    )
    plan = with_objects("a: b\n")
    plan.appendix = plan.appendix.replace("kind: Secret", "kind: Sacred")
    assert problem(plan).endswith("what follows it differs")
    plan.appendix = "---\n["
    assert "is not YAML: " in problem(plan)


def test_there_is_no_output_where_no_plan_was_carried_out() -> None:
    assert Output(decode("in.yaml", f"{BOM}a: b\n".encode())).end() == ()


def test_every_plan_of_a_source_is_carried_out() -> None:
    source = decode("in.yaml", (BOM + stream("a: b\n", "c: d\n", "e: f\n")).encode())
    output = Output(source)
    for document in list(documents(source))[1:]:
        plan = Plan(document)
        plan.edited = document.text.upper()
        plan.appendix = "!\n" * (document.index == 1)
        output.add(plan)
    assert b"".join(output.end()).decode() == f"{BOM}a: b\n---\nC: D\n!\n---\nE: F\n"


def test_a_long_output_comes_in_pieces() -> None:
    source = decode("in.yaml", ("a: b\n" * 500_000).encode())
    output = Output(source)
    (plan,) = map(Plan, documents(source))
    plan.edited, plan.appendix = source.text, "---\nc: d\n"
    output.add(plan)
    assert [len(it) for it in output.end()] == [2_500_000, 9]


def test_images_lists_and_notes_of_a_document_are_one_plan() -> None:
    settings = config(SECRET, "report: {originalImages: true}")
    outcome = run(stream(pod("nginx"), "a: b\n", pod("redis")), settings)
    assert [(it.index, len(edits)) for it, edits in outcome.edits] == [(0, 3), (2, 3)]


def test_a_list_that_nobody_asked_an_image_of_has_a_plan_too() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: default\n"
    settings = config(SECRET, "pullSecrets: {attachTo: serviceAccounts}")
    outcome = run(stream(account, pod("m.io/hub/library/a")), settings)
    assert [it.index for it, _ in outcome.edits] == [0]


def test_a_conflict_is_a_result_and_no_plan() -> None:
    text = "kind: Pod\nspec:\n  containers:\n  - &c {image: nginx}\n  volumes: [*c]\n"
    decisions = decide(sites(text), config(SECRET), None).decisions
    ((plan, conflicts),) = make_plans(decisions, (), ())
    assert plan.edits == []
    assert [it.problem.code for it in conflicts] == ["shared-anchor"]


def test_an_appendix_is_one_more_edit() -> None:
    plan = planned(pod("nginx"))
    before = plan.all_edits
    plan.appendix = "---\na: b\n"
    end = len(plan.document.text)
    assert plan.all_edits == (
        *before,
        Edit(start=end, end=end, text=plan.appendix, first=0, last=0, tokens=()),
    )


FIELDS = at("spec.doc", form="document", inside=(at("image"),))
IN_STRINGS = at("spec.doc", form="document", inside=(replace(FIELDS, path="doc"),))


def inner_outcome(text: str, *fields: Place, verify: str = "full") -> Outcome:
    return run(HEAD + text, rules(RULES, fields=fields), verify=verify)


def test_the_plan_of_a_document_in_a_string_is_part_of_the_one_around_it() -> None:
    text = (
        "spec:\n  image: quay.io/a\n  doc: |\n    image: quay.io/b\n    ---\n    image: quay.io/c\n"
    )
    outcome = inner_outcome(text, at("spec.image"), FIELDS)
    ((document, edits),) = outcome.edits
    assert document.text == HEAD + text
    assert [(it.text, it.last - it.first) for it in edits] == [
        ("m.io/quay/a", 1),
        ("m.io/quay/b\n    ---\n    image: m.io/quay", 1),
    ]
    paths = [(operation["path"], operation["value"]) for _, _, operation in outcome.changes]
    assert paths == [
        ("/spec/image", "m.io/quay/a"),
        ("/spec/doc", "image: m.io/quay/b\n---\nimage: m.io/quay/c\n"),
    ]


def test_the_innermost_plan_is_made_first() -> None:
    text = "spec:\n  doc: |\n    doc: |\n      image: quay.io/b\n"
    outcome = inner_outcome(text, IN_STRINGS)
    ((document, _),) = outcome.edits
    assert document.text == HEAD + text
    (only,) = outcome.changes
    assert only[2]["value"] == "doc: |\n  image: m.io/quay/b\n"


def test_where_nothing_in_a_string_changes_there_is_no_plan() -> None:
    outcome = inner_outcome("spec: {doc: 'image: m.io/quay/a'}\n", FIELDS)
    assert (outcome.edits, outcome.changes) == ([], [])


def test_a_conflict_in_a_string_is_one_of_the_object_around_it() -> None:
    text = "spec:\n  doc: |\n    a: &a {image: quay.io/b}\n    image: *a\n    b: *a\n"
    inside = at("spec.doc", form="document", inside=(at("a.image"),))
    outcome = inner_outcome(text, inside)
    assert outcome.failed
    (result,) = [it for it in outcome.results if it.problem.severity == "error"]
    assert (str(result.resource), result.field) == ("Thing web", "spec.doc.a.image")
    assert (result.problem.code, result.problem.position and result.problem.position.line) == (
        "shared-anchor", 6,
    )  # fmt: skip


def test_an_inner_plan_knows_that_it_is_one() -> None:
    sites = search(HEAD + "spec: {image: x, doc: 'image: quay.io/a'}\n", fields=(FIELDS,)).inner
    (source,) = sites
    (inner,) = documents(source)
    outer = Plan(source.document)
    assert (Plan(inner).is_inner, outer.is_inner) == (True, False)
    plan = Plan(inner)
    plan.edits = [Edit(start=7, end=16, text="b", first=0, last=0, tokens=())]
    outer.take_in(plan)
    outer.take_in(plan)
    ((found, stretches),) = outer.inner.values()
    assert found is source
    assert [(it.start, it.end, it.text) for it in stretches] == [(7, 16, "b")] * 2

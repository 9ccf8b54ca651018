"""The first day of a new user: each friction of it, and the tests that show it gone."""

from __future__ import annotations

import ast

import pytest

from tests.helpers.runs import config, messages, pod, run
from tests.helpers.shared import ROOT
from tests.helpers.sources import tree_of

# Each friction by its number, and tests as they are named; a file alone is about nothing else.
GONE = {
    "F1: check was green with images in plain sight that are not mirrored": (
        "cli/test_suspects.py",
    ),
    "F2: the generated pull secret of kustomize was not the one that pods named": (
        "pull_secrets/test_generated.py",
        "cli/test_doctor_repository.py::test_hash_that_pods_do_not_know",
    ),
    "F3: one image that the mirror lacks, and there was no lock at all": (
        "cli/test_lock_keep_going.py",
        "cli/test_failures.py::test_of_an_answer",
        "e2e/test_newcomer.py",
    ),
    "F4: one lock for several overlays was refused": ("cli/test_upwards.py", "cli/test_extends.py"),
    "F5: doctor took a comment of init for proof": (
        "cli/test_doctor_repository.py::test_comment_of_init_is_no_proof",
    ),
    "F6: the schema was refused by validators, and not where init said": (
        "e2e/test_schema.py::test_ajv_reads_it_strictly",
        "e2e/test_schema.py::test_what_init_writes_is_checked_by_what_it_points_at",
    ),
    "F7: check passed on nothing, and on what was not rendered": (
        "cli/test_unrendered.py::test_nothing_is_not_a_success",
        "cli/test_unrendered.py::test_what_is_not_rendered_is_named",
    ),
    "F8: no output for programs": ("cli/test_reports.py", "e2e/test_reports.py", "test_action.py"),
    "F9: the same help for every command; help, version and -V were errors": (
        "cli/test_cli.py::test_names_every_command_in_its_group",
        "cli/test_cli.py::test_version",
        "e2e/test_manual.py",
    ),
    "F10: nothing in place, and no hook that mends": (
        "cli/test_in_place.py",
        "e2e/test_ci.py::test_hook_mirrors_committed_manifests",
    ),
    "F11: errors did not name the next command": (
        "cli/test_upwards.py",
        "cli/test_lock_check.py",
        "cli/test_cli.py::test_need_a_configuration",
        "cli/test_pipe_options.py::test_lock_that_is_asked_for_must_exist",
    ),
    "F12: the same warning seven times, and lock -q was loud": (
        "report/test_told.py",
        "cli/test_quiet.py",
    ),
    "F13: an image at the mirror's host was to be given a target": (
        "test_frictions.py::test_an_image_at_the_host_of_a_target_is_to_be_kept",
    ),
    "F14: doctor said nothing when all was well, and did not walk": (
        "cli/test_doctor_repository.py::test_what_is_well",
    ),
    "F15: init took a registry for granted, and printed nothing beside a template": (
        "cli/test_first_config.py::test_the_registry_is_a_placeholder_when_none_is_given",
        "cli/test_first_config.py::test_what_is_no_manifest_is_left_out_and_said",
    ),
    "F16: no colour on a terminal": ("cli/test_colour.py",),
    "F17: not fit to be published": ("tools/test_package.py",),
    "F18: hooks of Helm 3 pass untouched, which one page said": (
        "cli/test_doctor_repository.py::test_of_helm_3_are_not_seen",
    ),
    "F19: messages read backwards": ("test_wording.py",),
}


def test_all_are_there() -> None:
    assert [it.partition(":")[0] for it in GONE] == [f"F{number}" for number in range(1, 20)]


@pytest.mark.parametrize("shown", GONE.values(), ids=[it.partition(":")[0] for it in GONE])
def test_each_is_shown_by_tests_that_there_are(shown: tuple[str, ...]) -> None:
    for name in shown:
        file, _, test = name.partition("::")
        names = {
            it.name
            for it in ast.walk(tree_of(ROOT / "tests" / file))
            if isinstance(it, ast.FunctionDef) and it.name.startswith("test_")
        }
        assert names >= {test} if test else names, name


def test_an_image_at_the_host_of_a_target_is_to_be_kept() -> None:
    rules = "mirrors: [{source: docker.io, target: m.io/hub}]"
    (said,) = messages(run(pod("m.io/own/app:1"), config(rules)))
    assert said.endswith("add a rule to `spec.mirrors`: {source: m.io/own, keep: true}")
    (said,) = messages(run(pod("n.io/own/app:1"), config(rules)))
    assert said.endswith("add a rule to `spec.mirrors`: {source: n.io, target: ...}")

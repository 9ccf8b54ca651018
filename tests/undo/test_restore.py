from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, SECRET, config, locked, messages, output, pod, run, stream
from transformer.config.config import Config
from transformer.config.options import Options
from transformer.lock.lock import Lock
from transformer.undo.restore import Restored, restore

D = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
LOCK = locked({"docker.io/library/nginx:1.27": f"{{digest: {D}}}"})
PIN = "digests: {mode: lock, keepTag: true}"
NOTED = "report: {originalImages: true}"
TWO = "mirrors: [{source: docker.io, target: m.io/all}, {source: quay.io, target: m.io/all}]"
HINT = "  hint: `report: {originalImages: true}` notes upstream names where they can be told"
HIDDEN = 'mirrors: [{source: "*.io", template: "m.example/{{ source | crc32 }}"}]'


def back(text: str, rules: Config, lock: Lock | None = None) -> Restored:
    inputs = [("in.yaml", text.encode())]
    return restore(inputs, rules, lock=lock, options=Options(verify="full"))


def there_and_back(text: str, *spec: str, lock: Lock | None = None) -> str:
    """What becomes of a text that is transformed and restored; nothing may be said of it."""
    rules = config(*spec)
    restored = back(output(run(text, rules, lock)), rules, lock)
    assert not messages(restored.outcome)
    return output(restored.outcome)


@pytest.mark.parametrize("secrets", ["", "[{name: own}]", "[]"])
def test_all_that_was_added_goes(secrets: str) -> None:
    text = pod("nginx:1.27", "'docker.io/library/nginx:1.27'", secrets=secrets)
    assert there_and_back(text, SECRET, PIN, NOTED, lock=LOCK) == text


def test_a_note_keeps_the_digest_that_was_written() -> None:
    text = pod(f"nginx:1.27@{D}")
    assert there_and_back(text, HUB, PIN, NOTED, lock=LOCK) == text
    assert there_and_back(text, HUB, PIN, lock=LOCK) == pod("docker.io/library/nginx:1.27")


def test_a_name_is_written_in_full_where_nothing_notes_it() -> None:
    assert there_and_back(pod("nginx"), HUB) == pod("docker.io/library/nginx")


def test_an_image_that_keeps_its_name_loses_the_digest_of_the_lock() -> None:
    rules = "mirrors: [{source: docker.io, keep: true}]"
    text = pod("acme/web:1.27", "acme/web:1.26")
    lock = locked({f"docker.io/acme/web:1.{it}": f"{{digest: {D}}}" for it in ("26", "27")})
    assert there_and_back(text, rules, PIN, lock=lock) == text
    assert there_and_back(text, rules, PIN, NOTED, lock=lock) == text


def test_a_tag_that_gave_way_to_its_digest_is_that_of_the_lock() -> None:
    text = pod("docker.io/library/nginx:1.27")
    entries = ("docker.io/library/httpd:1.27", "docker.io/library/nginx:1.27")
    lock = locked(dict.fromkeys(entries, f"{{digest: {D}}}"))
    assert there_and_back(text, HUB, "digests: {mode: lock, keepTag: false}", lock=lock) == text


def test_a_digest_that_several_tags_have_stays() -> None:
    rules = config(HUB, "digests: {mode: lock, keepTag: false}")
    lock = locked({f"docker.io/library/nginx:1.{it}": f"{{digest: {D}}}" for it in ("26", "27")})
    restored = back(output(run(pod("nginx:1.27"), rules, lock)), rules, lock)
    assert output(restored.outcome) == pod(f"docker.io/library/nginx@{D}")
    assert messages(restored.outcome) == [
        "in.yaml:8:12: warning: its digest stays, as the lock has it for "
        "docker.io/library/nginx:1.26, docker.io/library/nginx:1.27: "
        f'"m.io/hub/library/nginx@{D}" (ambiguous-tag)'
    ]


def test_a_digest_that_the_lock_would_not_bring_stays() -> None:
    rules = config(HUB, PIN)
    text = pod(f"m.io/hub/library/nginx:1.27@{OTHER}")
    restored = back(text, rules, LOCK)
    assert output(restored.outcome) == pod(f"docker.io/library/nginx:1.27@{OTHER}")
    assert messages(restored.outcome) == [
        "in.yaml:8:12: warning: its digest stays, as the lock would not bring it again: "
        f'"m.io/hub/library/nginx:1.27@{OTHER}" (digest-kept)'
    ]


def test_two_sources_on_one_name_fail_and_nothing_is_written() -> None:
    text = pod("m.io/all/library/nginx:1")
    restored = back(text, config(TWO))
    assert output(restored.outcome) == text
    assert messages(restored.outcome) == [
        'in.yaml:8:12: error: "m.io/all/library/nginx:1" is of docker.io/library/nginx, '
        "quay.io/library/nginx: expected one upstream name (ambiguous-source)\n" + HINT
    ]
    assert restored.summary == "nothing was written: 1 error, 1 image"


def test_a_note_tells_two_sources_apart() -> None:
    text = pod("quay.io/library/nginx:1")
    assert there_and_back(text, TWO, NOTED) == text


def test_the_lock_tells_two_sources_apart() -> None:
    text = pod("quay.io/library/nginx:1")
    lock = locked({"quay.io/library/nginx:1": f"{{digest: {D}}}"})
    assert there_and_back(text, TWO, PIN, lock=lock) == text


def test_the_lock_knows_what_a_template_has_hidden() -> None:
    text = pod("docker.io/library/nginx:1.27")
    rules = HIDDEN.replace(
        "[", "[{source: docker.io/library, keep: true, where: {namespaces: [no]}}, "
    )
    assert there_and_back(text, rules, PIN, lock=LOCK) == text


def test_what_a_template_has_hidden_fails_without_a_lock() -> None:
    rules = config(HIDDEN)
    restored = back(output(run(pod("nginx:1.27"), rules)), rules)
    assert messages(restored.outcome) == [
        "in.yaml:8:12: error: no upstream name is known of "
        '"m.example/3793515731:1.27" (unknown-source)\n' + HINT
    ]


def test_names_that_the_rules_refuse_are_not_tried() -> None:
    rules = config('mirrors: [{source: "*.io", template: "m.example/{{ source }}/{{ tag }}"}]', PIN)
    lock = locked({"docker.io/a/b:LATEST": f"{{digest: {D}}}"})
    restored = back(pod("m.example/a"), rules, lock)
    assert [it.problem.code for it in restored.outcome.results] == ["unknown-source"]


def test_a_note_that_is_not_true_any_more_is_not_followed() -> None:
    rules = config(HUB, NOTED)
    text = output(run(pod("nginx:1.27"), rules)).replace("hub/library/nginx", "hub/library/httpd")
    restored = back(text, rules)
    assert 'original-images: "a=nginx:1.27"' in output(restored.outcome)
    assert "image: docker.io/library/httpd:1.27" in output(restored.outcome)
    assert messages(restored.outcome) == [
        "in.yaml:10:12: warning: its note is not followed, as the rules make another image of "
        '"nginx:1.27" (stale-note)'
    ]


def test_what_its_note_does_not_speak_of_stays() -> None:
    rules = config(HUB, NOTED)
    text = output(run(pod("nginx"), rules)) + "  - {name: b, image: m.io/hub/a/b}\n"
    restored = back(text, rules)
    assert output(restored.outcome) == pod("nginx") + "  - {name: b, image: m.io/hub/a/b}\n"
    assert messages(restored.outcome) == [
        "in.yaml:11:22: warning: stays, as the note of its object does not speak of it: "
        '"m.io/hub/a/b" (not-noted)'
    ]


def test_a_note_keeps_what_is_not_followed() -> None:
    rules = config(HUB, NOTED)
    text = output(run(pod("nginx"), rules)).replace("a=nginx", "a=nginx,b=httpd")
    restored = back(text, rules)
    assert 'original-images: "b=httpd"' in output(restored.outcome)
    assert restored.summary == (
        "1 image: 1 restored, 0 left as they are; 0 pull secret lists and 1 note taken back"
    )


def test_what_no_rule_has_made_stays_as_it_is() -> None:
    text = pod("nginx", "quay.io/a/b", "$(IMAGE)", "", "m.io/hub/no/rule:1", "x/y")
    rules = config("mirrors: [{source: docker.io/x, target: m.io/x}]", "unmatched: fail")
    restored = back(text, rules)
    assert output(restored.outcome) == text
    assert restored.summary.startswith("5 images: 0 restored, 5 left as they are")


def test_what_is_blocked_fails_no_restoring() -> None:
    rules = config("mirrors: [{source: quay.io, block: true}]")
    restored = back(pod("quay.io/a/b"), rules)
    assert [it.problem.severity for it in restored.outcome.results] == ["warning"]
    assert not restored.outcome.failed


def test_prefixes_of_images_come_back() -> None:
    text = (
        "apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata: {name: default}\n"
        "spec: {registry: quay.io/}\n"
    )
    assert there_and_back(text, "mirrors: [{source: quay.io, target: m.io/q}]") == text


def test_digests_in_fields_of_their_own_go() -> None:
    text = (
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n"
        "spec: {image: {repository: docker.io/library/nginx, tag: '1.27'}}\n"
    )
    split = "{repository: repository, tag: tag, digest: digest}"
    field = f"{{group: example.com, kind: Thing, path: spec.image, form: split, parts: {split}}}"
    assert there_and_back(text, HUB, PIN, f"fields: [{field}]", lock=LOCK) == text


def test_accounts_lose_what_they_were_granted() -> None:
    text = stream(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n",
        pod("docker.io/library/nginx"),
    )
    for attach_to in ("both", "serviceAccounts"):
        settings = f"pullSecrets: {{attachTo: {attach_to}}}"
        assert there_and_back(text, SECRET, settings) == text
    alone = pod("docker.io/library/nginx")
    assert there_and_back(alone, SECRET, "pullSecrets: {attachTo: both}") == alone


def test_the_mode_require_looks_nothing_up() -> None:
    text = pod(f"docker.io/library/nginx@{D}")
    assert there_and_back(text, HUB, "digests: {mode: require}") == text


def test_names_in_texts_stay_and_are_named() -> None:
    rules = config(SECRET)
    text = pod("docker.io/strimzi/operator") + (
        "    env:\n"
        '    - {name: STRIMZI_IMAGE_PULL_SECRETS, value: "own"}\n'
        "    - {name: STRIMZI_DEFAULT_KAFKA_INIT_IMAGE, value: docker.io/strimzi/operator}\n"
        "    args: [--acme-http01-solver-image=docker.io/jetstack/solver]\n"
    )
    restored = back(output(run(text, rules)), rules)
    assert output(restored.outcome) == text.replace('"own"', '"own,pull"')
    assert messages(restored.outcome) == [
        "in.yaml:12:49: warning: `spec.containers[0].env[0].value` stays, as it holds pull secrets "
        'in a text: "own", "pull" (not-restored)'
    ]


def test_nothing_was_added_where_no_secrets_are_attached() -> None:
    rules = config(SECRET, "pullSecrets: {attachTo: none}")
    text = pod("m.io/hub/library/nginx", secrets="[{name: pull}]")
    assert output(back(text, rules).outcome) == text.replace("m.io/hub", "docker.io")


def test_fields_of_custom_resources_lose_what_they_were_granted() -> None:
    head = "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: w}\n"
    text = head + "spec:\n  url: oci://docker.io/a/b\n"
    assert there_and_back(text, SECRET) == text

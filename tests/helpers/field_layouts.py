"""Ways in which fields for pull secrets are written, and how names are added to them.

An edit is marked as in `layouts`. Strings and objects get `b` and `1`, a single string gets `b`.
"""

from __future__ import annotations

# A list of objects at `spec.image.pullSecrets`, with what may be missing around it.
OBJECTS = {
    "absent": (
        'spec:\n  image:\n⟦→    pullSecrets:\n    - name: b\n    - name: "1"\n⟧    tag: x\n'
    ),
    "nothing around it": (
        'spec:\n⟦→  image:\n    pullSecrets:\n    - name: b\n    - name: "1"\n⟧  a: b\n'
    ),
    "nothing around it, dashes indented like those of a sibling": (
        'spec:\n⟦→  image:\n    pullSecrets:\n      - name: b\n      - name: "1"\n'
        "⟧  # about a\n  a:\n    - b\n"
    ),
    "nothing around it at all, CRLF": (
        "kind: A\r\n⟦→spec:\r\n  image:\r\n    pullSecrets:\r\n    - name: b\r\n"
        '    - name: "1"\r\n⟧metadata: {}\r\n'
    ),
    "nothing around it, flow": (
        'spec: {⟦→image: {pullSecrets: [{name: b}, {name: "1"}]}, ⟧a: b}\n'
    ),
    "nothing around it, compact JSON": (
        '{"spec":{⟦→"image":{"pullSecrets":[{"name":"b"},{"name":"1"}]},⟧"a":"b"}}'
    ),
    "null around it": (
        'spec:\n  image:⟦→ {pullSecrets: [{name: b}, {name: "1"}]}⟧ # none\n  a: b\n'
    ),
    "null further out, JSON": (
        '{"spec": ⟦null→{"image": {"pullSecrets": [{"name": "b"}, {"name": "1"}]}}⟧}'
    ),
    "empty mapping around it": ('spec:\n  image: {⟦→pullSecrets: [{name: b}, {name: "1"}]⟧}\n'),
    "empty mapping further out, compact JSON": (
        '{"spec":{⟦→"image":{"pullSecrets":[{"name":"b"},{"name":"1"}]}⟧}}'
    ),
    "the mapping around it stands elsewhere": (
        'a: &a\n⟦→  pullSecrets:\n  - name: b\n  - name: "1"\n⟧  tag: x\nspec:\n  image: *a\n'
    ),
    "there": (
        'spec:\n  image:\n    pullSecrets:\n    - name: a⟦→\n    - name: b\n    - name: "1"⟧\n'
    ),
}

# A list of strings at `spec.secrets`.
STRINGS = {
    "absent": 'spec:\n⟦→  secrets:\n  - b\n  - "1"\n⟧  a: b\n',
    "absent, behind a dash's indentation": (
        'spec:\n⟦→  secrets:\n    - b\n    - "1"\n⟧  a:\n    - b\n'
    ),
    "absent, flow": 'spec: {⟦→secrets: [b, "1"], ⟧a: b}\n',
    "absent, pretty JSON": '{\n  "spec": {\n    ⟦→"secrets": ["b", "1"],\n    ⟧"a": "b"\n  }\n}\n',
    "null": 'spec:\n  secrets: ⟦null→[b, "1"]⟧\n',
    "nothing": 'spec:\n  secrets:⟦→ [b, "1"]⟧\n',
    "empty": 'spec:\n  secrets: [⟦→b, "1"⟧]\n',
    "empty, compact JSON": '{"spec":{"secrets":[⟦→"b","1"⟧]}}',
    "block": 'spec:\n  secrets:\n  - a⟦→\n  - b\n  - "1"⟧\n  a: b\n',
    "block, CRLF, comment and quotes": (
        "spec:\r\n  secrets:\r\n    - 'a' # c⟦→\r\n    - b\r\n"
        '    - "1"⟧\r\n\r\n  # d\r\n  a: b\r\n'
    ),
    "block, a block scalar last": ('spec:\n  secrets:\n  - |-\n    a\n⟦→  - b\n  - "1"\n⟧  a: b\n'),
    "block, an item of several lines": 'spec:\n  secrets:\n  - a\n    c⟦→\n  - b\n  - "1"⟧\n',
    "block, nothing in an item": 'spec:\n  secrets:\n  - # c⟦→\n  - b\n  - "1"⟧\n',
    "flow": 'spec: {secrets: [a⟦→, b, "1"⟧]}\n',
    "flow, quotes and trailing comma": 'spec:\n  secrets: ["a"⟦→, b, "1"⟧, ]\n',
    "flow, compact JSON": '{"spec":{"secrets":["a"⟦→,"b","1"⟧]}}',
    "flow, an alias last": 'a: &a a\nspec: {secrets: [*a⟦→, b, "1"⟧]}\n',
}

# One string at `spec.secret`.
STRING = {
    "absent": "spec:\n⟦→  secret: b\n⟧  a: b\n",
    "absent, CRLF": "spec:\r\n⟦→  secret: b\r\n⟧  a: b\r\n",
    "absent, flow": "spec: {⟦→secret: b, ⟧a: b}\n",
    "absent, compact JSON": '{"spec":{⟦→"secret":"b",⟧"a":"b"}}',
    "absent, nothing around it": "⟦→spec:\n  secret: b\n⟧metadata: {}\n",
    "null": "spec:\n  secret: ⟦~→b⟧ # none\n",
    "null, JSON": '{"spec": {"secret": ⟦null→"b"⟧}}',
    "nothing": "spec:\n  secret:⟦→ b⟧\n  a: b\n",
    "nothing, flow": "spec: {secret:⟦→ b⟧ , a: b}\n",
    "empty mapping around it": "spec: {⟦→secret: b⟧ }\n",
    "empty": 'spec:\n  secret: ⟦""→"b"⟧ # none\n',
    "empty, single quotes": "spec: {secret: ⟦''→'b'⟧}\n",
    "empty, anchor and tag": "spec: {secret: &a !!str ⟦''→'b'⟧}\n",
    "empty, an alias": 'a: &a ""\nspec: {secret: ⟦*a→b⟧ }\n',
}

# `name` in one object at `spec.secret`.
OBJECT = {
    "absent": "spec:\n⟦→  secret:\n    name: b\n⟧  a: b\n",
    "absent, behind a dash": "- ⟦→secret:\n    name: b\n  ⟧a: b\n",
    "absent, flow": "spec: {⟦→secret: {name: b}, ⟧a: b}\n",
    "absent, compact JSON": '{"spec":{⟦→"secret":{"name":"b"},⟧"a":"b"}}',
    "null": "spec:\n  secret: ⟦null→{name: b}⟧\n",
    "nothing": "spec:\n  secret:⟦→ {name: b}⟧\n",
    "empty": "spec:\n  secret: {⟦→name: b⟧}\n",
    "empty, compact JSON": '{"spec":{"secret":{⟦→"name":"b"⟧}}}',
    "no name": "spec:\n  secret:\n⟦→    name: b\n⟧    namespace: c\n",
    "no name, flow": "spec: {secret: {⟦→name: b, ⟧namespace: c}}\n",
    "no name there": "spec: {secret: {name: ⟦~→b⟧, namespace: c}}\n",
    "an empty name": 'spec:\n  secret:\n    name: ⟦""→"b"⟧\n    namespace: c\n',
}

# Keys that must be quoted, at `spec."a: b".1`.
QUOTED = {
    "absent": 'spec:\n⟦→  "a: b":\n    "1":\n    - b\n    - "1"\n⟧  a: b\n',
    "absent, flow": 'spec: {⟦→"a: b": {"1": [b, "1"]}, ⟧a: b}\n',
    "null": 'spec:\n  a: b\n  "a: b": ⟦~→{"1": [b, "1"]}⟧\n',
}

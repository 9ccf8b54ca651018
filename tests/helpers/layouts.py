"""Every way in which a list of pull secrets is written, and how `b` and `1` are added to it.

An edit is marked in the text: the old text and the new one stand in ⟦brackets→with an arrow⟧.
"""

from __future__ import annotations

# Below `spec`, in block style.
BLOCK = {
    "an empty mapping around": 'spec: {⟦→imagePullSecrets: [{name: b}, {name: "1"}]⟧}\n',
    "an empty mapping around, spaces": 'spec: {⟦→imagePullSecrets: [{name: b}, {name: "1"}]⟧ }\n',
    "an empty mapping for a list": 'spec:\n  imagePullSecrets: ⟦{}→[{name: b}, {name: "1"}]⟧ # c\n',
    "absent, dashes at the keys' column": (
        'spec:\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  containers:\n  - image: x\n'
    ),
    "absent, dashes indented like those of a sibling": (
        'spec:\n⟦→  imagePullSecrets:\n    - name: b\n    - name: "1"\n'
        "⟧  restartPolicy: Never\n  containers:\n    - image: x\n"
    ),
    "absent, no dashes to follow": (
        'spec:\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  volumes: []\n'
        "  containers: ~\n"
    ),
    "absent, CRLF": (
        'spec:\r\n⟦→    imagePullSecrets:\r\n    - name: b\r\n    - name: "1"\r\n'
        "⟧    containers:\r\n    - image: x\r\n"
    ),
    "absent, the line break of the line below": (
        'spec:\n⟦→  imagePullSecrets:\r\n  - name: b\r\n  - name: "1"\r\n⟧  containers:\r\n'
        "  - image: x\n"
    ),
    "absent, comments above the first key": (
        'spec: # s\n\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  # one\n  # two\n'
        "  containers: # c\n  - image: x\n"
    ),
    "absent, comments at other columns": (
        'spec:\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧    # one\n# two\r\n'
        "  containers: []\n"
    ),
    "absent, no line break at the end": (
        'spec:\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  containers: []'
    ),
    "absent, the first key has an anchor": (
        'spec:\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  &k containers: []\n'
    ),
    "absent, the mapping has an anchor": (
        'spec: &s\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  containers: []\n'
    ),
    "absent, a merge key first": (
        'spec:\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n'
        "⟧  <<: {restartPolicy: Never}\n  containers: []\n"
    ),
    "absent, quoted keys in block style": (
        '"spec":\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  "containers":\n'
        "  - image: x\n"
    ),
    "absent, characters of several bytes": (
        '--- # c\nspec:\n⟦→ imagePullSecrets:\n - name: b\n - name: "1"\n⟧ é🚀: {containers: x}\n'
    ),
    "block": (
        'spec:\n  imagePullSecrets:\n  - name: a⟦→\n  - name: b\n  - name: "1"⟧\n  containers: []\n'
    ),
    "block, indented far": (
        'spec:\n  imagePullSecrets:\n      - name: a⟦→\n      - name: b\n      - name: "1"⟧\n'
        "  containers: []\n"
    ),
    "block, space behind the dash": (
        'spec:\n  imagePullSecrets:\n  -   name: a⟦→\n  - name: b\n  - name: "1"⟧\n'
    ),
    "block, no line break at the end": (
        'spec:\n  imagePullSecrets:\n  - name: a⟦→\n  - name: b\n  - name: "1"⟧'
    ),
    "block, CRLF and no line break at the end": (
        'spec:\r\n  imagePullSecrets:\r\n  - name: a⟦→\r\n  - name: b\r\n  - name: "1"⟧'
    ),
    "block, CRLF": (
        'spec:\r\n  imagePullSecrets:\r\n  - name: a⟦→\r\n  - name: b\r\n  - name: "1"⟧\r\n'
        "  containers: []\r\n"
    ),
    "block, comment after the last item": (
        'spec:\n  imagePullSecrets:\n  - name: a # last⟦→\n  - name: b\n  - name: "1"⟧\n'
        "  # about containers\n  containers: []\n"
    ),
    "block, blank lines behind": (
        'spec:\n  imagePullSecrets:\n  - name: a⟦→\n  - name: b\n  - name: "1"⟧\n\n\n'
        "  containers: []\n"
    ),
    "block, a block scalar last": (
        'spec:\n  imagePullSecrets:\n  - name: |\n      a\n⟦→  - name: b\n  - name: "1"\n'
        "⟧  containers: []\n"
    ),
    "block, a block scalar at the end of the text": (
        "spec:\r\n  imagePullSecrets:\r\n  - name: |-\r\n      a\r\n⟦→  - name: b\r\n"
        '  - name: "1"\r\n⟧'
    ),
    "block, a block scalar and no line break at the end": (
        'spec:\n  imagePullSecrets:\n  - name: |-\n      a⟦→\n  - name: b\n  - name: "1"⟧'
    ),
    "block, a block scalar that keeps its blank lines": (
        'spec:\n  imagePullSecrets:\n  - name: |+\n      a\n\n⟦→  - name: b\n  - name: "1"\n'
        "⟧  containers: []\n"
    ),
    "block, scalars of several lines": (
        "spec:\n  imagePullSecrets:\n  - name: a\n     b\n  - name: 'a\n\n      b'⟦→\n"
        '  - name: b\n  - name: "1"⟧\n'
    ),
    "block, flow items": (
        "spec:\n  imagePullSecrets:\n  - {name: a} # c\n  - { name: a\n    } # d⟦→\n"
        '  - name: b\n  - name: "1"⟧\n'
    ),
    "block, missing names and items": (
        "spec:\n  imagePullSecrets:\n  - name: # no name\n  -\n  - # nothing⟦→\n  - name: b\n"
        '  - name: "1"⟧\n  containers: []\n'
    ),
    "block, an alias last": (
        'x: &x {name: a}\nspec:\n  imagePullSecrets:\n  - *x⟦→\n  - name: b\n  - name: "1"⟧\n'
        "  containers: []\n"
    ),
    "block, the list has an anchor": (
        'spec:\n  imagePullSecrets: &s # c\n  - name: a⟦→\n  - name: b\n  - name: "1"⟧\n'
    ),
    "block, explicit key": (
        'spec:\n  ? imagePullSecrets\n  : - name: a⟦→\n    - name: b\n    - name: "1"⟧\n'
        "  containers: []\n"
    ),
    "block, the list stands elsewhere": (
        'x:\n- &x\n  - name: a⟦→\n  - name: b\n  - name: "1"⟧\nspec: {imagePullSecrets: *x }\n'
    ),
    "nothing": 'spec:\n  imagePullSecrets:⟦→ [{name: b}, {name: "1"}]⟧\n  containers: []\n',
    "nothing, comment behind": (
        'spec:\n  imagePullSecrets:⟦→ [{name: b}, {name: "1"}]⟧ # none\n  containers: []\n'
    ),
    "nothing, space behind": 'spec:\n  imagePullSecrets:⟦→ [{name: b}, {name: "1"}]⟧  \n\n  # c\n',
    "nothing, end of the text": 'spec:\n  imagePullSecrets:⟦→ [{name: b}, {name: "1"}]⟧',
    "nothing behind a quoted key, end of the text": (
        'spec:\n  "imagePullSecrets":⟦→ [{"name": "b"}, {"name": "1"}]⟧'
    ),
    "nothing, explicit key": 'spec:\n  ? imagePullSecrets\n  :⟦→ [{name: b}, {name: "1"}]⟧\n',
    "tilde": 'spec:\n  imagePullSecrets: ⟦~→[{name: b}, {name: "1"}]⟧ # none\n',
    "null": 'spec:\n  imagePullSecrets:\n    ⟦null→[{name: b}, {name: "1"}]⟧\n  containers: []\n',
    "empty": 'spec:\n  imagePullSecrets: [⟦→{name: b}, {name: "1"}⟧]\n',
    "empty, space between": 'spec:\n  imagePullSecrets: [⟦→{name: b}, {name: "1"}⟧ ]\n',
    "empty, line break and comment between": (
        'spec:\n  imagePullSecrets: [⟦→{name: b}, {name: "1"}⟧ # none\n  ]\n'
    ),
    "empty, anchor and tag": 'spec:\n  imagePullSecrets: &s !!seq [⟦→{name: b}, {name: "1"}⟧]\n',
    "empty, the list stands elsewhere": (
        'x: &x [⟦→{name: b}, {name: "1"}⟧]\nspec:\n  imagePullSecrets: *x\n'
    ),
}

# Below `spec`, in flow style.
FLOW = {
    "absent": 'spec: {⟦→imagePullSecrets: [{name: b}, {name: "1"}], ⟧containers: [{image: x}]}',
    "absent, a line for each key": (
        'spec: {\n  ⟦→imagePullSecrets: [{name: b}, {name: "1"}],\n  ⟧containers: [],\n  # c\n}\n'
    ),
    "absent, compact JSON": (
        '{"spec":{⟦→"imagePullSecrets":[{"name":"b"},{"name":"1"}],⟧"containers":[]}}'
    ),
    "absent, JSON in a line": (
        '{"spec": {⟦→"imagePullSecrets": [{"name": "b"}, {"name": "1"}], ⟧"containers": []}}\n'
    ),
    "absent, pretty JSON": (
        '{\r\n  "spec": {\r\n    ⟦→"imagePullSecrets": [{"name": "b"}, {"name": "1"}],\r\n'
        '    ⟧"containers": []\r\n  }\r\n}\r\n'
    ),
    "absent, first key at column 0": (
        'spec: {\n⟦→imagePullSecrets: [{name: b}, {name: "1"}], ⟧containers: []}\n'
    ),
    "absent, single quotes are no JSON": (
        "spec: {⟦→imagePullSecrets: [{name: b}, {name: \"1\"}], ⟧'containers': []}"
    ),
    "flow": 'spec: {imagePullSecrets: [{name: a}⟦→, {name: b}, {name: "1"}⟧]}',
    "flow, trailing comma": 'spec: {imagePullSecrets: [{name: a}⟦→, {name: b}, {name: "1"}⟧,]}',
    "flow, comments": (
        "spec:\n  imagePullSecrets: [\n    {name: a}, # c\n"
        '    {name: a}⟦→, {name: b}, {name: "1"}⟧ # d\n  ]\n'
    ),
    "flow, the list has an anchor": (
        'spec: {imagePullSecrets: &s [{name: a}⟦→, {name: b}, {name: "1"}⟧]}'
    ),
    "flow, an alias last": (
        'x: &x {name: a}\nspec: {imagePullSecrets: [*x⟦→, {name: b}, {name: "1"}⟧]}'
    ),
    "flow, a pair without braces": (
        'spec: {imagePullSecrets: [name: a ⟦→, {name: b}, {name: "1"}⟧]}'
    ),
    "flow, null": 'spec: {imagePullSecrets: [~⟦→, {name: b}, {name: "1"}⟧]}',
    "flow, an empty item in compact JSON": (
        '{"spec":{"imagePullSecrets":[{}⟦→,{"name":"b"},{"name":"1"}⟧]}}'
    ),
    "flow, compact JSON": (
        '{"spec":{"imagePullSecrets":[{"name":"a"}⟦→,{"name":"b"},{"name":"1"}⟧]}}'
    ),
    "flow, pretty JSON": (
        '{"spec": {\n  "imagePullSecrets": [\n    {\n      "name" : "a"\n'
        '    }⟦→, {"name": "b"}, {"name": "1"}⟧\n  ]\n}}'
    ),
    "empty, compact JSON": '{"spec":{"imagePullSecrets":[⟦→{"name":"b"},{"name":"1"}⟧]}}',
    "empty, JSON with a line break between": (
        '{"spec": {"imagePullSecrets": [⟦→{"name": "b"}, {"name": "1"}⟧\n]}}'
    ),
    "empty, JSON behind a marker": (
        '--- # c\n{"spec": {"imagePullSecrets": [⟦→{"name": "b"}, {"name": "1"}⟧]}}'
    ),
    "empty, no JSON though it begins with a brace": (
        '{spec: {imagePullSecrets: [⟦→{name: b}, {name: "1"}⟧]}}'
    ),
    "null, JSON": '{"spec": {"imagePullSecrets": ⟦null→[{"name": "b"}, {"name": "1"}]⟧}}',
    "nothing": 'spec: {imagePullSecrets:⟦→ [{name: b}, {name: "1"}]⟧ , a: b}',
    "nothing, line break behind": 'spec: {a: b, imagePullSecrets:⟦→ [{name: b}, {name: "1"}]⟧\n }',
    "nothing behind a quoted key": 'spec: {"imagePullSecrets":⟦→ [{"name":"b"},{"name":"1"}]⟧}',
}

# In the first item of `specs`.
INLINE = {
    "behind a dash": (
        'specs:\n- ⟦→imagePullSecrets:\n  - name: b\n  - name: "1"\n  ⟧containers:\n'
        "  - image: x\n  a: b\n"
    ),
    "behind a dash and space": (
        'specs:\n  -   ⟦→imagePullSecrets:\n        - name: b\n        - name: "1"\n'
        "      ⟧containers:\n        - image: x\n"
    ),
    "below a dash": (
        'specs:\n- # c\n⟦→  imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  containers: []\n'
    ),
    "below a dash with an anchor": (
        'specs:\r\n- &s\r\n⟦→  imagePullSecrets:\r\n  - name: b\r\n  - name: "1"\r\n'
        "⟧  containers: []\r\n"
    ),
    "flow item": 'specs: [{⟦→imagePullSecrets: [{name: b}, {name: "1"}], ⟧containers: []}]\n',
}

# At the top, before `metadata`.
ACCOUNT = {
    "before the metadata": (
        'apiVersion: v1\nkind: ServiceAccount\n⟦→imagePullSecrets:\n- name: b\n- name: "1"\n'
        "⟧# m\nmetadata:\n  name: a\n"
    ),
    "no metadata": (
        '# Source: a\n⟦→imagePullSecrets:\n- name: b\n- name: "1"\n⟧kind: ServiceAccount\n'
    ),
    "metadata first": (
        '# Source: a\n⟦→imagePullSecrets:\n- name: b\n- name: "1"\n⟧metadata: {name: a}\n'
        "kind: ServiceAccount\n"
    ),
    "what looks like a comment is a block scalar": (
        "kind: ServiceAccount\nnote: |\n  text\n  # no comment\n⟦→imagePullSecrets:\n"
        '- name: b\n- name: "1"\n⟧metadata:\n  name: a\n'
    ),
    "dashes indented like those of a sibling": (
        'secrets:\n  - name: x\n⟦→imagePullSecrets:\n  - name: b\n  - name: "1"\n⟧  # about x\n'
        "metadata: {}\n"
    ),
    "compact JSON": (
        '{"kind":"ServiceAccount",⟦→"imagePullSecrets":[{"name":"b"},{"name":"1"}],⟧"metadata":{"name":"a"}}'
    ),
    "pretty JSON": (
        '{\n    "kind": "ServiceAccount",\n'
        '    ⟦→"imagePullSecrets": [{"name": "b"}, {"name": "1"}],\n    ⟧"metadata": {}\n}\n'
    ),
}

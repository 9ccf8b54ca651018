"""The catalogue held against schemas: what is gone, what is missing, how much is covered.

    python -m tools.catalogue DIR...                  # CRDs in YAML or JSON, or JSON schemas
    python -m tools.catalogue DIR... --seen 2026-11   # note what was right in the entries

A folder of JSON schemas has them as `GROUP/KIND_VERSION.json`, as the well-known collections do.
"""

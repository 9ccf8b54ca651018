"""A hostile campaign: what a repository, a registry, a neighbour or a broken disk may do to us.

`make hostile` runs it, `make hostile ARGS=--short` a short form of it. Each part attacks the
program from one side and holds what comes of it against what is promised: bytes of manifests, the
documented exit codes, a lock that is whole, no secret and nothing raw in what is said. What breaks
a promise is a finding: it is written into a folder, and becomes a fixture or a test. A part that
cannot run on a machine says why.
"""

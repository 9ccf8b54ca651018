"""YAML as text: parsers, trees, where things stand, and edits that change nothing else.

It knows no Kubernetes.
"""

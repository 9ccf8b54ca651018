"""Searching documents for images, and what was found in short."""

from __future__ import annotations

from tests.helpers.reading import document
from transformer.find.found import Found
from transformer.find.scope import Scope
from transformer.find.sites import find
from transformer.model import Site
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTINS, Place
from transformer.yamltext.path import field_path
from transformer.yamltext.tree import read

# A pod spec, and an object of a kind that no table knows.
POD = "{containers: [{name: a, image: x}]}"
UNKNOWN = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: web}}\n{}\n"


def search(
    text: str, parser: str = "", structure: str = "rewrite", fields: tuple[Place, ...] = ()
) -> Found:
    scope = Scope(table=Catalogue((*BUILTINS, *fields)), structure=structure)
    return find(document(text), read(text, parser), scope)


def places(found: Found) -> list[tuple[str, str]]:
    return [(place(site), site.value) for site in found.sites]


def place(site: Site) -> str:
    return field_path((*site.resource.steps, *site.steps))


def problems(found: Found) -> list[str]:
    return [str(result.problem) for result in found.results]


def pod(spec: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {spec}\n"

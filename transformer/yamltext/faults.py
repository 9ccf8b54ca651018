"""Faults in a document's text as problems with their place in the file."""

from __future__ import annotations

from transformer.errors import Problem
from transformer.yamltext.documents import Document
from transformer.yamltext.nodes import RepeatedKey
from transformer.yamltext.tree import SyntaxFault


def fault_problem(document: Document, fault: SyntaxFault) -> Problem:
    """A fault in a document's text as a problem with its position in the file."""
    message = fault.message
    if isinstance(fault, RepeatedKey):
        message = f"{message}: first at line {document.position(fault.first).line}"
    return Problem(
        code=fault.code,
        message=message,
        position=document.position(fault.offset),
        hint=fault.hint,
    )

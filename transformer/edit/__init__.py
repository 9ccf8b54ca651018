"""Editing: decisions become edits of text and JSON Patches, planned and then checked."""

"""Answers of registries, kept for the next run."""

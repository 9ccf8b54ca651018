"""Deciding: exactly one verdict for every image."""

"""Reporting: what a run did and saw, in words and for machines."""

"""The generator of the JSON schemas."""

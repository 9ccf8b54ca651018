"""The configuration: what may be written, what it means, and rules that match."""

"""Pull secrets: who needs which, where they are written, and whether they open."""

"""What is run to work on the project, and is no part of it."""

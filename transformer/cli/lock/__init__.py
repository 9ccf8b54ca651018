"""The command `lock`: what it works on, what it writes, and what it checks."""

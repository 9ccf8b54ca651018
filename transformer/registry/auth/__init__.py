"""Credentials: where they are kept, who is asked for them, and which are sent."""

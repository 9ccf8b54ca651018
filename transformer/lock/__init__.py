"""The lock: its form, its entries, what it lacks, and how it is changed."""

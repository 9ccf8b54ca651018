"""What runs in a cluster, against the rules and the lock."""

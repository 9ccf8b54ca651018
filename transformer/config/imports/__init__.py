"""Rules that are written as the configuration of others: nodes, kustomize, a webhook."""

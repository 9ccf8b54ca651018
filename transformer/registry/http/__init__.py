"""HTTP to registries and token servers: addresses, certificates, pools, deadlines."""

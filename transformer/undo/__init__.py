"""The way back: manifests as they were before their images were mirrored."""

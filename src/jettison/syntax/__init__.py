"""Source text to tree: total, lossless, without meaning."""

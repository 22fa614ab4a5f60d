"""The page on the network: files, headers, limits, cache, queue, health, metrics, logs."""

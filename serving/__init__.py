"""The page on the network: files, headers, limits, cache, workers, health, metrics, logs."""

"""What is kept: shards of a pass read back, and documents and baselines on disk."""

"""From shards to the profile: pure functions over values."""

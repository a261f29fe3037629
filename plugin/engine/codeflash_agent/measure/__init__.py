"""Measuring two trees against each other: fresh processes, pairs in balanced random order, ratios with intervals."""

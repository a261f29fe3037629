"""Runs benchmarks that a project has and prints their figures as `codeflash-metric` lines; see `__main__`."""

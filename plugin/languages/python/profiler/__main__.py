"""`python -m profiler`, for developers; users run the one file built from this package."""

from __future__ import annotations

import sys

from profiler.cli import main

if __name__ == "__main__":
    sys.exit(main())

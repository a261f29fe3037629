"""Where things lie on disk and how they are written: nothing half-written, nothing written by two at once."""

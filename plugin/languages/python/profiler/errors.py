"""What can go wrong, as one line and an exit status that no well-behaved command uses for itself."""

from __future__ import annotations

USAGE = 96  # the arguments, the source root, the baseline or an output path: nothing was run
CANNOT_START = 97  # the command does not exist or cannot be executed
NO_PROFILE = 98  # the command ran, but no Python process of it could be observed
CANNOT_WRITE = 99  # the profile was taken, but could not be written
TIMED_OUT = 124  # as `timeout` says it
SIGNALLED = 128  # plus the number of the signal that killed the command, as shells say it


class ProfileError(Exception):
    """Ends the profiler with one line on stderr and `status`."""

    def __init__(self, message: str, status: int = USAGE) -> None:
        """Carry the line and the status."""
        super().__init__(message)
        self.status = status

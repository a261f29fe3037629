"""The errors that a user sees as one line, each with the exit status it ends in.

Exit statuses of every verb: 0 done, 1 the honest "no" (a regression, a discard, a refused step), 2 usage or
environment, with what to do.
"""

from __future__ import annotations

DONE = 0
NO = 1
USAGE = 2


class CodeflashError(Exception):
    """A condition that ends a verb with one line on stderr and `status`."""

    status = USAGE


class EnvironmentProblem(CodeflashError):
    """Something outside is missing or wrong; the message says what to do about it."""

    status = USAGE


class Refused(CodeflashError):
    """A step that the rules of the session do not allow now; the message says which rule and what to do first."""

    status = NO

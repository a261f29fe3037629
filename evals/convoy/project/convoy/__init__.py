"""Checks of manuscripts, in processes of their own."""

from convoy.runner import Failure, check_all

__all__ = ["Failure", "check_all"]

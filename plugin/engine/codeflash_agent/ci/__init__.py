"""Continuous integration: who may start a session by a comment, what it may push, and what it says; each step a verb of `ci`."""

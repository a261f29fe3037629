"""Rehearsals: the real Claude Code client on a real project, with the model's turns scripted on loopback."""

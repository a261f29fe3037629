"""Profiles that were taken elsewhere, by other tools: read, laid onto the project's source, and summed by function.

They are evidence of what is hot where the program really runs. They are no measurement of ours: never a baseline, never
the profile that an experiment needs.
"""

"""What the analysis tools run in the target's interpreter: the standard library only, CPython 3.9 and later."""

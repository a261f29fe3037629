"""Detection: how a Python project is run, found out by reading its files and asking its interpreter."""

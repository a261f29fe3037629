"""Run the command under one pass and see what it costs."""

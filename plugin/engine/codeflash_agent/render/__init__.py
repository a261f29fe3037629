"""Values in, text out: status lines, tables, Markdown."""

"""The HTML report: one self-contained page in which every figure is a link to the record that it comes from."""

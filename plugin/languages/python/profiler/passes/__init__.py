"""Which runs are made, and what is learnt from each."""

"""Running the evaluation projects of `evals/`: prepare one, run it with the real client, judge it, make the table."""

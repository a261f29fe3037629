"""The language-neutral engine: session, measurement, verdict, ledger and hand-over."""

"""The session: its state, its experiments from hypothesis to verdict, and what is derived from them."""

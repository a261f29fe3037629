"""Who may ask: each request carries a signature that is dear to make, so that guessing does not pay."""

from __future__ import annotations

import hashlib
import hmac

ROUNDS = 12_000


class Forbidden(Exception):
    """The signature does not belong to the request."""


def sign(secret: bytes, customer: str) -> str:
    """The signature for requests about `customer`."""
    return hashlib.pbkdf2_hmac("sha256", secret, customer.encode(), ROUNDS).hex()


def check(secret: bytes, customer: str, signature: str) -> None:
    """Let a request through.

    Raises:
        Forbidden: the signature is another customer's, or made up.
    """
    if not hmac.compare_digest(sign(secret, customer), signature):
        raise Forbidden(f"signature does not fit {customer}")

"""Sealed containers for an archive."""

from sealer.container import Broken, pack, unpack
from sealer.vault import seal, verify

__all__ = ["Broken", "pack", "seal", "unpack", "verify"]

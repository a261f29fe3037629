"""Pages from a shop's inner services."""

from gateway.pages import Pages
from gateway.server import serve

__all__ = ["Pages", "serve"]

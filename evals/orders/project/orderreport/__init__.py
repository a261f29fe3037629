"""Monthly reports from a shop's order lines."""

from orderreport.pipeline import build_report

__all__ = ["build_report"]

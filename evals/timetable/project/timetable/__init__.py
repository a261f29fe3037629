"""Rooms for lessons."""

from timetable.planner import Plan, plan
from timetable.wishes import Wish, read_wishes

__all__ = ["Plan", "Wish", "plan", "read_wishes"]

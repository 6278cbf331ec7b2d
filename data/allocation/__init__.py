"""Allocates teams and supplies to all incidents together, and knows how long the way is."""

from data.allocation.answer import Allocation
from data.allocation.model import Problem
from data.allocation.solve import solve

__all__ = ["Allocation", "Problem", "solve"]

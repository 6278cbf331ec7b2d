"""Allocates teams and supplies to all incidents together, and knows how long the way is."""

from data.allocation.model import Allocation, Problem
from data.allocation.solve import solve

__all__ = ["Allocation", "Problem", "solve"]

"""Allocation: travel times, the model, its solution and the reasons."""

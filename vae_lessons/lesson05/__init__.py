"""Notebook 05's own room: its figures, exercises and widgets."""

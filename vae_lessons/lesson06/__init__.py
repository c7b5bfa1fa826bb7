"""Notebook 06's own room: its figures, exercises and widgets."""

"""Notebook 02's own room: its figures, exercises and widgets."""

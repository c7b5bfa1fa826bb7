"""Notebook 03's own room: its figures, exercises and widgets."""

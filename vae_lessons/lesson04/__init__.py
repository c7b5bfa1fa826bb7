"""Notebook 04's own room: its figures, exercises and widgets."""

"""Notebook 01's own room: its figures, exercises and widgets."""

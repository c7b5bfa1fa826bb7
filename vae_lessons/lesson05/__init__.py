"""Notebook 05's own modules: its figures, exercises and widgets."""

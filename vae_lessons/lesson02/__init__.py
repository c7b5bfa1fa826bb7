"""Notebook 02's own modules: its figures, exercises and widgets."""

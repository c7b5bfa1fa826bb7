"""Notebook 04's own modules: its figures, exercises and widgets."""

"""Notebook 06's own modules: its figures, exercises and widgets."""

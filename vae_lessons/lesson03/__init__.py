"""Notebook 03's own modules: its figures, exercises and widgets."""

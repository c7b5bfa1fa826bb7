"""Notebook 01's own modules: its figures, exercises and widgets."""

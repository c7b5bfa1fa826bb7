"""Notebook 08's own modules: its networks and their sweep, scores of factors, figures, exercises and slider."""

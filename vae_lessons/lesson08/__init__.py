"""Notebook 08's own room: its networks and their sweep, scores of factors, figures, exercises and slider."""

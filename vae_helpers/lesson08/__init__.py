"""Notebook 08's own room: its figures, until the notebook is written."""

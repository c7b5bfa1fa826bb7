"""Notebook 07's own room: bounds on the evidence, a linear VAE, annealing, and its figures, exercises and widget."""

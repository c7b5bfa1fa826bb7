"""Notebook 07's own modules: bounds on the evidence, a linear VAE, annealing, and its figures, exercises and widget."""

"""Helpers for a course that teaches the variational autoencoder by building one.

The modules follow the data: ``data`` (``strokes``) -> ``model`` -> ``losses`` -> ``plots``.
Each is imported by its own name, so that a notebook that only draws never waits for TensorFlow.
"""

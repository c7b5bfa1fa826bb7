"""What one notebook alone imports: a folder for each, with its figures, exercises, widgets and measurements.

No lesson imports another, and ``vae_helpers`` imports none.
"""

"""Notebook 09: images of any size and colour, convolutions, likelihoods of pixels, and a class to wish for."""

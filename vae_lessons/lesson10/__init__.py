"""Notebook 10's own room: a prior learned on codes by flow matching, how good its draws are, and a diffusion's ELBO."""

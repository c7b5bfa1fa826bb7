"""Helpers for a course that teaches the variational autoencoder by building one.

The modules follow the data: ``data`` (``strokes``) -> ``model`` -> ``losses`` -> ``plots``. The names that are needed
most can be imported from here, as in ``from vae_helpers import VAE, load_digits``. A name or a module is loaded when it
is first used, so that a notebook that only draws never waits for TensorFlow.
"""

import importlib.metadata

import lazy_loader

from vae_helpers import moved as _moved

# What a type checker and an editor read is __init__.pyi, with the same names. ``diagnose`` is listed as a module here,
# because it is one that can be called: the function and the package that holds it are the same, whatever is imported
# first. There is no __all__: the site would describe each of the names a second time.
__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submodules=[
        "backend",
        "cards",
        "data",
        "diagnose",
        "diagram",
        "evidence",
        "exercises",
        "folder",
        "latent",
        "losses",
        "model",
        "palette",
        "panel",
        "plots",
        "strokes",
        "training",
        "types",
        "validate",
    ],
    submod_attrs={
        "data": ["load_digits", "preprocess"],
        "evidence": ["log_evidence"],
        "exercises": ["check", "done", "progress"],
        "folder": ["load_folder"],
        "losses": ["bernoulli_nll", "elbo", "kl_divergence"],
        "model": ["VAE", "Sampling", "build_decoder", "build_encoder"],
    },
)

try:
    __version__ = importlib.metadata.version("vae-helpers")
except importlib.metadata.PackageNotFoundError:  # a folder that is on the path and was not installed
    __version__ = "0+unknown"

_moved.install()

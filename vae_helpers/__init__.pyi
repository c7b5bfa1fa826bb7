# What ``from vae_helpers import ...`` finds, for type checkers and editors. __init__.py loads the same names lazily.

from vae_helpers import (
    backend,
    cards,
    data,
    diagram,
    evidence,
    exercises,
    folder,
    latent,
    losses,
    model,
    palette,
    panel,
    plots,
    strokes,
    training,
    types,
    validate,
)
from vae_helpers.data import load_digits, preprocess
from vae_helpers.diagnose import diagnose
from vae_helpers.evidence import log_evidence
from vae_helpers.exercises import check, done, progress
from vae_helpers.folder import load_folder
from vae_helpers.losses import bernoulli_nll, elbo, kl_divergence
from vae_helpers.model import VAE, Sampling, build_decoder, build_encoder

__all__ = [
    "VAE",
    "Sampling",
    "backend",
    "bernoulli_nll",
    "build_decoder",
    "build_encoder",
    "cards",
    "check",
    "data",
    "diagnose",
    "diagram",
    "done",
    "elbo",
    "evidence",
    "exercises",
    "folder",
    "kl_divergence",
    "latent",
    "load_digits",
    "load_folder",
    "log_evidence",
    "losses",
    "model",
    "palette",
    "panel",
    "plots",
    "preprocess",
    "progress",
    "strokes",
    "training",
    "types",
    "validate",
]
__version__: str

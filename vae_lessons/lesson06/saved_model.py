"""The learner's own model: 06 shows it if notebook 05 has left one."""

from os import PathLike
from pathlib import Path

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.model import VAE
from vae_helpers.types import Model
from vae_lessons.lesson06.pad import encoder_layers
from vae_lessons.lesson06.widgets import dense_layers

FILE_NAMES = "my_encoder.keras", "my_decoder.keras"


def load_vae(folder: str | PathLike[str] = ".") -> VAE | None:
    """The VAE of the encoder and the decoder that the learner saved in a folder, or None where there is none.

    A line says which model it is. One that this notebook can't use (not 784 pixels to two latents, or an encoder or
    a decoder that is no chain of Dense layers) is left aside with the reason, and so is a file that can't be read.
    """
    paths = [Path(folder) / name for name in FILE_NAMES]
    if not all(path.exists() for path in paths):
        return None
    try:
        vae = _vae_of(*(keras.saving.load_model(path, compile=False) for path in paths))
    except Exception as error:  # whatever a file of the learner's may hold
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        print(f"{' and '.join(FILE_NAMES)} are there but can't be used: {reason}")
        return None
    print(f"Your own model, from {' and '.join(FILE_NAMES)}. The texts below describe the course's.")
    return vae


def _vae_of(encoder: Model, decoder: Model) -> VAE:
    """The VAE of two parts. Raises ValueError where the notebook can't use them."""
    dense_layers(decoder)  # the explorer needs them
    heads = encoder(np.zeros((3, 784), "float32"))
    shapes = [tuple(head.shape) for head in heads] if isinstance(heads, list | tuple) else "other"
    if shapes != [(3, 2), (3, 2)]:
        raise ValueError("the encoder must give z_mean and z_log_var, each with 2 latents.")
    encoder_layers(encoder)  # the pad needs them
    vae = VAE(encoder, decoder, seed=0)
    vae.compile()
    return vae

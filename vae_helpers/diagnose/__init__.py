"""What a VAE's loss really weighs, measured: ``diagnose(vae, x)``.

The way: ``validation`` looks at what was passed and finds the encoder and the decoder (``locate_parts``).
``probed_model`` records one training step, and ``gradient_probe`` repeats it with chosen numbers in place of the
encoder's and the decoder's outputs. It reads the gradients that arrive at them. Two measurements give beta:

- at the decoder's output stands the gradient of the reconstruction term alone;
- where the decoder's way back is cut, the gradient at z_mean and z_log_var is that of the KL alone.

``loss_terms`` fits each gradient to that of a known term, by least squares: the factor is the term's weight.
``diagnosis`` divides the KL's weight by the reconstruction's, which is beta. ``problems`` finds what is wrong and says
it in sentences. ``preserve_state`` leaves the model and all random generators as they were.
"""

import sys
import types
import warnings
from typing import Any

from vae_helpers.diagnose.diagnosis import Diagnosis, describe_loss, notes_on, weigh_terms
from vae_helpers.diagnose.measurements import first_line, measure
from vae_helpers.diagnose.preserve_state import preserve_objects, preserve_random_generators
from vae_helpers.diagnose.problems import find_problems
from vae_helpers.diagnose.validation import (
    build_model,
    find_parts,
    record_on_x_or_x_y,
    require_finite_weights,
    require_images,
    require_model,
)
from vae_helpers.types import ArrayLike, Model

__all__ = ["Diagnosis", "diagnose"]


def diagnose(vae: Model, x: ArrayLike, encoder: Any = None, decoder: Any = None) -> Diagnosis:
    """Measure what a VAE trains, by probing it: see Diagnosis. The model and all random generators stay as they are.

    vae: a compiled Keras model with an encoder (two or three outputs, a dict, or one twice as wide) and a decoder,
    however its loss is written. x: images as fit gets them, (images, ...). encoder, decoder: the layers that are meant,
    where they go by names that are not guessed. Raises TypeError or ValueError, which say what to pass instead, and
    RuntimeError where the model does not run with chosen numbers in its middle.
    """
    with preserve_random_generators(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = require_images(x)
        require_model(vae)
        parts = find_parts(vae, encoder, decoder)
        build_model(parts, x)
        require_finite_weights(vae)
        with preserve_objects([vae, encoder, decoder]):
            recorded = record_on_x_or_x_y(parts, x)
            try:
                measured = measure(recorded)
                weights = weigh_terms(measured.reconstruction, measured.kl)
            except Exception as error:
                raise RuntimeError(
                    "diagnose could not measure this model with chosen numbers in place of its encoder's and decoder's "
                    f"outputs. The model may be right all the same. {first_line(error)}"
                ) from error
    return Diagnosis(
        reconstruction=measured.reconstruction.name if weights.reconstruction is not None else "unknown",
        reconstruction_weight=weights.reconstruction,
        kl_weight=weights.kl,
        beta=weights.beta,
        sentence=describe_loss(measured, weights),
        problems=find_problems(measured, weights),
        notes=tuple(notes_on(measured, weights)),
        latent_kl=measured.latent_kl,
    )


class _CallableModule(types.ModuleType):
    """This package as its function: ``from vae_helpers import diagnose`` finds the package, and it can be called."""

    def __call__(self, vae: Model, x: ArrayLike, encoder: Any = None, decoder: Any = None) -> Diagnosis:
        return diagnose(vae, x, encoder, decoder)


sys.modules[__name__].__class__ = _CallableModule

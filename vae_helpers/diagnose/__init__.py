"""What a VAE's loss really weighs, measured: ``diagnose(vae, x)``."""

import sys
import types
import warnings

from vae_helpers.diagnose.diagnosis import Diagnosis, notes_of, sentence_of, weigh
from vae_helpers.diagnose.measurements import first_line, measure
from vae_helpers.diagnose.preserve_state import same_chance, untouched
from vae_helpers.diagnose.problems import problems_of
from vae_helpers.diagnose.validation import bench_of, build, parts_of, require_finite, require_images, require_model

__all__ = ["Diagnosis", "diagnose"]


def diagnose(vae, x, encoder=None, decoder=None):
    """Measure what a VAE trains, by probing it: see Diagnosis. The model and all random generators stay as they are.

    vae: a compiled Keras model with an encoder (two or three outputs, a dict, or one twice as wide) and a decoder,
    however its loss is written. x: images as fit gets them, (images, ...). encoder, decoder: the layers that are meant,
    where they go by names that are not guessed. Raises TypeError or ValueError, which say what to pass instead.
    """
    with same_chance(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = require_images(x)
        require_model(vae)
        parts = parts_of(vae, encoder, decoder)
        build(parts, x)
        require_finite(vae)
        with untouched([vae, encoder, decoder]):
            bench = bench_of(parts, x)
            try:
                found = weigh(measure(bench))
            except Exception as error:
                raise RuntimeError(
                    "diagnose could not measure this model with chosen numbers in place of its encoder's and decoder's "
                    f"outputs. The model may be right all the same. {first_line(error)}"
                ) from error
    return Diagnosis(
        reconstruction=found.reconstruction.name if found.reconstruction_weight is not None else "unknown",
        reconstruction_weight=found.reconstruction_weight,
        kl_weight=found.kl_weight,
        beta=found.beta,
        sentence=sentence_of(found).strip(),
        problems=problems_of(found),
        notes=tuple(notes_of(found)),
        latent_kl=found.latent_kl,
    )


class _CallableModule(types.ModuleType):
    """This package as its function: ``from vae_helpers import diagnose`` finds the package, and it can be called."""

    def __call__(self, vae, x, encoder=None, decoder=None):
        return diagnose(vae, x, encoder, decoder)


sys.modules[__name__].__class__ = _CallableModule

"""What diagnose needs before it can measure: whatever is missing is a clear error that says what to pass."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.diagnose.gradient_probe import Parts, flat_tensors
from vae_helpers.diagnose.locate_parts import find_ports
from vae_helpers.diagnose.measurements import first_line
from vae_helpers.diagnose.preserve_state import is_variable, reachable_objects, value_of
from vae_helpers.diagnose.probed_model import RecordedModel, record_model
from vae_helpers.types import Array, Model


def require_images(x: Any) -> Array:
    """x as float32, (images, ...).

    Raises TypeError unless it is one array, and ValueError unless it holds an image, and finite floating numbers.
    """
    if isinstance(x, list | tuple | dict) or not hasattr(x, "shape"):
        raise TypeError(f"x must be one array of images, (images, ...), but is a {type(x).__name__}.")
    x = np.asarray(x)
    if x.ndim < 2 or len(x) == 0:
        raise ValueError(f"x must have shape (images, ...) and hold at least one image, but has shape {x.shape}.")
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x must be what fit gets, floating-point, but has dtype {x.dtype}: divide the pixels by 255.")
    if not np.isfinite(x).all():
        raise ValueError("x must be finite, but holds NaN or infinity.")
    return x.astype("float32")


def require_model(vae: Any) -> None:
    """Raise TypeError unless vae is a Keras model, and ValueError unless it is compiled."""
    if not isinstance(vae, keras.Model):
        raise TypeError(f"vae must be a Keras model, but is a {type(vae).__name__}.")
    if not vae.compiled:
        raise ValueError("vae is not compiled, so it has no loss to measure: call vae.compile(optimizer='adam') first.")


def find_parts(vae: Model, encoder: Any, decoder: Any) -> Parts:
    """The parts of a VAE. encoder, decoder: the layers that are meant, or None.

    Raises ValueError where there is no decoder, and TypeError where what is meant is no Keras layer.
    """
    decoders = find_ports(vae, "decoder", decoder)
    if not decoders:
        raise ValueError(
            "No decoder was found: no attribute, layer or method of vae is called so. "
            "Pass the layer or model that makes an image of z: diagnose(vae, x, decoder=...)."
        )
    return Parts(vae, find_ports(vae, "encoder", encoder), decoders[0], with_y=getattr(vae, "loss", None) is not None)


def build_model(parts: Parts, x: Array) -> None:
    """Make the weights of a model that has none yet, as its first call does; ValueError where x doesn't fit."""
    for port in parts.encoders[:1]:
        input_shape = getattr(port.owner, "input_shape", None) if port.method == "call" else None
        if isinstance(input_shape, tuple) and not _fits(x.shape, input_shape):
            raise ValueError(
                f"x has shape {x.shape}, but the encoder takes {input_shape}: pass x as fit gets it, such as "
                "x.reshape(...)."
            )
    layers = [layer for layer in reachable_objects(parts.vae) if isinstance(layer, keras.layers.Layer)]
    if not all(layer.built for layer in layers):
        try:
            parts.vae(x[:2])
        except NotImplementedError:  # no call: the loss is a train_step's
            pass
        except Exception as error:
            raise ValueError(f"vae can't be called on x of shape {x.shape}: {first_line(error)}") from error


def _fits(shape: Sequence[int], input_shape: Sequence[int | None]) -> bool:
    """Whether a batch of this shape fits an input shape, in which None stands for any size."""
    sizes = zip(shape[1:], input_shape[1:], strict=False)
    return len(shape) == len(input_shape) and all(expected in (None, size) for size, expected in sizes)


def require_finite_weights(vae: Model) -> None:
    """Raise ValueError where a weight is not finite, as after a training that went wrong."""
    for variable in reachable_objects(vae):
        if is_variable(variable) and "float" in str(variable.dtype) and not np.isfinite(value_of(variable)).all():
            raise ValueError(
                f"The weights {getattr(variable, 'path', variable.name)} hold NaN or infinity: build the model anew."
            )


def record_on_x_or_x_y(parts: Parts, x: Array) -> RecordedModel:
    """Record a training step on x or on (x, y), whichever train_step takes.

    Raises ValueError where it takes neither, where the heads were not found, or where the sizes do not fit.
    """
    try:
        recorded = record_model(parts, x)
    except LookupError:
        raise
    except Exception as error:
        try:
            recorded = record_model(replace(parts, with_y=not parts.with_y), x)
        except Exception:
            raise ValueError(
                f"train_step could run neither on x nor on (x, x): {first_line(error)} Pass x as fit gets it, and "
                "compile vae as for fit."
            ) from error
    _require_sizes(recorded)
    return recorded


def _require_sizes(recorded: RecordedModel) -> None:
    """Raise ValueError where the heads were not found, or the decoder's output is no image of x's size."""
    images = min(len(recorded.x), max(4 * recorded.n, 32))
    if len(recorded.z) != images:
        raise ValueError(
            f"The decoder gets {len(recorded.z)} z for {images} images, and a loss is measured with one z per image "
            "only."
        )
    if not recorded.ways:
        outputs = [tensor for call in recorded.recording.encoder_calls for tensor in flat_tensors(call.output)]
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in outputs)
        encoder = f"The encoder gives {shapes}" if outputs else "No encoder was found"
        raise ValueError(
            f"{encoder}, and two heads of z's shape {recorded.z.shape[1:]} are wanted. "
            "Pass the layer or model that gives z_mean and the log-variance: diagnose(vae, x, encoder=...)."
        )
    if recorded.output[0].size != recorded.rows[0].size:
        raise ValueError(
            f"The decoder gives {recorded.output[0].size} numbers an image, and x has {recorded.rows[0].size}. "
            "Pass x as fit gets it, or the right decoder: diagnose(vae, x, decoder=...)."
        )

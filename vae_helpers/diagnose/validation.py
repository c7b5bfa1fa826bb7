"""What diagnose needs before it can measure: each thing that is missing is a clear error that says what to pass."""

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.diagnose.gradient_probe import Parts, flat
from vae_helpers.diagnose.locate_parts import encoder_calls, find_parts
from vae_helpers.diagnose.measurements import Bench, first_line
from vae_helpers.diagnose.preserve_state import is_variable, reachable, value_of


def require_images(x):
    """x as float32; ValueError unless it is one array of numbers, (images, ...), finite and not of integers."""
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


def require_model(vae):
    """Raise unless vae is a Keras model that fit would take."""
    if not isinstance(vae, keras.Model):
        raise TypeError(f"vae must be a Keras model, but is a {type(vae).__name__}.")
    if not vae.compiled:
        raise ValueError("vae is not compiled, so it has no loss to measure: call vae.compile(optimizer='adam') first.")


def parts_of(vae, encoder, decoder):
    """The Parts of a VAE; ValueError where there is no decoder."""
    decoders = find_parts(vae, "decoder", decoder)
    if not decoders:
        raise ValueError(
            "No decoder was found: no attribute, layer or method of vae is called so. "
            "Pass the layer or model that makes an image of z: diagnose(vae, x, decoder=...)."
        )
    return Parts(vae, find_parts(vae, "encoder", encoder), decoders[0], with_y=getattr(vae, "loss", None) is not None)


def build(parts, x):
    """Make the weights of a model that has none yet, as its first call does; ValueError where x doesn't fit."""
    for port in parts.encoders[:1]:
        wanted = getattr(port.owner, "input_shape", None) if port.method == "call" else None
        if isinstance(wanted, tuple) and not fits(x.shape, wanted):
            raise ValueError(
                f"x has shape {x.shape}, but the encoder takes {wanted}: pass x as fit gets it, such as x.reshape(...)."
            )
    if not all(each.built for each in reachable(parts.vae) if isinstance(each, keras.layers.Layer)):
        try:
            parts.vae(x[:2])
        except NotImplementedError:  # no call: the loss is a train_step's
            pass
        except Exception as error:
            raise ValueError(f"vae can't be called on x of shape {x.shape}: {first_line(error)}") from error


def fits(shape, wanted):
    """Whether a batch of this shape fits an input shape, in which None stands for any size."""
    return len(shape) == len(wanted) and all(b in (None, a) for a, b in zip(shape[1:], wanted[1:], strict=True))


def require_finite(vae):
    """Raise ValueError where a weight is not finite, as after a training that went wrong."""
    for each in reachable(vae):
        if is_variable(each) and "float" in str(each.dtype) and not np.isfinite(value_of(each)).all():
            raise ValueError(
                f"The weights {getattr(each, 'path', each.name)} hold NaN or infinity: build the model anew."
            )


def bench_of(parts, x):
    """A Bench on x or on (x, y), whichever train_step takes; ValueError where it takes neither, or hides its heads."""
    try:
        bench = Bench(parts, x)
    except LookupError:
        raise
    except Exception as error:
        parts.with_y = not parts.with_y
        try:
            bench = Bench(parts, x)
        except Exception:
            raise ValueError(
                f"train_step could run neither on x nor on (x, x): {first_line(error)} Pass x as fit gets it, and "
                "compile vae as for fit."
            ) from error
    require_sizes(bench)
    return bench


def require_sizes(bench):
    """Raise ValueError where the heads were not found, or the decoder's output is no image of x's size."""
    images = min(len(bench.x), max(4 * bench.n, 32))
    if len(bench.z) != images:
        raise ValueError(
            f"The decoder gets {len(bench.z)} z for {images} images, and a loss is measured with one z per image only."
        )
    if not bench.ways:
        shapes = [str(tuple(each.shape)) for call in encoder_calls(bench.recording) for each in flat(call.output)]
        given = f"The encoder gives {', '.join(shapes)}" if shapes else "No encoder was found"
        raise ValueError(
            f"{given}, and two heads of z's shape {bench.z.shape[1:]} are wanted. "
            "Pass the layer or model that gives z_mean and the log-variance: diagnose(vae, x, encoder=...)."
        )
    if bench.out[0].size != bench.rows[0].size:
        raise ValueError(
            f"The decoder gives {bench.out[0].size} numbers an image, and x has {bench.rows[0].size}. "
            "Pass x as fit gets it, or the right decoder: diagnose(vae, x, decoder=...)."
        )

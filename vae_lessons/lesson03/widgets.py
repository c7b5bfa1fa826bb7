"""The interactive figure of 03: a decoder is a map from the plane to images."""

from collections.abc import Mapping

import numpy as np

from vae_helpers.model import decode
from vae_helpers.panel import BlitCanvas, Panel, slider
from vae_helpers.types import Model
from vae_lessons.lesson03 import figures


def decoders(decoders: Mapping[str, Model]) -> Panel:
    """A panel: two sliders for z, and beside the place of z in the plane its image from every decoder.

    decoders: {name: Keras decoder}. Raises ValueError where there is none, or one does not lead from two latents to
    square images of finite numbers.
    """
    if not decoders:
        raise ValueError("decoders needs at least one decoder, as {name: decoder}, but got none.")
    for name, decoder in decoders.items():
        _require_images_of_a_plane(name, decoder)
    figure, draw = figures.moving_decoders(list(decoders))

    def move(z_1, z_2):
        z = np.array([[z_1, z_2]])  # (1, 2)
        draw(z[0], [decode(decoder, z)[0] for decoder in decoders.values()])

    controls = {f"z_{i}": slider(f"z{i}", value, (-3.5, 3.5)) for i, value in ((1, 0.5), (2, 0.0))}
    return Panel(BlitCanvas(figure), move, controls)


def _require_images_of_a_plane(name: str, decoder: Model) -> None:
    """Raise ValueError unless the decoder leads from two latents to square images of finite numbers."""
    if decoder.built and decoder.input_shape[-1] != 2:
        raise ValueError(
            f"{name}: the decoder must take a point of a plane, two numbers, but takes {decoder.input_shape[-1]}."
        )
    image = decode(decoder, np.zeros((1, 2)))[0]
    if round(image.size**0.5) ** 2 != image.size:
        raise ValueError(f"{name}: the decoder must give square images, but gives {image.size} pixels.")
    if not np.isfinite(image).all():
        raise ValueError(
            f"{name}: the decoder gives NaN. Did its training diverge? Train it anew with a smaller learning rate."
        )

"""The interactive figure of 08: a slider for beta, as HTML that works in a notebook and in a page without a kernel.

Every step's pictures are computed beforehand and stand in the HTML, so nothing has to be asked of a kernel.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from vae_helpers.panel import quantized_png
from vae_lessons.lesson08 import figures

SCRIPT = Path(__file__).with_name("slider.js")
WORDS = "Interactive figure: move the slider for beta."
PAGE = """<div class="rate-slider" data-lm-suppress-shortcuts="true">
<style>
.rate-slider {{ background: white; color: black; max-width: 720px; padding: 8px; font: 15px sans-serif }}
.rate-slider .curve {{ position: relative }}
.rate-slider img {{ display: block; width: 100%; image-rendering: auto }}
.rate-slider .strip {{ image-rendering: pixelated }}
.rate-slider .dot {{ position: absolute; width: 18px; height: 18px; margin: -12px 0 0 -12px; border-radius: 50%;
  border: 3px solid {colour}; background: transparent }}
.rate-slider input {{ width: 50%; vertical-align: middle }}
</style>
<p><label>beta <input type="range" min="0" max="{last}" step="1" value="{start}"></label> <output>{words}</output></p>
<div class="curve"><img src="{curve}" alt="{alt}"><span class="dot" style="left: {left}%; top: {top}%"></span></div>
<p>Above: held-out digits; their reconstructions. Below: new digits, from the same draws of the prior.</p>
<img class="strip" src="{src}" alt="{strip_alt}">
<script type="application/json">{steps}</script>
<script>
{script}
</script>
</div>"""
ALT = "The curve of rate and distortion, one point for each beta. A ring marks the beta that the slider has chosen."


class RateSlider:
    """A figure that shows itself as HTML, with a still picture for where HTML is not shown."""

    def __init__(self, html, still):
        self.html, self.still = html, still

    def _repr_mimebundle_(self, **kwargs):
        picture = base64.b64encode(self.still).decode()
        return {"text/plain": WORDS, "image/png": picture, "text/html": self.html}


def address(png):
    """A PNG as an address that holds all of it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def strip(rows, gap=4):
    """Rows of images, uint8 (n, 784) with 255 for ink, as one PNG with few greys."""
    lines = [np.hstack(images.reshape(-1, 28, 28)) for images in rows]
    space = np.zeros((gap, lines[0].shape[1]), "uint8")
    page = np.vstack([part for line in lines for part in (line, space)][:-1])
    buffer = io.BytesIO()
    Image.fromarray(255 - page).quantize(16).save(buffer, "png", optimize=True)
    return buffer.getvalue()


def curve(betas, points, errors):
    """The curve as a PNG, and where on it each point lies: left and top in percent of the picture, (n, 2)."""
    figure = figures.rate_distortion(betas, points, errors, [])
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=90)
    pixels = figure.axes[0].transData.transform(points) / figure.bbox.size
    return quantized_png(png.getvalue()), 100 * np.column_stack([pixels[:, 0], 1 - pixels[:, 1]])


def by_beta(betas, points, errors, pictures):
    """A RateSlider. betas: (n,). points, errors: rate and distortion of each, (n, 2).

    pictures: for each beta the rows to show, uint8 (images, 784). The slider starts in the middle.
    """
    png, places = curve(betas, points, errors)
    steps = [
        {
            "left": round(float(left), 2),
            "top": round(float(top), 2),
            "src": address(strip(rows)),
            "words": f"{beta:g}: rate {rate:.1f}, distortion {distortion:.1f} nats",
            "alt": f"Held-out digits, their reconstructions and new digits of the network trained with beta {beta:g}.",
        }
        for beta, (rate, distortion), (left, top), rows in zip(betas, points, places, pictures, strict=True)
    ]
    first = steps[len(steps) // 2]
    html = PAGE.format(
        **{name: first[name] for name in ("left", "top", "src", "words")},
        colour="#e42536",
        last=len(steps) - 1,
        start=len(steps) // 2,
        curve=address(png),
        alt=ALT,
        strip_alt=first["alt"],
        steps=json.dumps(steps),
        script=SCRIPT.read_text(encoding="utf-8"),
    )
    return RateSlider(html, png)

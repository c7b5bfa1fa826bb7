"""The interactive figure of 08: a slider for beta, as HTML that works in a notebook and in a page without a kernel.

Every step's pictures are computed beforehand and stand in the HTML, so nothing has to be asked of a kernel.
"""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vae_helpers.palette import RED
from vae_helpers.panel import HtmlFigure, data_uri, quantized_png, strip_png
from vae_helpers.types import Array
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


def curve(betas: Sequence[float], points: Array, errors: Array) -> tuple[bytes, Array]:
    """The curve as a PNG, and where on it each point lies: left and top in percent of the picture, (n, 2)."""
    figure = figures.rate_distortion(betas, points, errors, [])
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=90)
    pixels = figure.axes[0].transData.transform(points) / figure.bbox.size
    return quantized_png(png.getvalue()), 100 * np.column_stack([pixels[:, 0], 1 - pixels[:, 1]])


def by_beta(betas: Sequence[float], points: Array, errors: Array, pictures: Sequence[Sequence[Array]]) -> HtmlFigure:
    """A slider for beta over the curve of rate and distortion, which starts in the middle.

    betas: (n,). points, errors: rate and distortion of each network, (n, 2). pictures: for each
    beta the rows to show, uint8 (images, 784).
    """
    png, places = curve(betas, points, errors)
    steps = [
        {
            "left": round(float(left), 2),
            "top": round(float(top), 2),
            "src": data_uri(strip_png(rows)),
            "words": f"{beta:g}: rate {rate:.1f}, distortion {distortion:.1f} nats",
            "alt": f"Held-out digits, their reconstructions and new digits of the network trained with beta {beta:g}.",
        }
        for beta, (rate, distortion), (left, top), rows in zip(betas, points, places, pictures, strict=True)
    ]
    first = steps[len(steps) // 2]
    html = PAGE.format(
        **{name: first[name] for name in ("left", "top", "src", "words")},
        colour=RED,
        last=len(steps) - 1,
        start=len(steps) // 2,
        curve=data_uri(png),
        alt=ALT,
        strip_alt=first["alt"],
        steps=json.dumps(steps),
        script=SCRIPT.read_text(encoding="utf-8"),
    )
    return HtmlFigure(html, WORDS, still=png)

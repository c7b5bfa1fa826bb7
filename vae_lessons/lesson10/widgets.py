"""The interactive figure of 10: a slider for the time of a flow, as HTML that works without a kernel.

Every step's digits are computed beforehand and stand in the HTML, so nothing has to be asked of a kernel.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vae_helpers.palette import ROLE, SERIES
from vae_helpers.panel import HtmlFigure, data_uri, strip_png
from vae_helpers.types import Array

SCRIPT = Path(__file__).with_name("time_slider.js")
WORDS = "Interactive figure: move the slider for the time."
SCALE = 40  # pixels of the plane's picture for one unit of z
PAGE = """<div class="time-slider" data-lm-suppress-shortcuts="true">
<style>
.time-slider {{ background: white; color: black; max-width: 820px; padding: 8px; font: 15px sans-serif }}
.time-slider .both {{ display: flex; flex-wrap: wrap; gap: 12px; align-items: start }}
.time-slider img {{ display: block; width: min(100%, 448px); image-rendering: pixelated }}
.time-slider canvas {{ border: 1px solid {frame} }}
.time-slider input {{ width: 50%; vertical-align: middle }}
</style>
<p><label>time t <input type="range" min="0" max="{last}" step="1" value="0" aria-valuetext="{words}"></label>
<output>{words}</output></p>
<div class="both"><div><p>Above: what z_t decodes to. Below: the code that the network expects at the end.</p>
<img class="strip" src="{src}" alt="{alt}"></div>
<div><p>The flow of section 2, in its two latents.</p>
<canvas width="320" height="320" role="img" aria-label="Points of the latent plane at this time"></canvas></div></div>
<script type="application/json">{data}</script>
<script>
{script}
</script>
</div>"""
ALT = "Two rows of digits at time {:.2f}: decoded from z_t, and from the code that the network expects."


def strip(rows: Sequence[Array]) -> bytes:
    """Rows of images (n, 784) in [0, 1], 1 for ink, as one PNG with few greys."""
    return strip_png([(255 * images).astype("uint8") for images in rows])


def by_time(times: Array, images: Sequence[Sequence[Array]], paths: Array, labels: Array) -> HtmlFigure:
    """A slider for the time of a flow. times: (steps,). images: for each time the rows to show, (rows, n, 784).

    paths: points of the plane at each time, (steps, points, 2). labels: their classes (points,), which are their
    colours.
    """
    pngs = [strip(rows) for rows in images]
    steps = [
        {
            "src": data_uri(png),
            "words": f"t = {t:.2f}: z_t is {t:.0%} code and {1 - t:.0%} noise",
            "alt": ALT.format(t),
        }
        for t, png in zip(times, pngs, strict=True)
    ]
    colours = [SERIES[label] for label in labels]
    data = {"steps": steps, "paths": np.round(SCALE * np.asarray(paths)).astype(int).tolist(), "colours": colours}
    first = steps[0]
    html = PAGE.format(
        frame=ROLE["frame"],
        last=len(steps) - 1,
        words=first["words"],
        src=first["src"],
        alt=first["alt"],
        data=json.dumps(data),
        script=SCRIPT.read_text(encoding="utf-8"),
    )
    still = strip([rows[0] for rows in images[:: max(1, len(images) // 5)]])
    return HtmlFigure(html, WORDS, still=still)

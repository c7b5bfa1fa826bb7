"""The interactive figure of 10: a slider for the time of a flow, as HTML that works without a kernel.

Every step's digits are computed beforehand and stand in the HTML, so nothing has to be asked of a kernel.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from matplotlib.colors import to_hex
from PIL import Image

from vae_helpers.plots import COLOURS

SCRIPT = Path(__file__).with_name("time_slider.js")
WORDS = "Interactive figure: move the slider for the time."
SCALE = 40  # pixels of the plane's picture for one unit of z
PAGE = """<div class="time-slider" data-lm-suppress-shortcuts="true">
<style>
.time-slider {{ background: white; color: black; max-width: 820px; padding: 8px; font: 15px sans-serif }}
.time-slider .both {{ display: flex; flex-wrap: wrap; gap: 12px; align-items: start }}
.time-slider img {{ display: block; width: min(100%, 448px); image-rendering: pixelated }}
.time-slider canvas {{ border: 1px solid #767676 }}
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


class TimeSlider:
    """A figure that shows itself as HTML, with a still picture for where HTML is not shown."""

    def __init__(self, html, still):
        self.html, self.still = html, still

    def _repr_mimebundle_(self, **kwargs):
        picture = base64.b64encode(self.still).decode()
        return {"text/plain": WORDS, "image/png": picture, "text/html": self.html}


def strip(rows, gap=4):
    """Rows of images (n, 784) in [0, 1], 1 for ink, as one PNG with few greys."""
    lines = [np.hstack((255 * images).astype("uint8").reshape(-1, 28, 28)) for images in rows]
    space = np.zeros((gap, lines[0].shape[1]), "uint8")
    page = np.vstack([part for line in lines for part in (line, space)][:-1])
    buffer = io.BytesIO()
    Image.fromarray(255 - page).quantize(16).save(buffer, "png", optimize=True)
    return buffer.getvalue()


def by_time(times, images, paths, labels):
    """A TimeSlider. times: (steps,). images: for each the rows to show, (rows, n, 784).

    paths: points of the plane at each time, (steps, points, 2). labels: their classes (points,), which are their
    colours.
    """
    pngs = [strip(rows) for rows in images]
    steps = [
        {
            "src": f"data:image/png;base64,{base64.b64encode(png).decode()}",
            "words": f"t = {t:.2f}: z_t is {t:.0%} code and {1 - t:.0%} noise",
            "alt": ALT.format(t),
        }
        for t, png in zip(times, pngs, strict=True)
    ]
    colours = [to_hex(COLOURS[label]) for label in labels]
    data = {"steps": steps, "paths": np.round(SCALE * np.asarray(paths)).astype(int).tolist(), "colours": colours}
    first = steps[0]
    html = PAGE.format(
        last=len(steps) - 1,
        words=first["words"],
        src=first["src"],
        alt=first["alt"],
        data=json.dumps(data),
        script=SCRIPT.read_text(encoding="utf-8"),
    )
    return TimeSlider(html, strip([rows[0] for rows in images[:: max(1, len(images) // 5)]]))

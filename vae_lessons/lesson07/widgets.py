"""The interactive figure of 07: log weights and the bounds made of them, computed in the browser.

It is HTML with its own JavaScript and data, so it moves in JupyterLab and in a page where no kernel runs.
"""

import base64
import hashlib
import json
from pathlib import Path
from string import Template

import numpy as np

from vae_helpers.palette import BLUE, ORANGE, RED, ROLE
from vae_helpers.panel import HtmlFigure
from vae_helpers.types import ArrayLike
from vae_helpers.validate import require_shape

CODE = Path(__file__).with_name("bound.js")
WORDS = "Interactive figure: it moves in a browser."
COLOURS = {"weights": BLUE, "bounds": ORANGE, "mean": RED, "axis": ROLE["axis"]}  # that bound.js draws in
STYLE = """
.iw-bound { max-width: 640px; font: 14px/1.4 system-ui, sans-serif; }
.iw-bound .row { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; margin: 4px 0; }
.iw-bound canvas { width: 56px; height: 56px; border: 1px solid $image_edge; image-rendering: pixelated;
  background: white; }
.iw-bound input[type="range"] { width: min(360px, 70%); }
.iw-bound svg { width: 100%; font: 13px system-ui, sans-serif; }
.iw-bound p { margin: 4px 0; font-variant-numeric: tabular-nums; min-height: 2.8em; }
"""
PAGE = """<div id="{name}" class="iw-bound" data-lm-suppress-shortcuts="true">
Interactive figure: run the notebook to move it.</div>
<style>{style}</style>
<script type="module">
{code}
show(document.getElementById("{name}"), {data});
</script>"""


def bound_explorer(log_weights: ArrayLike, exact: ArrayLike, images: ArrayLike) -> HtmlFigure:
    """A figure to move: an image is chosen, a slider sets K, and the bounds of groups of K draws are shown.

    log_weights: (draws, n), exact: log p(x) of each image (n,), images: (n, 784), black and white. Raises ValueError
    where the shapes don't fit.
    """
    log_weights, exact, images = np.asarray(log_weights), np.asarray(exact), np.asarray(images)
    require_shape("exact", exact, (log_weights.shape[1],))
    require_shape("images", images, (log_weights.shape[1], 784))
    data = json.dumps(
        {
            "weights": [base64.b64encode(column.astype("<f4").tobytes()).decode() for column in log_weights.T],
            "exact": [round(float(log_px), 4) for log_px in exact],
            "images": ["".join(map(str, image.astype(int))) for image in np.round(images)],
            "colours": COLOURS,
        }
    )
    name = f"iw-bound-{hashlib.sha256(data.encode()).hexdigest()[:8]}"
    code = CODE.read_text(encoding="utf-8").replace("export ", "")
    style = Template(STYLE).substitute(ROLE)
    return HtmlFigure(PAGE.format(name=name, style=style, code=code, data=data), WORDS)

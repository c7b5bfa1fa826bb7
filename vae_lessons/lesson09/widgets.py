"""The interactive figure of 09: a class and a style are chosen, as HTML that works without a kernel.

Every picture is decoded beforehand and stands in one PNG in the HTML.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from vae_helpers.palette import RED, ROLE
from vae_helpers.panel import HtmlFigure, data_uri, ink_png
from vae_helpers.types import Array, ArrayLike
from vae_helpers.validate import require_shape

SCRIPT = Path(__file__).with_name("wish.js")
WORDS = "Interactive figure: choose a class and a style in a browser."
PAGE = """<div class="class-and-style" data-sheet="{sheet}" data-lm-suppress-shortcuts="true">
<style>
.class-and-style {{ background: white; color: black; max-width: 640px; padding: 8px; font: 15px/1.5 sans-serif }}
.class-and-style fieldset {{ border: 1px solid {frame}; margin: 0 0 6px; padding: 2px 8px }}
.class-and-style fieldset label {{ margin-right: 10px; white-space: nowrap }}
.class-and-style .row {{ display: flex; gap: 16px; flex-wrap: wrap; align-items: center }}
.class-and-style input[type="range"] {{ width: 180px; vertical-align: middle }}
.class-and-style canvas {{ border: 2px solid {image_edge_light}; image-rendering: pixelated }}
.class-and-style canvas.chosen {{ border-color: {chosen} }}
</style>
<fieldset><legend>class</legend>{radios}</fieldset>
<div class="row"><canvas class="large" width="{large}" height="{large}" role="img"></canvas>
<div><p><label>style 1 <input type="range" min="0" max="{last}" step="1" value="{middle}"></label></p>
<p><label>style 2 <input type="range" min="0" max="{last}" step="1" value="{middle}"></label></p>
<p><output aria-live="polite"></output></p></div></div>
<p>The same style in every class:</p>
<div class="strip" role="img" aria-label="The chosen style in every class">{strip}</div>
<script type="application/json">{data}</script>
<script>
{script}
</script>
</div>"""
RADIO = '<label><input type="radio" name="{group}" value="{value}"{checked}> {name}</label>'


def sheet_png(pictures: Array, steps: int, side: int) -> bytes:
    """All pictures, uint8 (classes, steps * steps, side * side), 255 for ink, as one PNG of few greys."""
    classes = len(pictures)
    sheet = pictures.reshape(classes, steps, steps, side, side).transpose(0, 1, 3, 2, 4)
    return ink_png(sheet.reshape(classes * steps * side, steps * side))


def class_and_style(pictures: ArrayLike, places: Sequence[float] | Array, classes: Iterable[object]) -> HtmlFigure:
    """A figure with radio buttons for the class and two ranges for the style.

    pictures: uint8 (classes, steps * steps, 784), the rows of each class as in latent.square_grid(places); places:
    (steps,), ascending; classes: a name for each. Raises ValueError where the shapes don't fit.
    """
    pictures, names, steps, side = np.asarray(pictures), [str(name) for name in classes], len(places), 28
    require_shape("pictures", pictures, (len(names), steps**2, side**2))
    png = sheet_png(pictures, steps, side)
    group = f"class-{hashlib.sha256(png).hexdigest()[:8]}"
    radios = [
        RADIO.format(group=group, value=number, name=name, checked="" if number else " checked")
        for number, name in enumerate(names)
    ]
    place_names = [f"{place:.1f}".replace("-", "\N{MINUS SIGN}") for place in places]
    html = PAGE.format(
        frame=ROLE["frame"],
        image_edge_light=ROLE["image_edge_light"],
        chosen=RED,
        sheet=data_uri(png),
        radios=" ".join(radios),
        large=6 * side,
        last=steps - 1,
        middle=steps // 2,
        strip=" ".join([f'<canvas width="{2 * side}" height="{2 * side}"></canvas>'] * len(names)),
        data=json.dumps({"classes": names, "steps": steps, "side": side, "places": place_names}),
        script=SCRIPT.read_text(encoding="utf-8"),
    )
    return HtmlFigure(html, WORDS)

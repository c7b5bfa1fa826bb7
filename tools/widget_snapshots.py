"""Widgets that compute in the browser, as HTML for the site: the site shows them alive where no kernel runs.

A notebook is committed with a picture of such a widget, since its numbers are large. They are kept beside the site's
pages, in docs/widget_snapshots/, by `make notebooks`; `make course`, which runs the notebooks, takes them from the run.
"""

import base64
import gzip
import itertools
import json
import zipfile
from pathlib import Path

import numpy as np
from nbformat import NotebookNode

SNAPSHOTS = Path(__file__).parents[1] / "docs" / "widget_snapshots"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT_BITS = np.uint32(0xFFFFF000)  # of a float32: 11 of its fraction's 23 bits, as many as a half-precision number has

# What anywidget does, for a page: the model is what was saved. Its buffers are packed, which halves the page.
PAGE = """<div id="{name}" class="vae-widget-page"></div>
<style>{css}</style>
<script type="module">
{js}
const unpacked = async (text) => {{
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new DataView(await new Response(stream).arrayBuffer());
}};
const state = {state};
for (const [name, text] of Object.entries({buffers})) state[name] = await unpacked(text);
const set = (name, value) => (state[name] = value);
const model = {{ get: (name) => state[name], set, on() {{}}, save_changes() {{}} }};
render({{ model, el: document.getElementById("{name}") }});
</script>"""


def run_states(nb: NotebookNode) -> dict[str, dict]:
    """{cell id: the saved widget} of those widgets of a notebook just run that bring their own JavaScript."""
    states = nb.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    with_program = {}
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(WIDGET_VIEW, {})
            saved = states.get(view.get("model_id"), {})
            if "_esm" in saved.get("state", {}):
                with_program[cell["id"]] = saved
    return with_program


def path_of(stem: str) -> Path:
    return SNAPSHOTS / f"{stem}.zip"


def saved_states(stem: str) -> dict[str, dict]:
    """The same of a notebook that was not run now, as ``save_states`` wrote it; empty where it has no such widget."""
    if not path_of(stem).exists():
        return {}
    with zipfile.ZipFile(path_of(stem)) as file:
        states = json.loads(file.read("widgets.json"))
        for name, saved in states.items():
            for number, buffer in enumerate(saved["buffers"]):
                buffer["data"] = base64.b64encode(file.read(f"{name}-{number}")).decode()
    return states


def is_saved(states: dict[str, dict], stem: str) -> bool:
    """Whether what is kept of a notebook's widgets is of the same cells and shown by the same JavaScript."""
    return programs(states) == programs(saved_states(stem))


def programs(states):
    return {name: (saved["state"]["_esm"], saved["state"].get("_css")) for name, saved in states.items()}


def save_states(states: dict[str, dict], stem: str) -> None:
    """Write what a notebook's widgets hold to docs/widget_snapshots/, or remove the file where it has none."""
    path = path_of(stem)
    if not states:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        for name, saved in states.items():
            for number, buffer in enumerate(saved["buffers"]):
                write(file, f"{name}-{number}", packed(saved, buffer))
        plain = {name: {**saved, "buffers": [*map(without_data, saved["buffers"])]} for name, saved in states.items()}
        write(file, "widgets.json", json.dumps(plain, sort_keys=True))


def write(file, name, content):
    """A file in a zip, the same in every run: without the time of writing."""
    file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_LZMA)


def without_data(buffer):
    return {key: value for key, value in buffer.items() if key != "data"}


def packed(saved, buffer):
    """A buffer's bytes; of float32 weights only so many bits of each fraction, since the rest packs badly."""
    raw = base64.b64decode(buffer["data"])
    if buffer["path"] != ["weights"] or len(raw) != 4 * parameters(saved["state"].get("sizes")):
        return raw
    return (np.frombuffer(raw, "<u4") & KEPT_BITS).tobytes()


def parameters(sizes: list[int]) -> int:
    """How many numbers the kernels and biases of Dense layers hold; -1 where sizes is no list of layer sizes."""
    if not isinstance(sizes, list) or not all(isinstance(size, int) for size in sizes):
        return -1
    return sum((size + 1) * following for size, following in itertools.pairwise(sizes))


def as_html(saved: dict, name: str | int) -> str:
    """A saved widget as HTML that needs no kernel. name: another one for each widget in a page.

    Its JavaScript must define a function render that reads the model and asks nothing of a kernel.
    """
    state = {key: value for key, value in saved["state"].items() if not key.startswith("_") and value is not None}
    buffers = {buffer["path"][0]: gzip.compress(packed(saved, buffer), mtime=0) for buffer in saved["buffers"]}
    return PAGE.format(
        name=f"widget-{name}",
        css=saved["state"].get("_css", ""),
        js=saved["state"]["_esm"],
        state=json.dumps(state),
        buffers=json.dumps({key: base64.b64encode(value).decode() for key, value in buffers.items()}),
    )

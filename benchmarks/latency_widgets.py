"""How long a slider step takes in the kernel, and a frame of the latent explorer in the browser.

    python benchmarks/latency_widgets.py

From a control's change to the new picture's bytes, for each figure; then, where Chromium and playwright are there,
decoding and drawing of the explorer's frames while the pointer drags. Prints medians and
95th percentiles in milliseconds.
"""

import importlib.util
import itertools
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from vae_helpers.data import load_digits, one_of_each
from vae_helpers.lesson01.widgets import binarization
from vae_helpers.lesson02.widgets import reparameterization
from vae_helpers.lesson03.widgets import decoders
from vae_helpers.lesson04.widgets import bound, kl_surface
from vae_helpers.lesson05 import widgets as lesson05
from vae_helpers.lesson06.widgets import latent_explorer, saved_state, widget_page
from vae_helpers.model import build_decoder, build_encoder, spread_bends
from vae_helpers.quiet import keras

STEPS = 100
FRAMES = """async () => {
  const found = [];
  const keep = (list) => found.push(...list.getEntriesByName("explorer frame"));
  new PerformanceObserver(keep).observe({ entryTypes: ["measure"] });
  const plane = document.querySelector(".plane");
  const { left, top, width } = plane.getBoundingClientRect();
  for (let i = 0; i < 300; i++) {
    const [x, y] = [Math.cos(i / 20), Math.sin(i / 20)].map((value) => width * (0.5 + 0.4 * value));
    plane.dispatchEvent(new PointerEvent("pointermove", { clientX: left + x, clientY: top + y, buttons: 1 }));
    await new Promise(requestAnimationFrame);
  }
  await new Promise((done) => setTimeout(done, 200));
  return found.map((entry) => entry.duration);
}"""


def report(what, seconds):
    median, p95 = 1000 * np.quantile(seconds, (0.5, 0.95))
    print(f"{what:44} median {median:6.1f} ms   p95 {p95:6.1f} ms   {len(seconds)} steps", flush=True)


def values_of(control):
    """Values to step through, again and again."""
    if hasattr(control, "options"):
        return itertools.cycle(control.options)
    count = round((control.max - control.min) / control.step) + 1
    return itertools.cycle(type(control.value)(value) for value in np.linspace(control.min, control.max, count))


def step_seconds(panel, control):
    """How long each of STEPS changes of a control takes."""
    seconds, values = [], values_of(control)
    while len(seconds) < STEPS:
        value = next(values)
        if value != control.value:
            start = time.perf_counter()
            control.value = value
            seconds.append(time.perf_counter() - start)
    return seconds


def replay(images, labels):
    """The picture of a training, after ten epochs of an untrained model: a step costs the same."""
    lesson05.display = lambda widget: None  # nothing is printed here
    live = lesson05.LiveTraining(images[:400].reshape(400, 784) / np.float32(255), labels[:400])
    callback = live.callback()
    callback.set_params({"epochs": 10, "steps": 1})
    callback.set_model(type("Model", (), {"encoder": build_encoder(), "stop_training": False})())
    callback.on_train_begin()
    for epoch in range(10):
        callback.on_epoch_end(epoch, {"loss": 200.0 - epoch, "val_loss": 201.0 - epoch})
    callback.on_train_end()
    live.controls = {"epoch": live.epoch}
    return live


def explorer_file(decoder, images, labels, folder):
    """A page with an explorer of a thousand digits."""
    z_mean = np.random.default_rng(0).normal(size=(1000, 2))
    explorer = latent_explorer(decoder, z_mean, labels[:1000], images[:1000].reshape(1000, 784) / 255)
    path = Path(folder) / "page.html"
    path.write_text(widget_page(saved_state(explorer), "one"), encoding="utf-8")
    print(f"the explorer in a page: {path.stat().st_size / 1e6:.1f} MB")
    return path


def frame_seconds(path):
    """Seconds of each frame while the pointer drags, in headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(path.as_uri())
        page.wait_for_timeout(4000)  # the manifold is drawn row by row first
        durations = page.evaluate(FRAMES)
        browser.close()
    return np.array(durations) / 1000


def main():
    keras.utils.set_random_seed(0)
    (images, labels), _ = load_digits()
    decoder = build_decoder(**spread_bends(0))
    panels = {
        "01 binarization": binarization(images[one_of_each(labels)]),
        "02 reparameterization": reparameterization(),
        "03 decoders": decoders({"untrained": build_decoder(), "trained": decoder}),
        "04 bound": bound(),
        "04 KL": kl_surface(),
        "05 replay": replay(images, labels),
    }
    for name, panel in panels.items():
        for control, widget in panel.controls.items():
            report(f"{name}, {control}", step_seconds(panel, widget))
    with tempfile.TemporaryDirectory() as folder:
        path = explorer_file(decoder, images, labels, folder)
        if shutil.which("chromium") is None or importlib.util.find_spec("playwright") is None:
            print("06 explorer: not measured, it needs Chromium (apt-get install chromium) and the package playwright")
        else:
            report("06 explorer, decode and draw in the browser", frame_seconds(path))


if __name__ == "__main__":
    main()

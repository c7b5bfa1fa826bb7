"""The bound to play with: what its page holds, and bound.js against numpy."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from scipy.special import logsumexp

from vae_lessons.lesson07 import widgets

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="bound.js is run in Node, which was not found")
RNG = np.random.default_rng(0)
WEIGHTS, EXACT = RNG.normal(-150, 3, (400, 2)), np.array([-148.0, -147.5])
IMAGES = (RNG.random((2, 784)) < 0.2).astype("float32")


def node(script):
    """What a script in Node prints, as JSON; bound.js stands above it."""
    code = widgets.CODE.read_text(encoding="utf-8") + script
    done = subprocess.run(["node", "--input-type=module"], input=code, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def page():
    return widgets.bound_explorer(WEIGHTS, EXACT, IMAGES)._repr_mimebundle_()


@needs_node
@pytest.mark.parametrize("k", [1, 5, 100])
def test_javascript_computes_the_bounds_as_numpy_does(k):
    found = node(f"console.log(JSON.stringify(bounds(Float64Array.from({WEIGHTS[:, 0].tolist()}), {k})));")
    expected = logsumexp(WEIGHTS[:, 0].reshape(-1, k), axis=1) - np.log(k)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@needs_node
def test_javascript_reads_the_weights_that_the_page_holds():
    data = page()["text/html"].split(', {"weights"')[1].split(");\n</script>")[0]
    text = json.loads('{"weights"' + data)["weights"][1]
    found = node(f'console.log(JSON.stringify(Array.from(readFloats("{text}"))));')
    np.testing.assert_allclose(found, WEIGHTS[:, 1].astype("float32"))


@needs_node
def test_a_histogram_counts_every_value_once():
    assert node("console.log(JSON.stringify(histogram([-99, -14.9, 0, 4.9, 99], -15, 5, 4)));") == [2, 0, 0, 3]


def test_the_page_needs_no_address_and_leaves_words_where_no_script_runs():
    html = page()["text/html"]
    assert "http" not in html and "export " not in html.split("<script")[1].split(', {"weights"')[0]
    assert "Interactive figure" in html and "moves in a browser" in page()["text/plain"]
    assert html == page()["text/html"]  # nothing in it changes from run to run


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="exact must have shape"):
        widgets.bound_explorer(WEIGHTS, EXACT[:1], IMAGES)

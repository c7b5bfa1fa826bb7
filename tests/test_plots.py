"""Every figure function on small arrays: a closed Figure with data, no text cut off; and what some of them draw."""

import inspect
import io
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from vae_helpers import latent, plots

RNG = np.random.default_rng(0)
IMAGES = RNG.random((10, 784))
Z, LOG_VAR, Y = RNG.normal(size=(40, 2)), RNG.normal(-3, 0.3, (40, 2)), np.arange(40) % 10
X = np.linspace(0.1, 3, 20)
QUANTILES = latent.normal_quantiles(3)
GRID = RNG.random((9, 784))
LAYER = (RNG.normal(size=(2, 30)), RNG.uniform(-3, 3, 30))
HISTORY = {f"{part}{name}": [3.0, 2.0, 1.5] for part in ("", "val_") for name in ("loss", "reconstruction", "kl")}
PLANE = RNG.normal(size=(16,))

CALLS = {
    "plot_images": (IMAGES, list("0123456789")),
    "plot_pixel_values": ((255 * IMAGES[0]).astype("uint8").reshape(28, 28), slice(5, 10), slice(8, 14)),
    "plot_pixel_histogram": ((255 * IMAGES).astype("uint8").reshape(-1, 28, 28),),
    "plot_class_shares": ([np.full(10, 0.1), np.full(10, 0.1)], ["training", "validation"]),
    "plot_mean_and_variance": (IMAGES.mean(axis=0), IMAGES.var(axis=0)),
    "plot_averaging_error": ([1, 10, 100], [0.1, 0.03, 0.01], [0.1, 0.032, 0.01]),
    "plot_bends": ([LAYER, LAYER], ["one", "other"]),
    "plot_along_ray": (X, [RNG.random((20, 4))] * 2, ["one", "other"]),
    "plot_val_losses": ({"one": [3.0, 2.0], "other": [2.5, 1.5]}, {1: 3.0, 5: 1.0}),
    "plot_history": (HISTORY,),
    "plot_schedule": (X,),
    "plot_levers": (["without this", "without that"], [1.5, 0.9], [0.1, -4.0]),
    "plot_layers": ([["x\n(None, 784)"], ["z_mean\n(None, 2)", "z_log_var\n(None, 2)"]], "a caption"),
    "plot_log_variance": (np.linspace(-3, 3, 20),),
    "plot_image_posteriors": (IMAGES, Z[:10], LOG_VAR[:10]),
    "plot_posteriors": (Z[:10], LOG_VAR[:10], Y[:10], Z[10:20]),
    "plot_reparameterization": (Z, 2 * Z + 1, np.ones(2), np.full(2, np.log(4))),
    "plot_gradient_flow": (),
    "plot_gradient_histograms": ({"trick": RNG.normal(size=500), "score function": RNG.normal(size=500)}, 0.0),
    "plot_gradient_spread": (
        [1, 4, 16],
        {"trick": [1, 0.5, 0.25], "score function": [3, 1.5, 0.75]},
        "draws",
        "spread",
    ),
    "plot_curves": (X, {"one": X, "other": X**2}, ("x", "y")),
    "plot_sigmoid": (X, 1 / (1 + np.exp(-X)), [1.0], [0.731]),
    "plot_decoder_maps": ({"untrained": GRID, "trained": GRID}, QUANTILES),
    "plot_heat_maps": ([RNG.random((5, 5))] * 3, ["a", "b", "c"], (-3, 3)),
    "plot_large_images": (IMAGES[:3], ["a", "b", "c"]),
    "plot_image_rows": ({"image": IMAGES, "decoded": IMAGES}, "abcdefghij"),
    "plot_nats": ({"coin": 543.0, "VAE": 150.0}, 46.0),
    "plot_gaussian_pixel": (X, {"wide": X, "narrow": X}, X, {"one": X, "other": X}),
    "plot_latent": (Z, Y),
    "plot_ellipses": (Z, LOG_VAR, Y, (Z[:10], LOG_VAR[:10])),
    "plot_manifold": (GRID, QUANTILES),
    "plot_manifolds": ({"one": (GRID, QUANTILES), "other": (GRID, QUANTILES)},),
    "plot_grid_points": ({"one": Z, "other": Z},),
    "plot_path": (Z[:5], Z, Y),
    "plot_class_map": (np.arange(16) % 10, np.full(16, 0.5), np.linspace(-4, 4, 4), Z, Y),
    "plot_marginals": (Z,),
    "plot_densities": (PLANE, PLANE, np.linspace(-4, 4, 4)),
    "plot_draws": ({"sure": (IMAGES[:5], Z[:5]), "unsure": (IMAGES[5:], Z[5:10])}, Z),
    "plot_jensen": ((1.0, 9.0),),
    "plot_joint": (X, X, X),
    "plot_estimate_errors": ([1, 2], RNG.normal(size=(2, 10))),
    "plot_log_ratios": ({"one": (X, X), "other": (X, 2 * X)}, 1.0),
    "plot_error_bars": (["a", "b"], np.zeros(2), np.ones(2)),
    "plot_kl_curves": ({"z_mean": (X, X**2), "z_log_var": (X, X)},),
    "plot_bound": ({"mean": (X, -X), "sigma": (X, -X)}, 0.0),
    "plot_loss_bars": (["a", "b"], np.array([2.0, 1.0]), np.array([0.0, 0.5]), 1.2),
    "plot_one_draw_estimates": (RNG.normal(size=100), "nats"),
    "plot_latent_clouds": ({"one": Z, "other": Z}, Y),
    "plot_effective_betas": ({"a": 1.0, "b": 784.0}, {"c": 24.5}),
    "plot_beta_objective": (X, -X, -2.0),
    "plot_rate_distortion": ({"a": (5.0, 150.0), "b": (20.0, 100.0)},),
}


@cache
def figure_of(name):
    return getattr(plots, name)(*CALLS[name])


def test_every_figure_function_of_the_lessons_is_tried():
    lessons = inspect.getsource(plots).split("# --- interactive ---")[0]
    named = {name for name, _ in inspect.getmembers(plots, inspect.isfunction) if f"def {name}(" in lessons}
    assert {name for name in named if name.startswith("plot_")} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_closed_and_holds_data(name):
    figure = figure_of(name)
    assert isinstance(figure, Figure)
    assert plt.get_fignums() == [], "an open figure would be shown twice in a notebook"
    assert all(axis.has_data() or axis.texts or axis.patches for axis in figure.axes if axis.axison)


@pytest.mark.parametrize("name", CALLS)
def test_text_is_large_enough_and_inside_the_figure(name):
    figure = figure_of(name)
    figure.canvas.draw()
    for text in figure.findobj(plt.Text):
        assert text.get_fontsize() >= 8 or not text.get_text(), f"{text.get_text()!r} is {text.get_fontsize()} pt"
    for axis in figure.axes:
        for label in (axis.title, axis.xaxis.label, axis.yaxis.label):
            if axis.axison and label.get_text():
                box, page = label.get_window_extent(), figure.bbox.padded(2)
                assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, label


@pytest.mark.parametrize("name", CALLS)
def test_arrays_are_left_as_they_were(name):
    before = [np.copy(each) if isinstance(each, np.ndarray) else None for each in CALLS[name]]
    getattr(plots, name)(*CALLS[name])
    for array, kept in zip(CALLS[name], before, strict=True):
        assert kept is None or np.array_equal(array, kept)


def test_an_image_is_drawn_upright_with_dark_ink():
    image = np.zeros((28, 28))
    image[0, 5] = 1  # ink in the top row
    (shown,) = plots.plot_images([image], columns=1).axes[0].images
    assert np.array_equal(shown.get_array(), image)
    assert shown.get_cmap()(1.0)[:3] == (0, 0, 0)
    assert shown.origin == "upper"


def test_images_fill_rows_and_leave_the_rest_empty():
    figure = plots.plot_images(IMAGES[:7], columns=5)
    assert len(figure.axes) == 10
    assert sum(bool(axis.images) for axis in figure.axes) == 7


def test_history_shows_training_and_validation_of_all_three_curves():
    figure = plots.plot_history(HISTORY)
    assert [axis.get_title() for axis in figure.axes] == ["loss", "reconstruction", "kl"]
    for axis in figure.axes:
        assert [line.get_linestyle() for line in axis.lines] == ["-", "--"], "told apart without colour"
        assert list(axis.lines[0].get_ydata()) == [3.0, 2.0, 1.5]


def test_bends_are_where_the_units_bend():
    kernel, bias = np.array([[1.0], [0.0]]), np.array([-2.0])  # max(0, z_1 - 2) bends at z_1 = 2
    line = plots.plot_bends([(kernel, bias)], ["one"]).axes[0].lines[0]
    np.testing.assert_allclose(line.get_xdata(), 2.0)


def test_manifold_puts_the_first_image_at_the_top_left():
    grid = np.zeros((4, 784))
    grid[0] = 1
    shown = np.asarray(plots.plot_manifold(grid, latent.normal_quantiles(2)).axes[0].images[0].get_array())
    assert shown.shape[:2] == (56, 56)
    assert shown[:28, :28].min() == 1
    assert shown[28:].max() == shown[:, 28:].max() == 0


def test_pngs_are_small_and_keep_their_size():
    figure = plots.plot_latent(Z, Y)
    width, height = figure.canvas.get_width_height()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    assert buffer.tell() < 60_000
    buffer.seek(0)
    assert plt.imread(buffer).shape[:2] == (height, width)

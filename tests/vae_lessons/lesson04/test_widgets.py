"""What the interactive figures of 04 compute, against quadrature."""

import numpy as np
import pytest
from scipy import integrate, stats

from vae_lessons.lesson04 import widgets


def test_toy_terms_agree_with_quadrature():
    x, (w, b, s) = 1.3, (2.0, 0.5, 0.8)

    def joint(z):
        return stats.norm.pdf(z) * stats.norm.pdf(x, w * z + b, s)

    evidence = integrate.quad(joint, -12, 12)[0]
    mean = integrate.quad(lambda z: z * joint(z), -12, 12)[0] / evidence
    variance = integrate.quad(lambda z: (z - mean) ** 2 * joint(z), -12, 12)[0] / evidence
    np.testing.assert_allclose(widgets.toy_terms(x, (w, b, s)), (mean, variance, np.log(evidence)), rtol=1e-8)


def test_kl_from_variance_agrees_with_quadrature():
    q, p = stats.norm(0.7, 0.4), stats.norm(-0.2, 1.3)
    expected = integrate.quad(lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), -5, 5)[0]
    assert widgets.kl_from_variance(0.7, 0.4**2, -0.2, 1.3**2) == pytest.approx(expected, rel=1e-8)


def test_the_gap_closes_at_the_posterior():
    mean, variance, log_px = widgets.toy_terms(3.0, (2.0, 0.5, 1.0))
    panel = widgets.bound()
    panel.controls["m"].value, panel.controls["sigma"].value = mean, 0.45  # the slider's step next to the root of 0.2
    assert variance == pytest.approx(0.2)
    words = [artist.get_text() for artist in panel.film.moving if hasattr(artist, "get_text")]
    assert sorted(words) == sorted([f"{log_px:.2f}", "0.00"])


def test_a_toy_without_noise_is_refused():
    with pytest.raises(ValueError, match="must be above 0"):
        widgets.bound(toy=(2.0, 0.5, 0.0))


def test_the_slider_of_beta_shows_the_network_that_was_trained_with_it():
    image = np.linspace(0, 1, 784)[None]
    pictures = {beta: {"original": image, "new": shade * image} for beta, shade in (("1/4", 0.2), ("1", 0.5), ("4", 1))}
    panel = widgets.by_beta({"1/4": (90.0, 40.0), "1": (100.0, 20.0), "4": (150.0, 5.0)}, pictures)
    assert panel.controls["beta"].value == "1"
    panel.controls["beta"].value = "4"
    words = [artist.get_text() for artist in panel.film.moving if hasattr(artist, "get_text")]
    assert {" 150.0", " 5.0", " 155.0", "trained with beta = 4"} <= set(words)
    (page,) = [artist for artist in panel.film.moving if hasattr(artist, "get_array")]
    np.testing.assert_allclose(page.get_array()[28:].max(), 1)

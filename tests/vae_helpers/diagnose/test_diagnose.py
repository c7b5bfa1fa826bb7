"""What diagnose measures, on VAEs as people write them and on broken ones, and that it leaves no trace."""

import random
import time

import numpy as np
import pytest
from broken_vaes import LATENTS, ODD, PIXELS, SLIPS, Plain, dense_decoder, slip
from error_vaes import ERRORS
from vaes import CROSS_ENTROPIES, digits

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.diagnose import diagnose
from vae_helpers.diagnose.preserve_state import (
    is_variable,
    preserve_random_generators,
    reachable_objects,
    value_of,
)

SOURCES = CROSS_ENTROPIES | ERRORS
CPU_SECONDS = 20  # 10 s on two cores


# --- the weights ---


@pytest.mark.parametrize("name", SOURCES)
def test_the_weights_of_a_source(name):
    build, truth = SOURCES[name]
    vae, x = build()
    start = time.process_time()
    found = diagnose(vae, x)
    assert time.process_time() - start < CPU_SECONDS
    assert found.reconstruction == truth.reconstruction
    assert found.reconstruction_weight == pytest.approx(truth.reconstruction_weight, rel=0.01)
    assert found.kl_weight == pytest.approx(truth.kl_weight, rel=0.01)
    ratio = truth.kl_weight / truth.reconstruction_weight
    assert found.beta == (pytest.approx(ratio, rel=0.01) if truth.reconstruction == "cross-entropy" else None)
    assert set(found.problems) <= {"beta", "noise", "evaluate"}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_named(name):
    build, problems = SLIPS[name]
    assert set(diagnose(*build()).problems) == problems


@pytest.mark.parametrize("name", ODD)
def test_a_right_model_oddly_written_has_no_problem(name):
    found = diagnose(*ODD[name]())
    assert not found.problems
    assert found.beta == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize(
    "kl_scale, nll_scale, says",
    [
        (1 / LATENTS, 1, f"beta is 0.25. The usual cause is a mean over the {LATENTS} latents."),
        (1, 1 / PIXELS, f"beta is {PIXELS}. The usual cause is a mean over the {PIXELS} pixels."),
        (1 / PIXELS, 1, f"beta is {1 / PIXELS:.4g}. The usual cause is a KL divided by the {PIXELS} pixels."),
        (2, 1, "beta is 2. The usual cause is the half that was left out of the KL."),
        (1, 50 / PIXELS, f"The usual cause is a mean over the {PIXELS} pixels, times 50."),
        (1 / LATENTS, 1 / PIXELS, f"a mean over the {PIXELS} pixels and a mean over the {LATENTS} latents."),
        (7, 1, "beta is 7. The usual cause is a factor of 7 before the KL."),
        (3, 3, "minimizes 3.000 x cross-entropy + 3.000 x KL: beta is 1, the negative ELBO."),
    ],
)
def test_the_usual_cause_is_named(kl_scale, nll_scale, says):
    def total(self, nll, kl, training):
        return keras.ops.mean(nll_scale * nll + kl_scale * kl)

    assert says in diagnose(*slip(total=total)()).sentence


def test_a_squared_error_is_an_elbo_for_some_noise():
    found = diagnose(*slip(nll=lambda _, x, out: keras.ops.sum(keras.ops.square(x - out), axis=-1) / 0.5)())
    assert found.beta is None and not found.problems
    assert "2.000 x squared error + 1.000 x KL: 0.5 x KL beside" in found.sentence
    assert "Gaussian pixels of sigma 0.5" in found.sentence  # sqrt(0.5 / 2)


def test_a_beta_that_the_model_says_is_no_problem():
    vae, x = SLIPS["beta of 4"][0]()
    vae.beta = tf.Variable(4.0)
    found = diagnose(vae, x)
    assert found.beta == pytest.approx(4) and "beta" not in found.problems
    vae.beta.assign(1.0)
    assert "beta" in diagnose(vae, x).problems


def test_what_can_not_be_told_is_none_and_said():
    found = diagnose(*SLIPS["an error of another kind"][0]())
    assert (found.reconstruction, found.reconstruction_weight, found.beta) == ("unknown", None, None)
    assert found.kl_weight == pytest.approx(1) and "an unknown reconstruction" in found.sentence
    found = diagnose(*SLIPS["KL of another kind"][0]())
    assert found.kl_weight is None and found.reconstruction_weight == pytest.approx(1)
    assert any("not compared" in note for note in found.notes)


def test_latents_are_judged_once_the_model_is_trained():
    found = diagnose(*slip()())
    assert found.latent_kl.shape == (LATENTS,) and any("no step yet" in note for note in found.notes)
    vae, x = slip()()
    mean, log_var = (np.array(each, float) for each in vae.encoder(x))
    kl = np.mean((np.exp(log_var) + mean**2 - 1 - log_var) / 2, axis=0)
    np.testing.assert_allclose(diagnose(vae, x).latent_kl, kl, rtol=1e-4)


# --- nothing is changed ---


def state_of(vae):
    """All variables of a model, bitwise, and what its parts' attributes are."""
    parts = reachable_objects(vae)
    variables = [value_of(each).tobytes() for each in parts if is_variable(each)]
    attributes = [
        {name: id(value) for name, value in vars(each).items()} for each in parts if hasattr(each, "__dict__")
    ]
    return variables, [each for each in attributes if "_value" not in each]


@pytest.mark.parametrize("name", ["the Keras guide", "the blog post", "the course", "AntixK"])
def test_model_optimizer_and_metrics_stay_bitwise(name):
    vae, x = SOURCES[name][0]()
    fit = (x, x) if name in ("the Keras guide", "the blog post") else (x,)
    vae.fit(*fit, epochs=1, verbose=0)
    before = state_of(vae)
    diagnose(vae, x)
    after = state_of(vae)
    assert after[0] == before[0]
    assert after[1] == before[1]


def test_training_goes_on_as_if_nothing_had_been():
    histories = []
    for looked_at in (False, True):
        keras.utils.set_random_seed(3)
        vae, x = ODD["a warm-up that is over"]()
        histories.append([vae.fit(x, epochs=2, verbose=0).history["loss"]])
        if looked_at:
            diagnose(vae, x)
        histories[-1].append(vae.fit(x, epochs=2, verbose=0).history["loss"])
        histories[-1].append(vae.steps)
    assert histories[0] == histories[1]


def draws():
    """A number from each global random generator."""
    return [
        random.random(),
        np.random.random(),  # noqa: NPY002
        float(keras.random.uniform(())),
        float(tf.random.uniform(())),
        float(tf.random.get_global_generator().uniform(())),
    ]


@pytest.mark.parametrize("eagerly", [False, True])
def test_random_generators_stay_as_they_were(eagerly):
    drawn = []
    tf.random.set_global_generator(tf.random.Generator.from_seed(1))
    before = tf.identity(tf.random.get_global_generator().state)
    for looked_at in (False, True):
        keras.utils.clear_session()  # Keras 3.10 does not start its own generator again with the seed
        vae, x = ODD["an encoder that draws, z last"]()  # by tf.random, without a seed
        vae.run_eagerly = eagerly
        tf.random.get_global_generator().state.assign(before)
        keras.utils.set_random_seed(5)
        first = draws()
        if looked_at:
            diagnose(vae, x)
        drawn.append(first + draws())
    assert drawn[0] == drawn[1]


def test_a_generator_that_nobody_used_yet_is_not_there_afterwards():
    before = private_api.keras_random_generator()
    try:
        private_api.set_keras_random_generator(None)
        diagnose(*slip(noise=lambda _, mean: keras.random.normal(keras.ops.shape(mean)))())
        assert private_api.keras_random_generator() is None
    finally:
        private_api.set_keras_random_generator(before)


def test_an_error_leaves_no_trace_either():
    vae, x = slip(compute_loss=lambda *args, **kwargs: 1 / 0)()
    vae(x)
    before = state_of(vae)
    with preserve_random_generators(), pytest.raises(ValueError, match="ZeroDivisionError"):
        diagnose(vae, x)
    assert state_of(vae) == before
    assert not tf.config.functions_run_eagerly()


def test_a_model_without_weights_is_built_and_measured():
    vae = ERRORS["the Keras guide"][0]()[0]
    assert not vae.built
    assert diagnose(vae, digits(784)).reconstruction == "squared error"
    assert vae.fit(digits(784), digits(784), verbose=0).history["loss"]


# --- what to pass instead ---


def other_names():
    """A VAE whose halves have names that nobody would guess."""
    vae = Plain()
    vae.left, vae.right = vae.encoder, vae.decoder
    del vae.encoder, vae.decoder
    vae.left.name, vae.right.name = "left", "right"

    def call(x, training=None):
        mean, log_var = vae.left(x)
        return vae.right(mean + keras.ops.exp(log_var / 2) * vae.noise(mean)), mean, log_var

    vae.call = call
    vae.compile("adam")
    return vae


def test_halves_of_other_names_can_be_passed():
    vae = other_names()
    with pytest.raises(ValueError, match=r"No decoder was found.*decoder=\.\.\."):
        diagnose(vae, digits(PIXELS))
    with pytest.raises(ValueError, match=r"No encoder was found.*encoder=\.\.\."):
        diagnose(vae, digits(PIXELS), decoder=vae.right)
    assert not diagnose(vae, digits(PIXELS), encoder=vae.left, decoder=vae.right).problems
    with pytest.raises(TypeError, match="encoder must be a Keras layer or model, but is a str"):
        diagnose(vae, digits(PIXELS), encoder="left", decoder=vae.right)
    with pytest.raises(ValueError, match="never calls the decoder"):
        diagnose(vae, digits(PIXELS), encoder=vae.left, decoder=dense_decoder())


def with_nan():
    vae, x = slip()()
    vae.decoder.layers[-1].bias.assign([np.nan] * PIXELS)
    return vae, x


def several_z(self, mean, log_var):
    return keras.ops.repeat(Plain.draw(self, mean, log_var), 3, axis=0)


def one_head(self, x, training=None):
    z = self.encoder(x)[:, :1] + keras.ops.zeros((1, LATENTS))
    return self.decoder(z), z, z


def dense(size):
    return lambda: keras.Sequential([keras.layers.Dense(size)])


BAD_MODELS = {
    "vae is not compiled.*vae.compile": lambda: (Plain(), digits(PIXELS)),
    "bias hold NaN or infinity": with_nan,
    "384 z for 128 images": slip(draw=several_z, nll=lambda self, x, out: keras.ops.mean(out)),
    "gives 1 numbers an image, and x has 36": slip(decoder=dense(1)),
    r"gives \(128, 3\), and two heads of z's shape \(4,\)": slip(encoder=dense(3), call=one_head),
    r"can't be called on x of shape .*: ZeroDivisionError": slip(draw=lambda *_: 1 / 0, encoder=dense(3)),
    r"neither on x nor on \(x, x\): ZeroDivisionError": slip(kl=lambda *_: 1 / 0),
}


@pytest.mark.parametrize("says", BAD_MODELS)
def test_a_model_that_can_not_be_measured_is_an_error_that_says_why(says):
    vae, x = BAD_MODELS[says]()
    with pytest.raises(ValueError, match=says):
        diagnose(vae, x)


BAD_IMAGES = {
    "x must be one array of images, .*, but is a list": [[0.0] * PIXELS],
    r"at least one image, but has shape \(0, 36\)": np.zeros((0, PIXELS)),
    "dtype uint8: divide the pixels by 255": np.zeros((4, PIXELS), "uint8"),
    "x must be finite": np.full((4, PIXELS), np.nan),
    r"x has shape \(4, 6, 6\), but the encoder takes \(None, 36\)": np.zeros((4, 6, 6)),
}


@pytest.mark.parametrize("says", BAD_IMAGES)
def test_images_that_fit_would_not_get_are_an_error(says):
    with pytest.raises((TypeError, ValueError), match=says):
        diagnose(slip()()[0], BAD_IMAGES[says])


def test_what_is_no_model_is_an_error():
    with pytest.raises(TypeError, match="vae must be a Keras model, but is a function"):
        diagnose(slip, digits(PIXELS))


# --- the card ---


def test_the_card_says_it_in_html_and_in_plain_text():
    found = diagnose(*SLIPS["KL averaged over the latents"][0]())
    assert repr(found).startswith("✗ 1 problem found. This model minimizes 1.000 x cross-entropy + 0.250 x KL")
    assert "\n• Beta is 0.25 and not 1: the loss is no bound on log p(x).\n" in repr(found)
    html = found._repr_html_()
    assert "<strong>1 problem found.</strong> This model minimizes" in html and "<br>• Beta is 0.25" in html
    assert diagnose(*slip()())._repr_html_().count("No problem found") == 1

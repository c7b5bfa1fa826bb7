"""The two terms of the ELBO and their sum, in nats per image.

Each function returns one value per example, shape (batch,). Sums run over the pixels and over the latents;
the average over the batch is the caller's last step, so that no reduction hides inside a loss.
"""

from vae_helpers.quiet import keras
from vae_helpers.validate import require_floating, require_same_shape, require_shape

ops = keras.ops


def bernoulli_nll(x, x_logits):
    """Negative log-likelihood -log p(x | z) of Bernoulli pixels: the reconstruction term.

    x: images, floating, (batch, pixels), values in [0, 1]. x_logits: the decoder's output, same shape.
    Returns (batch,), in nats per image, summed over the pixels. For grey x it is the cross-entropy, whose
    least value is the entropy of x and not 0.

    With p = sigmoid(l), -x log p - (1 - x) log(1 - p) = softplus(l) - x l, which never overflows
    (Kingma and Welling 2014, appendix C.1, for the likelihood).

    Raises ValueError where the shapes differ or are not (batch, pixels), a dtype is not floating, or x is
    seen to lie outside [0, 1] or not to be finite. Values are looked at only where there are any: inside a
    compiled function x has a shape and no values yet.
    """
    x, x_logits = _float_pair("x", x, "x_logits", x_logits, ("batch", "pixels"))
    _require_unit_range("x", x)
    return ops.sum(ops.softplus(x_logits) - x * x_logits, axis=-1)


def kl_divergence(z_mean, z_log_var):
    """KL divergence from the posterior N(z_mean, exp(z_log_var)) to the prior N(0, I).

    z_mean, z_log_var: the encoder's outputs, floating, (batch, latent_dim).
    Returns (batch,), in nats per image, summed over the latents; never below 0, and 0 only at the prior.

    1/2 sum(exp(z_log_var) + z_mean^2 - 1 - z_log_var) (Kingma and Welling 2014, appendix B).

    Raises ValueError where the shapes differ or are not (batch, latent_dim), or a dtype is not floating.
    """
    z_mean, z_log_var = _float_pair("z_mean", z_mean, "z_log_var", z_log_var, ("batch", "latent_dim"))
    return 0.5 * ops.sum(ops.expm1(z_log_var) + ops.square(z_mean) - z_log_var, axis=-1)


def elbo(x, x_logits, z_mean, z_log_var, beta=1.0):
    """Evidence lower bound, estimated with the one z that x_logits was decoded from; training maximizes it.

    x, x_logits: (batch, pixels). z_mean, z_log_var: (batch, latent_dim). beta: the KL's weight, at least 0.
    Returns (batch,), in nats per image: -bernoulli_nll - beta * kl_divergence. Its expectation over z bounds
    log p(x) from below where beta is at least 1 (Kingma and Welling 2014, equation 3, for beta 1); another beta
    than 1 is the beta-VAE's objective (Higgins et al. 2017, equation 4).

    Raises ValueError as its two terms do, and where beta is negative.
    """
    if beta < 0:
        raise ValueError(f"beta must be at least 0, but is {beta!r}.")
    return -bernoulli_nll(x, x_logits) - beta * kl_divergence(z_mean, z_log_var)


def _float_pair(name, value, other_name, other, shape):
    """Both as tensors, checked: floating, of the given rank, and of one shape."""
    value, other = ops.convert_to_tensor(value), ops.convert_to_tensor(other)
    for each_name, each in ((name, value), (other_name, other)):
        require_floating(each_name, each)
        require_shape(each_name, each, shape)
    require_same_shape(name, value, other_name, other)
    return value, other


def _require_unit_range(name, value):
    """Raise ValueError if the values are there to be looked at and leave [0, 1] (NaN leaves it too)."""
    if not hasattr(value, "numpy"):
        return
    inside = ops.convert_to_numpy(ops.all((value >= 0) & (value <= 1)))
    if not inside:
        raise ValueError(
            f"{name} must lie in [0, 1] and be finite, but its values run from "
            f"{float(ops.min(value)):.4g} to {float(ops.max(value)):.4g}. "
            "vae_helpers.data.preprocess scales raw images."
        )

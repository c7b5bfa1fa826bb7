"""The two terms of the ELBO and their sum, in nats per image.

Each function returns one value per example, shape (batch,). Sums run over all axes after the batch: the pixels, or the
latents. The average over the batch is the caller's last step, so that no reduction hides inside a loss. All is computed
in float32 or better, whatever dtype comes in: half precision overflows at a log-variance of 12.
"""

import math

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.types import Tensor
from vae_helpers.validate import require_floating, require_nonnegative, require_same_shape, require_unit_range

ops = keras.ops
LARGEST_LOG_VAR = 40.0  # a standard deviation of e^20, far beyond any encoder's; float32 overflows at 88


def bernoulli_nll(x: Tensor, x_logits: Tensor) -> Tensor:
    """Negative log-likelihood -log p(x | z) of Bernoulli pixels: the reconstruction term.

    x: images, floating, (batch, pixels) or with other axes after the batch, values in [0, 1]. x_logits: the decoder's
    output, same shape. Returns (batch,), in nats per image, summed over the pixels. For grey x it is the
    cross-entropy, whose least value is the entropy of x and not 0.

    With p = sigmoid(l), -x log p - (1 - x) log(1 - p) = softplus(l) - x l, which never overflows
    (Kingma and Welling 2014, appendix C.1, for the likelihood).

    Raises ValueError where the shapes differ or have no batch axis, a dtype is not floating, or x is seen to lie
    outside [0, 1] or not to be finite. Values are looked at only where there are any: inside a compiled function x has
    a shape and no values yet.
    """
    x, x_logits = _float_pair("x", x, "x_logits", x_logits)
    if hasattr(x, "numpy"):
        require_unit_range("x", np.asarray(x))
    return _sum_per_example(ops.softplus(x_logits) - x * x_logits)


def kl_divergence(z_mean: Tensor, z_log_var: Tensor) -> Tensor:
    """KL divergence from the encoder's distribution N(z_mean, exp(z_log_var)) to the prior N(0, I).

    z_mean, z_log_var: the encoder's outputs, floating, (batch, latent_dim) or with other axes after the batch.
    Returns (batch,), in nats per image, summed over the latents; never below 0, and 0 only at the prior.

    1/2 sum(exp(z_log_var) + z_mean^2 - 1 - z_log_var) (Kingma and Welling 2014, appendix B). Above LARGEST_LOG_VAR
    exp goes on as its tangent, so that a log-variance far out gives a large finite KL, and a slope that leads back.

    Raises ValueError where the shapes differ or have no batch axis, or a dtype is not floating.
    """
    z_mean, z_log_var = _float_pair("z_mean", z_mean, "z_log_var", z_log_var)
    variance_minus_1 = ops.expm1(ops.minimum(z_log_var, LARGEST_LOG_VAR))
    tangent = math.exp(LARGEST_LOG_VAR) * ops.relu(z_log_var - LARGEST_LOG_VAR)  # 0 in all but the wildest training
    return 0.5 * _sum_per_example(variance_minus_1 + tangent + ops.square(z_mean) - z_log_var)


def elbo(x: Tensor, x_logits: Tensor, z_mean: Tensor, z_log_var: Tensor, beta: float = 1.0) -> Tensor:
    """Evidence lower bound, estimated with the one z that x_logits was decoded from; training maximizes it.

    x, x_logits: (batch, pixels). z_mean, z_log_var: (batch, latent_dim). beta: the KL's weight, at least 0.
    Returns (batch,), in nats per image: -bernoulli_nll - beta * kl_divergence. Its expectation over z bounds
    log p(x) from below where beta is at least 1 (Kingma and Welling 2014, equation 3, for beta 1); another beta
    than 1 is the beta-VAE's objective (Higgins et al. 2017, equation 4).

    Raises ValueError as its two terms do, and where beta is not a finite number of at least 0.
    """
    require_nonnegative("beta", beta)
    return -bernoulli_nll(x, x_logits) - float(beta) * kl_divergence(z_mean, z_log_var)


def at_least_float32(*values: Tensor) -> list[Tensor]:
    """The values as tensors of one dtype, the widest among theirs and float32."""
    tensors = [ops.convert_to_tensor(value) for value in values]
    dtype = keras.backend.result_type("float32", *(tensor.dtype for tensor in tensors))
    return [ops.cast(tensor, dtype) for tensor in tensors]


def _float_pair(name: str, value: Tensor, other_name: str, other: Tensor) -> list[Tensor]:
    """Both as tensors of one dtype, checked: floating, with a batch axis, and of one shape."""
    value, other = ops.convert_to_tensor(value), ops.convert_to_tensor(other)
    for tensor_name, tensor in ((name, value), (other_name, other)):
        require_floating(tensor_name, tensor)
        if len(tensor.shape) < 2:
            raise ValueError(f"{tensor_name} must have shape (batch, ...), but has shape {tuple(tensor.shape)}.")
    require_same_shape(name, value, other_name, other)
    return at_least_float32(value, other)


def _sum_per_example(terms: Tensor) -> Tensor:
    return ops.sum(terms, axis=tuple(range(1, len(terms.shape))))

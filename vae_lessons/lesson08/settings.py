"""What notebook 08 turns on a network. No TensorFlow here, so that what plans a sweep need not wait for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """One training.

    data: the name of the images. likelihood: "bernoulli", "gaussian" or "autoregressive". beta: the KL's weight.
    sigma: the noise of Gaussian pixels, 0 where it is learned. warm_up: the share of the steps in which beta rises from
    0. free_bits: nats that each latent may spend without a price. pace: the encoder's learning rate, relative to the
    decoder's.
    """

    data: str
    likelihood: str = "bernoulli"
    beta: float = 1.0
    latent_dim: int = 16
    hidden_dim: int = 128
    epochs: int = 8
    seed: int = 0
    sigma: float = 0.0
    warm_up: float = 0.0
    free_bits: float = 0.0
    pace: float = 1.0

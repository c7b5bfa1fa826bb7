"""What stubs and solutions of the notebooks may use."""


def notebook_names():
    """The names that stubs and solutions may use: those that the notebooks import."""
    from statistics import NormalDist

    import numpy as np
    import scipy.special
    import scipy.stats

    from vae_helpers import losses, model
    from vae_helpers.backend import keras, tf

    special = {name: getattr(scipy.special, name) for name in ("entr", "expit", "logsumexp", "xlogy")}
    return {
        "np": np,
        "keras": keras,
        "layers": keras.layers,
        "ops": keras.ops,
        "model": model,
        "bernoulli_nll": losses.bernoulli_nll,
        "kl_divergence": losses.kl_divergence,
        "tf": tf,
        "norm": scipy.stats.norm,
        "NormalDist": NormalDist,
        **special,
    }

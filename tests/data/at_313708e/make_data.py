"""Make the files of this folder, with the course as it stood at commit 313708e: README.md says how to run it.

The copy comes from that commit's tools/learner_copy.py. Then this script does what a learner does: answers, cells of
their own, an edit, a check of each answer, and a trained VAE that is saved.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ["VAE_PROGRESS"] = str(HERE)

import keras  # noqa: E402
import nbformat  # noqa: E402
import numpy as np  # noqa: E402
from vae_helpers.exercises import EXERCISES, check  # noqa: E402
from vae_helpers.model import VAE, build_decoder, build_encoder, decode, spread_bends  # noqa: E402

RIGHT = '''\
def kl_divergence(z_mean: np.ndarray, z_log_var: np.ndarray) -> np.ndarray:
    """KL from N(z_mean, exp(z_log_var)) to N(0, I), nats per image: each (batch, latent_dim) -> (batch,)."""
    # the formula of section 5 with a = 0 and tau = 1
    kl = 0.5 * (np.exp(z_log_var) + z_mean**2 - 1 - z_log_var)
    return kl.sum(axis=1)'''
WRONG = '''\
def elbo_of_draws(prices: np.ndarray, kl_terms: np.ndarray) -> np.ndarray:
    """ELBO, nats per image: (draws, batch, pixels) and (batch, latent_dim) -> (batch,)."""
    reconstruction = prices.mean(axis=-1).mean(axis=0)
    return -reconstruction - kl_terms.sum(axis=-1)'''
OWN_CODE = "my_q = log_normal(z, 0.5, 0.2)\nprint(my_q.max())"
OWN_WORDS = "**My note:** the gap is KL(q, posterior), *not* KL(posterior, q). Ask on Thursday."
OTHER_CASES = {  # answers to exercises of other lessons: {the function: how it is right or wrong}
    "scale_pixels": lambda images: images.astype("float32") / 255,
    "std_from_log_var": lambda z_log_var: np.exp(z_log_var),
    "effective_beta": lambda n_pixels, latent_dim, weight: weight * n_pixels / latent_dim,
}


def write_as_a_learner(path):
    """Put answers, own cells and an edit into the copy, and save it as JupyterLab does, with an output."""
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["04-035"].update(source=RIGHT, execution_count=19)
    cells["04-075"].update(source=WRONG, execution_count=31)
    cells["04-010"].source = cells["04-010"].source.replace("[1, 2, 4, 8, 16]", "[1, 2, 4, 8, 16, 32]")
    printed = nbformat.v4.new_output("stream", name="stdout", text="-0.1142\n")
    insert_after(notebook, "04-n01", nbformat.v4.new_code_cell(OWN_CODE, id="5be1c0de", outputs=[printed]))
    insert_after(notebook, "04-025", nbformat.v4.new_markdown_cell(OWN_WORDS, id="77aa0d1e"))
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def insert_after(notebook, cell_id, cell):
    place = [each.id for each in notebook.cells].index(cell_id)
    notebook.cells.insert(place + 1, cell)


def answer(name, source):
    names = {"np": np}
    exec(source, names)
    return check(names[name])


def save_progress():
    """Judge the answers, in the folder that the progress is stored for: one that no machine has."""
    from vae_helpers.exercises import kept

    kept.course = lambda: "/home/learner/course/learn"
    print(answer("kl_divergence", WRONG.replace("elbo_of_draws", "kl_divergence")).status)
    print(answer("kl_divergence", RIGHT).status, answer("elbo_of_draws", WRONG).status)
    for name, function in OTHER_CASES.items():
        print(name, check(function, name).status)
    names = [f"{notebook} {name}" for notebook, exercises in EXERCISES.lessons.items() for name in exercises]
    (HERE / "exercises.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def save_model():
    """Train a VAE for a moment, save it, and store what the saved file gives, loaded again by the same code."""
    keras.utils.set_random_seed(0)
    vae = VAE(build_encoder(784, 16, 2), build_decoder(2, 16, 784, **spread_bends(seed=0)), beta=0.5, seed=0)
    vae.compile(optimizer="sgd")
    x = (np.random.default_rng(0).random((64, 784)) < 0.3).astype("uint8")
    vae.fit(x.astype("float32"), epochs=2, batch_size=16, verbose=0)
    vae.save(HERE / "vae.keras")
    vae.save_weights(HERE / "vae.weights.h5")
    loaded = keras.models.load_model(HERE / "vae.keras")
    some = x[:3].astype("float32")
    z_mean, z_log_var = loaded.encoder.predict(some, verbose=0)
    z = np.array([[0.0, 0.0], [1.0, -1.0]], "float32")
    numbers = {"reconstruction": loaded.reconstruct(some), "z": z, "decoded": decode(loaded.decoder, z)}
    np.savez_compressed(HERE / "numbers.npz", x=x[:3], z_mean=z_mean, z_log_var=z_log_var, beta=loaded.beta, **numbers)


if __name__ == "__main__":
    write_as_a_learner(Path(sys.argv[1]))
    save_progress()
    save_model()

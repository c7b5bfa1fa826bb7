"""Learners who began before: what they made at commit 313708e still serves. Its files: tests/data/at_313708e/."""

import datetime
import shutil
from pathlib import Path

import learner_copy
import nbformat
import numpy as np
import pytest
from carry_over import TAG
from notebook_form import OLD_KEY

from vae_helpers.exercises import EXERCISES, done, progress, progress_store

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data" / "at_313708e"


@pytest.fixture
def learn(tmp_path):
    """A folder with the copy of 04 that a learner made then, and worked in."""
    folder = tmp_path / "learn"
    folder.mkdir()
    shutil.copy(DATA / "04_elbo.ipynb", folder)
    return folder


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


# --- the copy ---


def test_the_old_notebooks_first_failing_import_says_the_way_out_in_one_sentence():
    with pytest.raises(ImportError) as raised:
        for cell in cells_of(DATA / "04_elbo.ipynb")[:2]:
            if cell.cell_type == "code":
                exec(cell.source, {})
    sentence = str(raised.value)
    assert sentence == (
        "vae_helpers.lesson04 is now vae_lessons.lesson04: run `make lab FRESH=04` for the new form of the notebook "
        "with your answers carried over, or change the import."
    )


def test_an_old_copy_is_told_of_the_newer_form_and_stays_as_it_is(learn, capsys):
    learner_copy.prepare("", learn=learn)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("The course's 04_elbo.ipynb has a newer form (code at the start")
    assert line.endswith("). To get it with what you wrote in yours: make lab FRESH=04")
    assert (learn / "04_elbo.ipynb").read_bytes() == (DATA / "04_elbo.ipynb").read_bytes()


def test_an_old_copy_of_an_unknown_version_is_told_by_its_own_content(learn, capsys):
    notebook = nbformat.read(learn / "04_elbo.ipynb", as_version=4)
    notebook.metadata[OLD_KEY] = "of some other day"
    nbformat.write(notebook, learn / "04_elbo.ipynb")
    learner_copy.prepare("", learn=learn)
    assert "04_elbo.ipynb has a newer form (code at the start" in capsys.readouterr().out


def test_fresh_carries_answers_and_own_cells_over(learn, capsys):
    learner_copy.prepare("04", learn=learn)
    aside = f"04_elbo.{datetime.date.today().isoformat()}.ipynb"
    assert capsys.readouterr().out.splitlines() == [
        f"Your 04_elbo.ipynb is now {aside}. The new one holds 2 answers and 2 cells of your own from it. "
        f"1 cell that differs from the course's can be found in {aside} alone."
    ]
    assert (learn / aside).read_bytes() == (DATA / "04_elbo.ipynb").read_bytes()
    old = {cell.id: cell for cell in cells_of(DATA / "04_elbo.ipynb")}
    course = {cell.id: cell for cell in cells_of(ROOT / "notebooks" / "04_elbo.ipynb")}
    new = cells_of(learn / "04_elbo.ipynb")
    behind = {cell.id: before.id for before, cell in zip(new, new[1:], strict=False)}
    own = [cell for cell in new if TAG in cell.metadata.get("tags", [])]
    assert [cell.id for cell in own] == ["5be1c0de", "77aa0d1e"]
    assert [behind[cell.id] for cell in own] == ["04-n01", "04-025"]
    for cell in new:
        answered = cell.id in ("04-035", "04-075")
        assert cell.source == (old[cell.id] if answered or cell in own else course[cell.id]).source
        assert not cell.get("outputs") and cell.get("execution_count") is None
    learner_copy.prepare("", learn=learn)
    assert capsys.readouterr().out == ""


# --- the progress ---


def test_what_was_solved_then_is_solved_now(tmp_path, monkeypatch):
    shutil.copy(DATA / "progress.sqlite", tmp_path)
    monkeypatch.setenv("VAE_PROGRESS", str(tmp_path))
    monkeypatch.setattr(progress_store, "course", lambda: "/home/learner/course/learn")
    assert done("04_elbo").done == ("kl_divergence", "effective_beta")
    assert done("01_data_preprocessing").done == ("scale_pixels",)
    assert done("02_encoder").done == ()
    assert str(progress()).splitlines()[0].split() == ["01_data_preprocessing", "#..", "1", "of", "3"]
    assert str(progress()).splitlines()[3].split() == ["04_elbo", "##..", "2", "of", "4"]
    assert progress_store.load_records()["kl_divergence"] == (True, 2, "")


def test_every_exercise_of_then_has_kept_its_name_and_its_notebook():
    names_then = [tuple(line.split()) for line in (DATA / "exercises.txt").read_text().splitlines()]
    assert len(names_then) == 49
    assert [pair for pair in names_then if pair[1] not in EXERCISES.lessons[pair[0]]] == []


# --- the model ---


@pytest.fixture(scope="module")
def numbers():
    with np.load(DATA / "numbers.npz") as stored:
        return dict(stored)


def assert_same_numbers(vae, numbers):
    from vae_helpers.model import decode

    x = numbers["x"].astype("float32")
    z_mean, z_log_var = vae.encoder.predict(x, verbose=0)
    np.testing.assert_allclose(z_mean, numbers["z_mean"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(z_log_var, numbers["z_log_var"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(vae.reconstruct(x), numbers["reconstruction"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(decode(vae.decoder, numbers["z"]), numbers["decoded"], rtol=1e-5, atol=1e-6)


def test_a_model_that_was_saved_then_gives_the_same_numbers(numbers):
    from vae_helpers.backend import keras
    from vae_helpers.model import VAE

    vae = keras.models.load_model(DATA / "vae.keras")
    assert type(vae) is VAE and vae.beta == numbers["beta"] == 0.5 and vae.seed == 0
    assert_same_numbers(vae, numbers)
    vae.fit(numbers["x"].astype("float32"), epochs=1, verbose=0)  # and training goes on


def test_weights_that_were_saved_then_can_be_loaded(numbers):
    from vae_helpers.model import VAE, build_decoder, build_encoder

    vae = VAE(build_encoder(784, 16, 2), build_decoder(2, 16, 784))
    vae(numbers["x"].astype("float32"))
    vae.load_weights(DATA / "vae.weights.h5")
    assert_same_numbers(vae, numbers)

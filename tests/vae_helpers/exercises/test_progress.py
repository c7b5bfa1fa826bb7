"""Progress lasts, is the folder's own, loses nothing between kernels, and never keeps a learner from a verdict."""

import subprocess
import sys

import numpy as np
import pytest

from vae_helpers.exercises import check, done, progress, progress_store

CHECKS = """
import numpy as np
from vae_helpers.exercises import check
for _ in range(20):
    check(lambda z_log_var: np.exp(z_log_var), "std_from_log_var")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A state folder and a course folder with characters that paths may have."""
    monkeypatch.setenv("VAE_PROGRESS", str(tmp_path / "état of things"))
    (tmp_path / "course é").mkdir()
    monkeypatch.chdir(tmp_path / "course é")
    return tmp_path


def right(z_log_var):
    return np.exp(0.5 * z_log_var)


def test_two_kernels_at_once_lose_nothing(folder):
    kernels = [subprocess.Popen([sys.executable, "-c", CHECKS]) for _ in range(3)]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    assert progress().attempts == {"std_from_log_var": 60}


def test_another_kernel_and_another_day_see_what_was_done_and_another_copy_does_not(folder, monkeypatch):
    check(right, "std_from_log_var")
    code = "from vae_helpers.exercises import done; print(done('02_encoder').done)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output == "('std_from_log_var',)\n"
    monkeypatch.chdir(folder)
    assert done("02_encoder").done == ()


def test_the_slip_is_kept_and_no_word_of_the_answer(folder):
    def std_from_log_var(a_secret_of_mine):
        return np.exp(a_secret_of_mine)

    assert check(std_from_log_var).slip == "sigma: np.exp(z_log_var)"
    assert progress_store.load_records() == {"std_from_log_var": (False, 1, "sigma: np.exp(z_log_var)")}
    assert b"secret" not in progress_store.state_file().read_bytes()


def test_a_stub_is_no_attempt(folder):
    def std_from_log_var(z_log_var):
        raise NotImplementedError

    check(std_from_log_var)
    assert progress().attempts == {}


@pytest.mark.parametrize("state", ["a file", "a folder that is no database"])
def test_where_nothing_can_be_kept_memory_serves(folder, state, monkeypatch):
    place = folder / "no place"
    if state == "a file":
        place.write_text("")
    else:
        (place / "progress.sqlite").mkdir(parents=True)
    monkeypatch.setenv("VAE_PROGRESS", str(place))
    assert check(right, "std_from_log_var").status == "correct"
    assert done("02_encoder").done == ("std_from_log_var",)


def test_a_broken_file_is_no_obstacle(folder):
    progress_store.state_file().parent.mkdir(parents=True)
    progress_store.state_file().write_text(
        "this is no database, and longer than a header of one hundred bytes would be ...."
    )
    assert check(right, "std_from_log_var").status == "correct"
    assert done("02_encoder").done == ("std_from_log_var",)

"""No test sees another's progress, nor the user's."""

import sqlite3

import pytest

from vae_helpers.exercises import progress_store


@pytest.fixture(autouse=True)
def no_progress_yet(monkeypatch):
    monkeypatch.setenv("VAE_PROGRESS", "off")
    monkeypatch.setattr(progress_store, "_memory", sqlite3.connect(":memory:", check_same_thread=False))

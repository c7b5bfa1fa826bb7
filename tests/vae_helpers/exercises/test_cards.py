"""Cards say in words what their colours say, wherever they are shown, and count what is done."""

import io
import re

import numpy as np
import pytest

from vae_helpers.exercises import EXERCISES, check, done, progress
from vae_helpers.exercises.cards import Progress, Verdict


@pytest.mark.parametrize(
    "verdict",
    [Verdict("wrong", "a < b\nc"), Verdict("correct", "x"), Verdict("unattempted", "x")],
    ids=lambda v: v.status,
)
def test_a_card_says_in_words_what_its_colour_says(verdict):
    html = verdict._repr_html_()
    assert Verdict.LOOKS[verdict.status][1] in html and Verdict.LOOKS[verdict.status][1] in repr(verdict)
    assert 'role="status"' in html and 'aria-hidden="true"' in html
    assert "color:" not in html.replace("border-left", "")  # the page's own, in light and in dark
    assert "a < b" not in html and "a < b" in repr(Verdict("wrong", "a < b"))


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_a_card_can_be_printed_in_any_encoding(encoding, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr("sys.stdout", stream)
    print(Verdict("correct", "z₁ does what it should."))
    stream.flush()
    assert b"Correct. z" in stream.buffer.getvalue()


def test_done_counts_what_was_solved_and_says_what_is_open():
    names = list(EXERCISES.lessons["02_encoder"])
    assert done("02_encoder") == Progress((), tuple(names))
    check(EXERCISES[names[0]].reference)
    assert repr(done("02_encoder")).startswith(f"• Under way. 1 of {len(names)} exercises done. Still open: {names[1]}")
    check(np.exp, names[0])  # to play with a solved exercise does not lose it
    assert done("02_encoder").done == (names[0],)
    for name in names:
        check(EXERCISES[name].reference)
    assert repr(done("02_encoder")) == f"✓ All done. {len(names)} of {len(names)} exercises done."


def test_done_of_a_notebook_without_exercises_says_which_have_some():
    with pytest.raises(ValueError, match="99_more.*02_encoder"):
        done("99_more")


def test_progress_shows_all_lessons_in_words_and_bars():
    name = next(iter(EXERCISES.lessons["02_encoder"]))
    check(EXERCISES[name].reference)
    shown = progress()
    assert list(shown.lessons) == list(EXERCISES.lessons)
    assert re.search(r"02_encoder +#\.+ 1 of ", repr(shown)) and "1 of" in shown._repr_html_()
    assert progress(reset=True).lessons["02_encoder"].done == ()

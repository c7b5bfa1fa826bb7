"""What the board knows beforehand: the exercises, their slips' sentences, and how each seat is called."""

import json
import os


def exercises():
    """{exercise: {"lesson": its notebook, "slips": {name: sentence}}} of all lessons."""
    from vae_helpers.exercises import EXERCISES  # loads the lessons, not TensorFlow

    return {
        name: {"lesson": lesson, "slips": {slip: words for _, words, slip in exercise.single_slips()}}
        for lesson, table in EXERCISES.lessons.items()
        for name, exercise in table.items()
    }


def labels_as_text(seats):
    """{account: label} as an environment variable holds it."""
    return json.dumps({seat.account: seat.label for seat in seats.values()})


def labels():
    return json.loads(os.environ.get("BOARD_LABELS", "{}"))

"""What the board knows beforehand: the exercises, their slips' sentences, and how each seat is called."""

from names import read_names


def exercises():
    """{exercise: {"lesson": its notebook, "slips": {name: sentence}}} of all lessons."""
    from vae_helpers.exercises import EXERCISES  # loads the lessons, not TensorFlow

    return {
        name: {"lesson": lesson, "slips": {slip: words for _, words, slip in exercise.single_slips()}}
        for lesson, table in EXERCISES.lessons.items()
        for name, exercise in table.items()
    }


def labels(path):
    """{account: what the board shows} of the list of names."""
    return {account: seat.label for account, seat in read_names(path).items()}

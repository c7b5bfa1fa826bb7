"""Comparing what an answer showed with what the right one shows, and saying what differs."""

import inspect

import numpy as np

from vae_helpers.cards import TO_SEE_IT
from vae_helpers.exercises.sandbox import (
    SECONDS,
    TooSlowError,
    UnusableError,
    Watched,
    arguments_of,
    run,
    text_of,
)


def not_fitting(exercise, answer):
    """What keeps an answer from being used as the exercise uses it, in words; "" if nothing does."""
    name, kind = exercise.name, type(answer).__name__
    if inspect.isclass(exercise.reference):
        return "" if inspect.isclass(answer) else f"Pass the class {name} itself: this is a {kind}."
    if not callable(answer):
        return f"Pass the function itself, {name} without brackets after it: this is a value of type {kind}."
    try:
        signature = inspect.signature(answer)
    except Exception:  # some callables, such as those written in C, don't tell: calling them will
        return ""
    wanted = inspect.signature(exercise.reference).parameters
    try:
        signature.bind(*wanted)
    except TypeError:
        return f"It is called as {name}({', '.join(wanted)}), but {unfit(signature, name, wanted)}"
    return ""


def unfit(signature, name, wanted):
    """Why a signature can't be called with the wanted parameters by position, in words."""
    by_name = [each.name for each in signature.parameters.values() if each.kind == each.KEYWORD_ONLY]
    if missing := [each for each in by_name if each in wanted]:
        return (
            f"yours takes {' and '.join(missing)} by name only (after a *, or from functools.partial). "
            "Let it be given by its place."
        )
    return f"yours is defined as {name}{str(signature).partition(' ->')[0]}."


def agree(exercise, one, other):
    """Whether two runs showed the same: the same error, or the same shapes, the dtype asked for and close values."""
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error) and text_of(one.error) == text_of(other.error)
    if one.observation.keys() != other.observation.keys():
        return False
    return all(difference(exercise, one.observation[what], other.observation[what]) == "" for what in other.observation)


def difference(exercise, seen, expected):
    """What differs first between two arrays, in words; "" if nothing does."""
    if seen.shape != expected.shape:
        return f"has shape {seen.shape}, and {expected.shape} was expected"
    if exercise.dtype and seen.dtype != expected.dtype:
        return f"has dtype {seen.dtype}, and {expected.dtype} was expected"
    if expected.dtype == bool and expected.shape == ():
        return "" if seen == expected else f"is {bool(seen)}, and {bool(expected)} was expected"
    seen, expected = seen.astype(float), expected.astype(float)
    close = np.isclose(seen, expected, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True)
    if close.all():
        return ""
    index = tuple(int(each) for each in np.argwhere(~close)[0])
    place = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    share = f" ({(~close).mean():.0%} of the values differ)" if index else ""
    return f"is {seen[index]:.6g}{place}, and {expected[index]:.6g} was expected{share}"


def unnamed(exercise, answer, seen):
    """What is wrong with an answer that no slip explains: a rule that fits, if one does, the first difference from the
    right answer, and a call that shows it; "" if nothing is wrong."""
    for case, one in seen.items():
        if words := explain(exercise, one, exercise.known_run(exercise.program({}), case)):
            rule = "" if one.error else unused(exercise, answer) or relation(exercise, seen)
            return f"{rule}{words}{TO_SEE_IT}{exercise.name}({case})" if not exercise.template else f"{rule}{words}"
    return ""


def explain(exercise, one, expected):
    """What is wrong with one run, beside the reference's; "" if nothing is."""
    if one.error is not None:
        return explain_error(exercise.name, one)
    for what, right in expected.observation.items():
        if what not in one.observation:
            return f"{what[0].upper()}{what[1:]} can't be told from what {exercise.name} returned."
        if words := difference(exercise, one.observation[what], right):
            comma = (
                " It returned a tuple: is there a comma too many?"
                if "tuple" == one.returned != expected.returned
                else ""
            )
            return exercise.says.get(what) or f"{what[0].upper()}{what[1:]} {words}.{comma}"
    if one.changed:
        return f"The values are right, but {exercise.name} changes an array that it was given. Work on a copy."
    return ""


def explain_error(name, one):
    """What ended a run, in words: an error is said to be the answer's only if the answer raised it."""
    kind, text = type(one.error).__name__, text_of(one.error)
    match one.error:
        case TooSlowError():
            return (
                f"{name} ran for more than {SECONDS:.0f} seconds and was stopped. Does a loop never end, or is it slow?"
                " One operation on a whole array is fast; a loop over its numbers is not."
            )
        case UnusableError() if not one.raised:
            return f"{name} gave no usable result: {text}"
    if one.raised or not one.returned:
        return f"{name} raised {kind}: {text}".removesuffix(": ")
    return f"{name} returned a value of type {one.returned} that could not be judged ({kind} on looking at it: {text})."


# --- rules that fit any exercise ---


def unused(exercise, answer):
    """Which arguments the result does not depend on though it should, in words; "" if there is none."""
    if inspect.isclass(exercise.reference):
        return ""
    idle = [
        name
        for place, name in enumerate(inspect.signature(exercise.reference).parameters)
        if ignores(answer, exercise.cases[0], place) and not ignores(exercise.reference, exercise.cases[0], place)
    ]
    return f"The result does not depend on {' or '.join(idle)}. " if idle else ""


def ignores(answer, case, place):
    """Whether an answer gives the same result when the argument at a place is another."""
    watched = Watched(answer)
    watched.calls = 1  # no longer heard

    def change(function, arguments):
        changed = [another(each) if i == place else each for i, each in enumerate(arguments)]
        return {"before": function(*arguments_of(case)), "after": function(*changed)}

    both = run(change, watched, case).observation
    return bool(both) and np.array_equal(both["before"], both["after"])  # where NaN equals nothing


def another(argument):
    """Another argument of the same kind."""
    if isinstance(argument, np.random.Generator):
        return np.random.default_rng(1)
    whole = isinstance(argument, int) or (isinstance(argument, np.ndarray) and argument.dtype.kind == "u")
    return argument + 1 if whole else 0.25 + 0.5 * argument


def relation(exercise, seen):
    """How all values together relate to those that are right, in words; "" if no rule fits."""
    right_of = exercise.program({})
    pairs = [
        (one.observation.get("the result"), exercise.known_run(right_of, case).observation.get("the result"))
        for case, one in seen.items()
    ]
    if any(one is None or right is None or not one.size for one, right in pairs):
        return ""
    same_shapes = all(one.shape == right.shape for one, right in pairs)
    if same_shapes and (words := "".join(imprecise(*joined(pairs)))):
        return words
    if all(one.size == right.size and near(np.sort(one, None), np.sort(right, None)) for one, right in pairs):
        return "The right values are there, but not in the right places. "
    return next(rules(*joined(pairs)), "") if same_shapes else ""


def joined(pairs):
    """All values found, and all right ones, as two vectors."""
    return (np.concatenate([each.ravel() for each in side]).astype(float) for side in zip(*pairs, strict=True))


def imprecise(found, right):
    """A sentence, if the values are right but for their last digits."""
    if np.isfinite(found).all() and np.isfinite(right).all() and np.allclose(found, right, rtol=5e-3, atol=2e-3):
        off = np.max(np.abs(found - right))
        yield (
            f"Nearly: every value is close, and the largest difference is {off:.2g}. Precision is lost on the way, as"
            " by rounding, by float16, or by a small number that is added. "
        )


def rules(found, right):
    """The sentences that fit two vectors, values found and right ones."""
    if not np.isfinite(found).all():
        yield "Some values are NaN or infinite: where can it divide by 0, or take a root or a logarithm too far down? "
    ratio, shift = (found @ right) / (right @ right), np.mean(found - right)
    if np.ptp(found) == 0:
        yield "All values are the same, whatever goes in. "
    if near(found, -right):
        yield "Every value has the wrong sign. "
    if near(found, ratio * right):
        yield f"Every value is {ratio:.3g} times what it should be. "
    if near(found, right + shift):
        yield f"Every value is too {'large' if shift > 0 else 'small'} by {abs(shift):.3g}. "
    for what, function in (("logarithm", np.log), ("exponential", np.exp)):
        if near(found, function(right)):
            yield f"Every value is the {what} of what it should be. "
    if (found > 0).all() and (right > 0).all():
        power = (np.log(found) @ np.log(right)) / (np.log(right) @ np.log(right))
        if near(found, right**power):
            yield f"Every value is what it should be, raised to the power of {power:.3g}. "


def near(one, other):
    return np.allclose(one, other, rtol=1e-3, atol=1e-5)

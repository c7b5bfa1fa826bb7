"""Compares an answer's runs with those of the right answer, and says in words what differs."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from vae_helpers.cards import TO_SEE_IT
from vae_helpers.exercises.sandbox import (
    SECONDS,
    Arguments,
    Facts,
    Run,
    SandboxedAnswer,
    TooSlowError,
    UnusableError,
    arguments_of,
    message_of,
    run,
)
from vae_helpers.types import Array

if TYPE_CHECKING:
    from vae_helpers.exercises.exercise import Exercise

Pairs: TypeAlias = Sequence[tuple[Array, Array]]  # an array that an answer returned, and the right one, for each case


def describe_misfit(exercise: "Exercise", answer: Any) -> str:
    """What keeps an answer from being called as the exercise calls it, in words; "" if nothing does."""
    name, kind = exercise.name, type(answer).__name__
    if inspect.isclass(exercise.reference):
        return "" if inspect.isclass(answer) else f"Pass the class {name} itself: this is a {kind}."
    if not callable(answer):
        return f"Pass the function itself, {name} without brackets after it: this is a value of type {kind}."
    try:
        signature = inspect.signature(answer)
    except Exception:  # some callables, such as those written in C, have no signature: calling them will tell
        return ""
    wanted = list(inspect.signature(exercise.reference).parameters)
    try:
        signature.bind(*wanted)
    except TypeError:
        return f"It is called as {name}({', '.join(wanted)}), but {describe_signature(signature, name, wanted)}"
    return ""


def describe_signature(signature: inspect.Signature, name: str, wanted: Sequence[str]) -> str:
    """Why a signature can't be called with the wanted parameters by position, in words."""
    by_name = [
        parameter.name for parameter in signature.parameters.values() if parameter.kind == parameter.KEYWORD_ONLY
    ]
    if missing := [parameter for parameter in by_name if parameter in wanted]:
        return (
            f"yours takes {' and '.join(missing)} by name only (after a *, or from functools.partial). "
            "Let it be given by its place."
        )
    return f"yours is defined as {name}{str(signature).partition(' ->')[0]}."


def runs_agree(exercise: "Exercise", one: Run, other: Run) -> bool:
    """Whether two runs show the same: the same error, or the same shapes, the dtype asked for and close values."""
    if one.error is not None or other.error is not None:
        return (
            one.error is not None
            and other.error is not None
            and type(one.error) is type(other.error)
            and message_of(one.error) == message_of(other.error)
        )
    if one.observation.keys() != other.observation.keys():
        return False
    return all(difference(exercise, one.observation[what], other.observation[what]) == "" for what in other.observation)


def difference(exercise: "Exercise", returned: Array, expected: Array) -> str:
    """What differs first between two arrays, in words; "" if nothing does."""
    if returned.shape != expected.shape:
        return f"has shape {returned.shape}, and {expected.shape} was expected"
    if exercise.dtype and returned.dtype != expected.dtype:
        return f"has dtype {returned.dtype}, and {expected.dtype} was expected"
    if expected.dtype == bool and expected.shape == ():
        return "" if returned == expected else f"is {bool(returned)}, and {bool(expected)} was expected"
    returned, expected = returned.astype(float), expected.astype(float)
    close = np.isclose(returned, expected, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True)
    if close.all():
        return ""
    index = tuple(int(number) for number in np.argwhere(~close)[0])
    place = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    share = f" ({(~close).mean():.0%} of the values differ)" if index else ""
    return f"is {returned[index]:.6g}{place}, and {expected[index]:.6g} was expected{share}"


def diagnose(exercise: "Exercise", answer: Any, runs: Mapping[str, Run]) -> str:
    """What is wrong with an answer that behaves like no slip; "" if nothing is. runs: {case: run}.

    A general rule, if one fits, then the first difference from the right answer, and a call that shows it.
    """
    for case, one_run in runs.items():
        if words := explain(exercise, one_run, exercise.known_run(exercise.right_program, case)):
            rule = "" if one_run.error else unused_arguments(exercise, answer) or common_relation(exercise, runs)
            return f"{rule}{words}{TO_SEE_IT}{exercise.name}({case})" if not exercise.template else f"{rule}{words}"
    return ""


def explain(exercise: "Exercise", one_run: Run, expected: Run) -> str:
    """What is wrong with one run, beside the right answer's; "" if nothing is."""
    if one_run.error is not None:
        return explain_error(exercise.name, one_run, one_run.error)
    for what, right in expected.observation.items():
        if what not in one_run.observation:
            return f"{what[0].upper()}{what[1:]} can't be told from what {exercise.name} returned."
        if words := difference(exercise, one_run.observation[what], right):
            is_needless_tuple = one_run.returned_type == "tuple" != expected.returned_type
            comma = " It returned a tuple: is there a comma too many?" if is_needless_tuple else ""
            return exercise.says.get(what) or f"{what[0].upper()}{what[1:]} {words}.{comma}"
    if one_run.changed_argument:
        return f"The values are right, but {exercise.name} changes an array that it was given. Work on a copy."
    return ""


def explain_error(name: str, one_run: Run, error: BaseException) -> str:
    """The error that ended a run, in words: "raised" is said only of an error that the answer itself raised."""
    kind, text = type(error).__name__, message_of(error)
    match error:
        case TooSlowError():
            return (
                f"{name} ran for more than {SECONDS:.0f} seconds and was stopped. Does a loop never end, or is it slow?"
                " One operation on a whole array is fast; a loop over its numbers is not."
            )
        case UnusableError() if not one_run.raised_by_answer:
            return f"{name} gave no usable result: {text}"
    if one_run.raised_by_answer or not one_run.returned_type:
        return f"{name} raised {kind}: {text}".removesuffix(": ")
    return (
        f"{name} returned a value of type {one_run.returned_type} that could not be judged "
        f"({kind} on looking at it: {text})."
    )


# --- rules that fit any exercise ---


def unused_arguments(exercise: "Exercise", answer: Any) -> str:
    """Which arguments the result does not depend on though it should, in words; "" if there is none."""
    if inspect.isclass(exercise.reference):
        return ""
    case = exercise.cases[0]
    unused = [
        name
        for place, name in enumerate(inspect.signature(exercise.reference).parameters)
        if ignores_argument(answer, case, place) and not ignores_argument(exercise.reference, case, place)
    ]
    return f"The result does not depend on {' or '.join(unused)}. " if unused else ""


def ignores_argument(answer: Any, case: str, place: int) -> bool:
    """Whether an answer gives the same result when the argument at a place is a different one."""

    def observe_change(function: Any, arguments: Arguments) -> Facts:
        changed = [different_argument(value) if i == place else value for i, value in enumerate(arguments)]
        return {"before": function(*arguments_of(case)), "after": function(*changed)}

    both = run(observe_change, SandboxedAnswer(answer, silent=True), case).observation
    return bool(both) and np.array_equal(both["before"], both["after"])  # where NaN equals nothing


def different_argument(argument: Any) -> Any:
    """A different argument of the same kind."""
    if isinstance(argument, np.random.Generator):
        return np.random.default_rng(1)
    whole = isinstance(argument, int) or (isinstance(argument, np.ndarray) and argument.dtype.kind == "u")
    return argument + 1 if whole else 0.25 + 0.5 * argument


def common_relation(exercise: "Exercise", runs: Mapping[str, Run]) -> str:
    """How all values together relate to those that are right, in words; "" if no rule fits."""
    pairs = []
    for case, one_run in runs.items():
        returned = one_run.observation.get("the result")
        right = exercise.known_run(exercise.right_program, case).observation.get("the result")
        if returned is None or right is None or not returned.size:
            return ""
        pairs.append((returned, right))
    same_shapes = all(returned.shape == right.shape for returned, right in pairs)
    if same_shapes and (words := describe_imprecision(*concatenate_pairs(pairs))):
        return words
    if all(
        returned.size == right.size and is_close(np.sort(returned, None), np.sort(right, None))
        for returned, right in pairs
    ):
        return "The right values are there, but not in the right places. "
    return next(matching_rules(*concatenate_pairs(pairs)), "") if same_shapes else ""


def concatenate_pairs(pairs: Pairs) -> tuple[Array, Array]:
    """All values that an answer returned, and all right ones, as two vectors."""
    returned, right = (np.concatenate([array.ravel() for array in side]) for side in zip(*pairs, strict=True))
    return returned.astype(float), right.astype(float)


def describe_imprecision(returned: Array, right: Array) -> str:
    """A sentence, if all values are right but for their last digits; else ""."""
    if not (np.isfinite(returned).all() and np.isfinite(right).all()):
        return ""
    if not np.allclose(returned, right, rtol=5e-3, atol=2e-3):
        return ""
    return (
        f"Nearly: every value is close, and the largest difference is {np.max(np.abs(returned - right)):.2g}. Precision"
        " is lost on the way, as by rounding, by float16, or by a small number that is added. "
    )


def matching_rules(returned: Array, right: Array) -> Iterator[str]:
    """The sentences that fit two vectors, the values returned and the right ones."""
    if not np.isfinite(returned).all():
        yield "Some values are NaN or infinite: where can it divide by 0, or take a root or a logarithm too far down? "
    ratio, shift = (returned @ right) / (right @ right), np.mean(returned - right)
    if np.ptp(returned) == 0:
        yield "All values are the same, whatever goes in. "
    if is_close(returned, -right):
        yield "Every value has the wrong sign. "
    if is_close(returned, ratio * right):
        yield f"Every value is {ratio:.3g} times what it should be. "
    if is_close(returned, right + shift):
        yield f"Every value is too {'large' if shift > 0 else 'small'} by {abs(shift):.3g}. "
    for what, function in (("logarithm", np.log), ("exponential", np.exp)):
        if is_close(returned, function(right)):
            yield f"Every value is the {what} of what it should be. "
    if (returned > 0).all() and (right > 0).all():
        power = (np.log(returned) @ np.log(right)) / (np.log(right) @ np.log(right))
        if is_close(returned, right**power):
            yield f"Every value is what it should be, raised to the power of {power:.3g}. "


def is_close(one: Array, other: Array) -> bool:
    """Whether two arrays agree to about three digits."""
    return np.allclose(one, other, rtol=1e-3, atol=1e-5)

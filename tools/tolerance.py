"""When two texts that a notebook printed are the same: the rule stands in the root's conftest.py."""

import math
import re

RTOL = 1e-4
NUMBER = re.compile(
    r"""
    [ ]*                                # padding in front
    (?<![\w.])                          # not inside a word, a version or another number
    ( [+-]?
      (?: (?: \d+\.\d+ | \.\d+ ) (?:[eE][+-]?\d+)?
        | \d+\.? [eE][+-]?\d+ (?!\w)    # 3e-05, and numpy's 3.e-05
        | \d+\. (?=[ ]*[],]|\s*[ ]-?\d*\.) # numpy's 1. in an array: at a sentence's end, "60000." is an integer
      )
    )
    (?!\.?\d)                           # not the start of a version
    [ ]*                                # padding behind
    """,
    re.VERBOSE,
)


def relative_tolerance(tags: list[str]) -> float:
    """The rtol that a cell's tags state, or RTOL; ValueError for a tag that states none between 0 and 1."""
    stated = [tag for tag in tags if tag.startswith("rtol")]
    if not stated:
        return RTOL
    match = re.fullmatch(r"rtol=(\d*\.?\d+(?:e-?\d+)?)", stated[0])
    if len(stated) > 1 or not match or not 0 < float(match[1]) < 1:
        raise ValueError(f"a cell's tolerance is one tag such as rtol=0.02, between 0 and 1, not {stated}")
    return float(match[1])


def numbers_agree(a, b, rtol):
    """Whether two numbers, given as text, agree; equal text always does, a number too large for a float never."""
    return a == b or (math.isfinite(float(a)) and math.isclose(float(a), float(b), rel_tol=rtol))


def texts_agree(a: str, b: str, rtol: float) -> bool:
    """Whether the text around the numbers is the same, and the numbers agree."""
    if a == b:
        return True
    if NUMBER.sub("0.", a).strip(" ") != NUMBER.sub("0.", b).strip(" "):
        return False
    return all(numbers_agree(*pair, rtol) for pair in zip(NUMBER.findall(a), NUMBER.findall(b), strict=True))

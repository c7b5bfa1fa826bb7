"""What CI compares: nbval's comparison of a notebook's outputs, with a tolerance for measured numbers.

nbval runs a notebook and compares what each cell prints with what is committed, character by character. Two
machines rarely agree on the last digits of a measured number, so here the comparison follows this rule:

- A number with a decimal point or an exponent (1.5, -0.25, 1., 3e-05) agrees with another such number within a
  relative tolerance: |a - b| <= rtol * max(|a|, |b|). A positive and a negative number never agree.
- rtol is 1e-4; a cell states its own with a tag, for example `rtol=0.02`.
- Spaces beside such a number are not compared: they pad columns, so they follow from its digits.
- All else is compared exactly: words, integers, nan and inf, line breaks, the number and the kinds of outputs.
  Digits inside a word or a version (x1.5, 2.21.0) are part of the word.

Pictures are not compared (nbval's default), but their cells' text is, so a missing picture is found.
"""

import math
import re

from nbval.plugin import IPyNbCell

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


def relative_tolerance(tags):
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


class ToleratedText(str):
    """Text that equals another when the text around their numbers is the same and their numbers agree."""

    rtol = RTOL
    __hash__ = None  # equality is not transitive, so no hash fits it

    def __eq__(self, other):
        if str.__eq__(self, other) is not False:
            return str.__eq__(self, other)
        if NUMBER.sub("0.", self).strip(" ") != NUMBER.sub("0.", other).strip(" "):
            return False
        pairs = zip(NUMBER.findall(self), NUMBER.findall(other), strict=True)
        return all(numbers_agree(a, b, self.rtol) for a, b in pairs)

    def __ne__(self, other):
        return not self == other


def sanitize(cell, text, _nbval_sanitize=IPyNbCell.sanitize):
    """nbval's own sanitize, whose result nbval compares with !=, made tolerant."""
    text = _nbval_sanitize(cell, text)
    if not isinstance(text, str):
        return text
    tolerated = ToleratedText(text)
    tolerated.rtol = relative_tolerance(cell.cell.metadata.get("tags", []))
    return tolerated


IPyNbCell.sanitize = sanitize

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

import os

from ipc_kernels import FilesKernelManager
from tolerance import relative_tolerance, texts_agree

from vae_helpers.private_api import replace_nbval_parts

os.environ["VAE_PROGRESS"] = "off"  # a cell that shows progress prints the same whatever this user has solved


class ToleratedText(str):
    """A cell's text, which equals another when the two agree within a relative tolerance."""

    __hash__ = None  # equality is not transitive, so no hash fits it

    def __new__(cls, text, rtol):
        tolerated = super().__new__(cls, text)
        tolerated.rtol = rtol
        return tolerated

    def __eq__(self, other):
        return texts_agree(str(self), str(other), self.rtol)

    def __ne__(self, other):
        return not self == other


def tolerant(cell, text, sanitized):
    """What nbval compares: its own sanitized text, made tolerant. text: the cell's, before nbval sanitized it."""
    if not isinstance(sanitized, str):
        return sanitized
    return ToleratedText(sanitized, relative_tolerance(cell.cell.metadata.get("tags", [])))


replace_nbval_parts(tolerant, FilesKernelManager)  # the manager: two kernels at once, and no ports to fight for

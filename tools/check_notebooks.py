"""Run every notebook and compare what it prints with what is committed: the last step of `make test`.

The committed outputs are MNIST's. With other digits only the cells whose outputs do not depend on the data are
compared (they are tagged nbval-check-output), and all have to run. The rule of comparison is in conftest.py.
"""

import os
import sys
from pathlib import Path

import pytest
from data_source import digits_are_mnist, make_path_absolute

from vae_helpers.data import DigitsError

ROOT = Path(__file__).parents[1]
TWO_AT_ONCE = ["-n", "2", "--dist", "loadfile"]  # a notebook's cells stay together in one worker


def nbval_option() -> str:
    """nbval's strict mode on MNIST, else its lax one, said in one line."""
    if digits_are_mnist():
        print("Comparing everything that the notebooks print: the digits are MNIST.")
        return "--nbval"
    print("Comparing only what does not depend on the digits: they are not MNIST.")
    return "--nbval-lax"


def main() -> int:
    make_path_absolute()
    try:
        option = nbval_option()
    except DigitsError as error:
        sys.exit(str(error))
    os.chdir(ROOT)
    return pytest.main(["-q", option, "--nbval-current-env", "--maxfail=5", *TWO_AT_ONCE, "notebooks"])


if __name__ == "__main__":
    sys.exit(main())

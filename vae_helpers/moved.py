"""Names that have moved: an import under the old one says where the new one is, and how a notebook gets it.

A learner's notebook from before the move imports, for instance, ``vae_helpers.lesson04``. Nothing is redirected: the
notebook has a new form, with other names inside, and ``make lab FRESH=04`` brings it with the learner's answers in it.
"""

import re
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from typing import Any

MODULES = {
    **{f"vae_helpers.lesson{number:02}": f"vae_lessons.lesson{number:02}" for number in range(1, 11)},
    "vae_helpers.quiet": "vae_helpers.backend",
    "vae_helpers.diagnose.finding": "vae_helpers.diagnose.locate_parts",
    "vae_helpers.diagnose.judging": "vae_helpers.diagnose.problems",
    "vae_helpers.diagnose.measuring": "vae_helpers.diagnose.measurements",
    "vae_helpers.diagnose.preparing": "vae_helpers.diagnose.validation",
    "vae_helpers.diagnose.probing": "vae_helpers.diagnose.gradient_probe",
    "vae_helpers.diagnose.terms": "vae_helpers.diagnose.loss_terms",
    "vae_helpers.diagnose.untouched": "vae_helpers.diagnose.preserve_state",
    "vae_helpers.diagnose.weighing": "vae_helpers.diagnose.diagnosis",
    "vae_helpers.exercises.comparing": "vae_helpers.exercises.feedback",
    "vae_helpers.exercises.kept": "vae_helpers.exercises.progress_store",
    "vae_helpers.exercises.reporting": "vae_helpers.exercises.board_client",
    "vae_helpers.exercises.running": "vae_helpers.exercises.sandbox",
}
NAMES = {
    "vae_helpers.panel": {"Film": "BlitCanvas", "Shown": "StaticFallback", "smaller": "quantized_png"},
    "vae_helpers.training": {
        "in_batches": "make_dataset",
        "ready_to_fit": "compiled_vae",
        "rise_and_fall": "warmup_cosine",
    },
}


def way_out(old: str, new: str) -> str:
    """The sentence for a learner whose notebook imports ``old``, which is now ``new``."""
    lesson = re.search(r"\.lesson(\d\d)", old)
    number = f"FRESH={lesson[1]}" if lesson else "FRESH=04 (with the number of your notebook)"
    return (
        f"{old} is now {new}: run `make lab {number}` for the new form of the notebook with your answers carried over, "
        "or change the import."
    )


class MovedModules(MetaPathFinder):
    """Asked last, for modules that Python finds nowhere: raises ModuleNotFoundError for one that has moved."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname in MODULES:
            # Without its argument ``name``: ``from vae_helpers import quiet`` would drop an error that has it.
            raise ModuleNotFoundError(way_out(fullname, MODULES[fullname]))
        return None


FINDER = MovedModules()


def install() -> None:
    """Let Python ask for moved modules, once for each process."""
    if FINDER not in sys.meta_path:
        sys.meta_path.append(FINDER)


def old_names(module: str) -> Callable[[str], Any]:
    """A ``__getattr__`` for a module some of whose names have moved: it raises ImportError with the new name."""

    def module_getattr(name: str) -> Any:
        if name in NAMES[module]:
            raise ImportError(way_out(f"{module}.{name}", f"{module}.{NAMES[module][name]}"))
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return module_getattr

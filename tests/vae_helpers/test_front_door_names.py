"""``from vae_helpers import ...``: every name, loaded when it is used, and a sentence for each name that has moved."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import vae_helpers
from vae_helpers import moved

FOLDER = Path(vae_helpers.__file__).parent
NAMES = {
    "VAE": "model",
    "Sampling": "model",
    "build_encoder": "model",
    "build_decoder": "model",
    "kl_divergence": "losses",
    "bernoulli_nll": "losses",
    "elbo": "losses",
    "log_evidence": "evidence",
    "load_digits": "data",
    "load_folder": "folder",
    "preprocess": "data",
    "check": "exercises",
    "done": "exercises",
    "progress": "exercises",
}
SUBMODULES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py")) + sorted(
    path.parent.name for path in FOLDER.glob("*/__init__.py")
)
NOT_OFFERED = {"cache", "moved", "private_api"}  # for the package itself
WITHOUT_TENSORFLOW = ["load_digits", "load_folder", "preprocess", "check", "done", "progress"]
MODULES_WITHOUT_TENSORFLOW = [
    *("cards", "data", "diagram", "exercises", "folder", "latent"),
    *("palette", "panel", "plots", "strokes", "types", "validate"),
]


def run(code):
    """What a fresh process prints."""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=FOLDER.parent)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_that_of_its_module(name):
    assert getattr(vae_helpers, name) is getattr(importlib.import_module(f"vae_helpers.{NAMES[name]}"), name)


def test_all_of_them_in_one_import():
    assert run(f"from vae_helpers import {', '.join([*NAMES, 'diagnose'])}; print('ok')") == "ok"


def test_modules_are_offered_too():
    assert run("from vae_helpers import data, plots, model; print(data.__name__, plots.__name__, model.__name__)") == (
        "vae_helpers.data vae_helpers.plots vae_helpers.model"
    )
    assert run("import vae_helpers; print(vae_helpers.plots.__name__)") == "vae_helpers.plots"


def test_the_lists_for_python_and_for_type_checkers_agree():
    """__init__.py loads what __init__.pyi declares, and every module of the package is among it."""
    stub = ast.parse((FOLDER / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    declared = {
        alias.name: node.module.removeprefix("vae_helpers").strip(".") for node in imports for alias in node.names
    }
    (exported,) = [ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign)]
    assert sorted(declared) == sorted(exported) == sorted(dir(vae_helpers))
    assert {name: module for name, module in declared.items() if module} == NAMES | {"diagnose": "diagnose"}
    assert {name for name, module in declared.items() if not module} == set(SUBMODULES) - NOT_OFFERED - {"diagnose"}


@pytest.mark.parametrize("name", [*WITHOUT_TENSORFLOW, *MODULES_WITHOUT_TENSORFLOW])
def test_light_names_do_not_load_tensorflow(name):
    code = f"import sys; from vae_helpers import {name}; print(sorted({{'tensorflow', 'keras'}} & sys.modules.keys()))"
    assert run(code) == "[]"


def test_the_package_alone_loads_next_to_nothing():
    heavy = {"tensorflow", "keras", "numpy", "matplotlib", "ipywidgets"}
    assert run(f"import sys, vae_helpers; print(sorted({heavy} & sys.modules.keys()))") == "[]"


# --- diagnose is a package and a function ---


@pytest.mark.parametrize(
    "imports",
    [
        "from vae_helpers import diagnose",
        "import vae_helpers.diagnose; from vae_helpers import diagnose",
        "from vae_helpers.diagnose import diagnose",
        "from vae_helpers.diagnose import Diagnosis; from vae_helpers import diagnose",
        "from vae_helpers import diagnose; from vae_helpers.diagnose import diagnose",
        "from vae_helpers.diagnose import diagnose as first; from vae_helpers import diagnose",
        "import vae_helpers.diagnose as diagnose",
        "import vae_helpers; diagnose = vae_helpers.diagnose",
        "import vae_helpers.diagnose.problems as problems; from vae_helpers import diagnose",
    ],
)
def test_diagnose_can_be_called_in_any_order_of_imports(imports):
    code = f"""
{imports}
try:
    diagnose(vae=None, x=[[0.0]])
except (TypeError, ValueError) as error:
    print(type(error).__name__)
import vae_helpers.diagnose
print(vae_helpers.diagnose.Diagnosis.__name__)
"""
    assert run(code).splitlines()[-2:] in (["TypeError", "Diagnosis"], ["ValueError", "Diagnosis"])


# --- the version ---


def test_the_version_is_that_of_the_installed_package():
    assert vae_helpers.__version__ == importlib.metadata.version("vae-helpers")


def test_a_package_that_is_not_installed_has_a_version_too():
    code = """
import importlib.metadata
def missing(name):
    raise importlib.metadata.PackageNotFoundError(name)
importlib.metadata.version = missing
import vae_helpers
print(vae_helpers.__version__)
"""
    assert run(code) == "0+unknown"


# --- names from before the move ---

OLD_IMPORTS = {
    "from vae_helpers.lesson04 import figures, widgets": ("vae_lessons.lesson04", "FRESH=04"),
    "from vae_helpers.lesson07 import annealing, figures, linear, measuring": ("vae_lessons.lesson07", "FRESH=07"),
    "from vae_helpers.lesson05.capstone import capstone": ("vae_lessons.lesson05", "FRESH=05"),
    "from vae_helpers import lesson10": ("vae_lessons.lesson10", "FRESH=10"),
    "import vae_helpers.lesson10.flow": ("vae_lessons.lesson10", "FRESH=10"),
    "from vae_helpers.quiet import keras": ("vae_helpers.backend", "FRESH=04"),
    "from vae_helpers import quiet": ("vae_helpers.backend", "FRESH=04"),
    "from vae_helpers.training import in_batches, rise_and_fall": ("vae_helpers.training.make_dataset", "FRESH=04"),
    "from vae_helpers.training import rise_and_fall, steps_in": ("vae_helpers.training.warmup_cosine", "FRESH=04"),
    "from vae_helpers.training import ready_to_fit": ("vae_helpers.training.compiled_vae", "FRESH=04"),
    "from vae_helpers.panel import Film": ("vae_helpers.panel.BlitCanvas", "FRESH=04"),
    "from vae_helpers.diagnose.finding import parts_of": ("vae_helpers.diagnose.locate_parts", "FRESH=04"),
    "from vae_helpers.exercises import running": ("vae_helpers.exercises.sandbox", "FRESH=04"),
}


@pytest.mark.parametrize("statement", OLD_IMPORTS)
def test_an_old_import_gets_one_sentence_with_the_new_name_and_the_way_out(statement):
    new, command = OLD_IMPORTS[statement]
    with pytest.raises(ImportError) as raised:
        exec(statement, {})
    sentence = str(raised.value)
    assert f" is now {new}: " in sentence and f"make lab {command}" in sentence and "answers carried over" in sentence
    assert "\n" not in sentence and sentence.endswith(".") and ". " not in sentence


def test_an_old_import_works_the_same_as_the_first_line_of_a_notebook():
    code = "from vae_helpers.lesson04 import figures"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=FOLDER.parent)
    assert result.stderr.splitlines()[-1].startswith("ModuleNotFoundError: vae_helpers.lesson04 is now vae_lessons.")


@pytest.mark.parametrize("old", moved.MODULES)
def test_what_has_moved_is_gone_from_the_old_place_and_stands_in_the_new(old):
    with pytest.raises(ModuleNotFoundError, match="is now"):
        importlib.import_module(old)
    importlib.import_module(moved.MODULES[old])


@pytest.mark.parametrize("module", moved.NAMES)
def test_names_that_have_moved_within_a_module_exist(module):
    for old, new in moved.NAMES[module].items():
        imported = importlib.import_module(module)
        assert old not in vars(imported) and hasattr(imported, new)


def test_other_missing_names_fail_as_they_always_do():
    with pytest.raises(ModuleNotFoundError, match="No module named 'vae_helpers.lesson44'"):
        importlib.import_module("vae_helpers.lesson44")
    with pytest.raises(AttributeError, match="rise_and_shine"):
        _ = importlib.import_module("vae_helpers.training").rise_and_shine
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from vae_helpers import nothing", {})


def test_a_second_install_adds_no_second_finder():
    moved.install()
    assert sys.meta_path.count(moved.FINDER) == 1

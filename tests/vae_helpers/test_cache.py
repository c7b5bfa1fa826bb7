"""The cache of results: what decides a result, and what does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vae_helpers import cache

ROOT = Path(__file__).parents[2]
TRAIN = """
import sys
from pathlib import Path
import numpy as np
from vae_helpers import data, strokes
from vae_lessons.lesson08 import sweep, studies
x, _, _ = strokes.draw_stroke_digits(240, seed=0)
x = studies.as_bytes(data.halved(x / 255)).reshape(-1, 196)
networks = studies.over_seeds((0,), data="grey", latent_dim=2, epochs=1)
run = sweep.start(studies.result, networks, {"grey": (x[:200], x[200:])}, Path(sys.argv[1]))
print(run.results()[networks[0]]["rate"].mean(), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of both packages, to change."""
    folder = tmp_path_factory.mktemp("course")
    for package in cache.PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def trained(course):
    """How many networks a sweep trains in the changed copy, and what a first one comes to."""
    command = [sys.executable, "-c", TRAIN, str(course / "cache")]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[0]), done.stderr.split()[-1]


def test_a_sign_in_the_losses_makes_a_new_training_and_a_comment_makes_none(course):
    path = course / "vae_helpers" / "losses.py"
    text = path.read_text(encoding="utf-8")
    sign = "softplus(x_logits) - x * x_logits"
    assert text.count(sign) == 1
    first, rate = trained(course)
    path.write_text(text + "\n# a comment decides nothing\n", encoding="utf-8")
    assert first == 1 and trained(course) == (0, rate)
    path.write_text(text.replace(sign, "softplus(x_logits) + x * x_logits"), encoding="utf-8")
    missing, other = trained(course)
    assert missing == 1 and other != rate
    path.write_text(text, encoding="utf-8")
    assert trained(course) == (0, rate)


def test_code_of_either_package_data_and_versions_decide_a_fingerprint(tmp_path, monkeypatch):
    digests = set()
    for number, package in enumerate(cache.PACKAGES):
        root = tmp_path / str(number)
        for name in cache.PACKAGES:
            (root / name / "room").mkdir(parents=True)
            (root / name / "room" / "code.py").write_text(f"x = {name == package}\n")
        digests.add(cache.fingerprint([np.zeros(3)], root))
    for array in (np.ones(3), np.zeros(3, "float32"), np.zeros((3, 1))):
        digests.add(cache.fingerprint([array], root))
    for library in cache.LIBRARIES:
        monkeypatch.setattr(cache, "version", lambda name, library=library: "2" if name == library else "1")
        digests.add(cache.fingerprint([np.zeros(3)], root))
    assert len(digests) == 2 + 3 + len(cache.LIBRARIES)


def test_a_comment_or_a_docstring_is_no_code(tmp_path):
    path = tmp_path / "code.py"
    path.write_text("def f(x):\n    return x + 1\n", encoding="utf-8")
    plain = cache.bare_code(path)
    path.write_text('"""What."""\n\n\ndef f(x):\n    """Why."""\n    return x + 1  # so\n', encoding="utf-8")
    assert cache.bare_code(path) == plain
    path.write_text("def f(x):\n    return x + 2\n", encoding="utf-8")
    assert cache.bare_code(path) != plain


def test_the_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_CACHE", str(tmp_path))
    assert cache.cache_folder("beta") == tmp_path / "beta"
    monkeypatch.delenv("VAE_CACHE")
    assert cache.cache_folder("beta").name == "beta" and cache.cache_folder("beta").is_absolute()

"""The palette: colours that matplotlib and a browser know, and no other place for them."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex, to_rgba

import vae_lessons
from vae_helpers import palette, plots

PALETTE = Path(palette.__file__)
PACKAGES = PALETTE.parent, Path(vae_lessons.__file__).parent
SUFFIXES = ".py", ".js", ".css"
HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b")
FILES = [
    path for package in PACKAGES for path in sorted(package.rglob("*")) if path.suffix in SUFFIXES and path != PALETTE
]


def test_the_series_is_petroffs():
    assert [to_hex(colour) for colour in plt.color_sequences["petroff10"]] == list(palette.SERIES)
    assert plots.COLOURS == list(palette.SERIES)


@pytest.mark.parametrize("role", palette.ROLE)
def test_a_role_has_a_colour(role):
    assert to_rgba(palette.ROLE[role])[3] == 1


def test_every_role_is_drawn_somewhere():
    """A role that no file names would be a line whose change does nothing."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    assert [role for role in palette.ROLE if not re.search(rf'ROLE\["{role}"\]|\${role}\b', text)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_colour_by_number_stands_in_the_palette_alone(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    colours = [
        f"{path.name}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if HEX_COLOUR.search(line)
    ]
    assert not colours, "give it a role in palette.py:\n" + "\n".join(colours)


@pytest.mark.parametrize("text", ["#888", "'#2a8fd0'", "color: #2A8FD0;", "#2a8fd0cc"])
def test_a_colour_is_recognized(text):
    assert HEX_COLOUR.search(text)


@pytest.mark.parametrize("text", ["# a comment", "#tag", "#12", "# 5.3 : 1"])
def test_a_comment_is_no_colour(text):
    assert not HEX_COLOUR.search(text)

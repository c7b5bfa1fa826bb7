"""The site: Sphinx's settings. tools/write_site.py gathers its sources in one folder and builds it from there."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for mathml.py

project = "The variational autoencoder, built step by step"
author = "the authors of the course"
copyright = "2026, the authors of the course. Text and figures: CC BY 4.0. Code: MIT"
html_title = project
language = "en"

extensions = ["mathml", "myst_nb", "sphinx.ext.autodoc", "sphinx_copybutton"]
nb_execution_mode = "off"
nb_number_source_lines = False
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath", "attrs_block", "attrs_inline"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # the glossary's entries are one level deeper than need be
default_role = "code"
exclude_patterns = ["minutes.md", "download"]
html_copy_source = False
html_use_index = html_domain_indices = False

autodoc_default_options = {"exclude-members": "set"}  # matplotlib gives each Figure a method set
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False
autodoc_typehints = "none"
add_module_names = False

html_theme = "sphinx_book_theme"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_show_sphinx = False
html_theme_options = {
    "navbar_persistent": [],
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "search_bar_text": "Search the course",
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
copybutton_selector = "div.highlight:not(.cell_output div.highlight) > pre"

html_context = {"default_mode": "auto"}
html_math_renderer = "mathml"


def plain_stars(app, what, name, obj, options, lines):
    """A star before a name, as in *shape, is no emphasis in a docstring."""
    lines[:] = [re.sub(r"(?<![\w*`])\*(?=\w)", r"\\*", line) for line in lines]


def setup(app):
    app.connect("autodoc-process-docstring", plain_stars)

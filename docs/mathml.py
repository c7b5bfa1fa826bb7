"""Formulas as MathML, which browsers draw themselves: an extension for Sphinx, on docutils' own converter."""

import re
from xml.etree import ElementTree as ET

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)
SPELLED_OTHERWISE = {  # what the converter lacks or reads in another way than TeX
    r"\\dots\b": r"\\ldots",
    r"\\([bB]ig)(?=[\[(])": r"\\\1l",
    r"\\([bB]ig)(?=[\])])": r"\\\1r",
    r"\\([td]?frac) *(\w) *(\w)": r"\\\1{\2}{\3}",
    r"([_^]|\\sqrt) *(\d)(?=\d)": r"\1{\2}",
}
APPLY, BRACES = "\u2061", "\u23de\u23df"
THIN = "0.1667em"


def mathml(tex, as_block):
    """A formula as MathML. Raises what the converter's parser happens to, where it can't be converted."""
    for pattern, spelling in SPELLED_OTHERWISE.items():
        tex = re.sub(pattern, spelling, tex)
    text = latex2mathml.tex2mathml(tex, as_block=as_block).replace("&ApplyFunction;", APPLY)
    tree = ET.fromstring(text.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', ""))
    for element in list(tree.iter()):
        put_under_brace(element)
        space_functions(element)
    return ET.tostring(tree, encoding="unicode")


def put_under_brace(element):
    """The words of a brace belong under it, where the converter makes them a subscript."""
    if element.tag in ("msub", "msup") and element[0].tag in ("munder", "mover"):
        if (element[0][-1].text or "") in BRACES:
            element.tag = element[0].tag


def space_functions(parent):
    """A thin space around the name of a function, such as log, as TeX has it: not before a bracket."""
    children = list(parent)
    for before, name, apply, after in zip(
        [None, *children], children, children[1:], [*children[2:], None], strict=False
    ):
        if apply.text == APPLY and len(name.text or "") > 1:
            if before is not None and before.tag != "mo":
                name.set("style", f"margin-left: {THIN}")
            if after is not None and not (after.text or "").startswith(("(", "[")):
                apply.attrib.update(lspace="0", rspace=THIN)


def converted(node, as_block):
    """The MathML of a math node; its source, with a warning, where it can't be converted."""
    try:
        return mathml(node.astext().strip(), as_block)
    except Exception as error:  # the parser has no one kind of error
        logger.warning("a formula can't be converted: %s", error, location=node)
        return f"<code>{nodes.fully_normalize_name(node.astext())}</code>"


def visit_math(self, node):
    self.body.append(f'<span class="formula">{converted(node, as_block=False)}</span>')
    raise nodes.SkipNode


def visit_displaymath(self, node):
    self.body.append(f'<div class="formula">{converted(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True}

"""Mathematics as MathML, which browsers set themselves: no script and nothing from the network."""

from latex2mathml.converter import convert
from sphinx.locale import _ as translated


def inline(self, node):
    """Write a formula in a line of text."""
    self.body.append(convert(node.astext(), display="inline"))
    raise self_skip()


def block(self, node):
    """Write a displayed formula, with its number and a link to it."""
    self.body.append(self.starttag(node, "div", CLASS="math displayed"))
    self.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>')
    if node["number"]:
        number = self.get_equation_number(node) if hasattr(self, "get_equation_number") else f"({node['number']})"
        self.body.append(f'<span class="eqno">{number}')
        self.add_permalink_ref(node, translated("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise self_skip()


def self_skip():
    """Tell docutils that the formula is written."""
    from docutils.nodes import SkipNode

    return SkipNode()


def setup(app):
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True}

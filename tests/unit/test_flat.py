"""Flattened lists say what their components say, and nothing of others in them runs."""

import pytest
from dash import dcc, html

from dashboard.components.flat import flat


def test_text_and_attributes_are_escaped():
    """A team named like markup stays text, in the cell and in its attributes."""
    made = flat(html.Td("<b onload=x>甲&乙</b>", title='"><script>'))
    assert made == (
        '<td title="&quot;&gt;&lt;script&gt;">&lt;b onload=x&gt;甲&amp;乙&lt;/b&gt;</td>'
    )


def test_names_become_those_of_html():
    """className, colSpan, tabIndex and styles are written as a browser reads them."""
    made = flat(html.Td("1", className="n", colSpan=2, tabIndex=-1, style={"flexGrow": 3}))
    assert made == '<td class="n" colspan="2" style="flex-grow:3" tabindex="-1">1</td>'


def test_data_attributes_stay_and_handlers_do_not():
    """Clicks travel as data; a component's own bookkeeping is left out."""
    made = flat(html.Button("调", n_clicks=3, key="k", disabled=True, **{"data-act": "a"}))
    assert made == '<button disabled="" data-act="a">调</button>'


def test_lists_and_nothing():
    """Lists are joined, None and False are nothing, numbers are text."""
    assert flat([html.B(1), None, ["二", False]]) == "<b>1</b>二"


def test_a_live_component_is_refused():
    """An input cannot be flattened: it would be dead on the page."""
    with pytest.raises(TypeError, match="Input"):
        flat(html.Div(dcc.Input()))

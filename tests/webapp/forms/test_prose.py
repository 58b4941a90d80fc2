"""Texts in forms know a little Markdown and no HTML at all."""

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from webapp.forms.prose import render_prose


def test_headings_lists_bold_and_links() -> None:
    text = "# Your year\nTake **your** time,\n_really_.\n\n- one\n- two\n1. first\n[The guide](https://example.com/a_b_c?x=1&y=2)"
    assert render_prose(text).split("\n") == [
        "<h2>Your year</h2>",
        "<p>Take <strong>your</strong> time,<br><em>really</em>.</p>",
        "<ul><li>one</li><li>two</li></ul>",
        "<ol><li>first</li></ol>",
        '<p><a href="https://example.com/a_b_c?x=1&amp;y=2" rel="noopener noreferrer">The guide</a></p>',
    ]


def test_scripts_stay_text() -> None:
    page = render_prose(
        '<script>alert(1)</script> [x](javascript:alert(1)) [y](//evil.example) [z](https://a"onclick=b)'
        r" [v](/\evil.example) [w](/x\..\\evil.example)"
    )
    assert "<script" not in page
    assert "href" not in page.replace('href="https://a', "")
    assert "onclick=b" in page
    assert '"onclick' not in page


@given(st.text(st.sampled_from('ab*_-#[]()<>"&\n 1./:https') | st.characters(), max_size=80))
def test_no_text_becomes_another_element_or_attribute(text: str) -> None:
    safe = "".join(sign for sign in text if sign == "\n" or sign >= " ")
    tree = html.fragment_fromstring(str(render_prose(safe)), create_parent="div")
    for element in tree.iter():
        assert element.tag in {"div", "h2", "h3", "h4", "p", "br", "ul", "ol", "li", "strong", "em", "a"}
        assert set(element.attrib) <= {"href", "rel"}
        assert element.get("href", "/").startswith(("/", "http://", "https://"))

"""Lines that fit, whatever is written."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.diagrams.text import ELLIPSIS, measure, wrap

texts = st.text(max_size=200)
widths = st.floats(min_value=20, max_value=300)


@given(texts, widths)
def test_no_line_is_wider_than_asked(text: str, width: float) -> None:
    for line in wrap(text, width, 1000):
        assert measure(line) <= width or len(line) == 1


@given(texts, widths)
def test_no_character_is_lost_when_there_is_room(text: str, width: float) -> None:
    assert "".join("".join(line.split()) for line in wrap(text, width, 1000)) == "".join(text.split())


@given(texts, widths, st.integers(min_value=1, max_value=4))
def test_there_are_never_more_lines_than_allowed(text: str, width: float, most: int) -> None:
    lines = wrap(text, width, most)
    assert len(lines) <= most
    if len(wrap(text, width, 1000)) > most:
        assert lines[-1].endswith(ELLIPSIS)
        assert measure(lines[-1]) <= width or len(lines[-1]) <= 2


def test_words_break_behind_hyphens_only_where_they_must() -> None:
    assert wrap("No self-assessment in time", 80, 5) == ("No self-", "assessment", "in time")
    assert wrap("No self-assessment in time", 120, 5) == ("No", "self-assessment in", "time")


def test_lines_of_a_note_are_kept() -> None:
    assert wrap("one\ntwo", 100, 5) == ("one", "two")
